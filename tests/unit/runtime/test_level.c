/* test_level.c: the gain and its inverse, compared with double precision at every level that a float can have. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <float.h>
#include <math.h>

#include "runtime/signal/level.h"

#define LONGEST 70000

static float samples[LONGEST];

/* sqrt(samples / sum x^2) in double. */
static double reference(size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)samples[i] * (double)samples[i];
    return sqrt((double)count / sum);
}

static void fill(size_t count, double level)
{
    uint32_t state = 99;
    for (size_t i = 0; i < count; i++)
        samples[i] = (float)((double)fixture_noise(&state) * level);
}

/* Gain and scale together. The gain is normal, the scale a power of two. */
static double gain_of(size_t count)
{
    mbt_level level = {-1, -1};
    int exponent;
    ck_assert_int_eq(mbt_level_measure(samples, count, &level), MBT_OK);
    ck_assert(level.gain > 0 && isnormal(level.gain));
    ck_assert(frexp(level.scale, &exponent) == 0.5);
    return (double)level.gain * level.scale;
}

/* The sum has at most four levels of 64 additions, each wrong by 2^-24 of a sum of positive numbers; the root halves
 * the error: 128 * 2^-24 = 8e-6 would be the worst, and errors of both signs stay below a fifth of it. */
#define TOLERANCE 1.5e-6

static const size_t counts[] = {1,   2,   3,   7,   8,    9,    15,   16,    17,    31,    32,    33,
                                63,  64,  65,  199, 512,  513,  1000, 8191,  8192,  16000, 16384, 16385,
                                511, 100, 255, 256, 2047, 4096, 4099, 32768, 65535, 65536, 65537, LONGEST};

START_TEST(gain_is_that_of_double)
{
    const size_t count = counts[_i];
    fill(count, 0.1);
    const double wanted = reference(count);
    ck_assert_double_eq_tol(gain_of(count) / wanted, 1, TOLERANCE);
}
END_TEST

/* 10^_i. */
START_TEST(gain_is_right_at_every_level)
{
    static const size_t lengths[] = {1, 400, 16000, LONGEST};
    for (int i = 0; i < COUNT(lengths); i++) {
        fill(lengths[i], pow(10, _i));
        const double wanted = reference(lengths[i]);
        ck_assert_double_eq_tol(gain_of(lengths[i]) / wanted, 1, TOLERANCE);
    }
}
END_TEST

/* Doubling the samples halves the gain, bit by bit, so that the network sees the same numbers at every level. */
START_TEST(gain_follows_powers_of_two)
{
    fill(1000, 0.1);
    const double gain = gain_of(1000);
    for (size_t i = 0; i < 1000; i++)
        samples[i] = ldexpf(samples[i], _i);
    ck_assert(gain_of(1000) == ldexp(gain, -_i));
}
END_TEST

/* From the noise of 24-bit converters to unscaled 16-bit integers, where the reference's numbers are kept. */
START_TEST(common_levels_are_not_scaled)
{
    static const double rms[] = {1.2e-7, 1e-6, 1e-3, 0.1, 1, 10, 32768};
    for (int i = 0; i < COUNT(rms); i++) {
        mbt_level level;
        fill(1000, rms[i] * sqrt(3)); /* uniform */
        ck_assert_int_eq(mbt_level_measure(samples, 1000, &level), MBT_OK);
        ck_assert(level.scale == 1);
    }
}
END_TEST

START_TEST(silence_has_no_gain)
{
    for (size_t i = 0; i < 100; i++)
        samples[i] = i % 2 ? -0.0f : 0.0f;
    for (size_t count = 0; count <= 100; count++) {
        mbt_level level = {-1, -1};
        ck_assert_int_eq(mbt_level_measure(samples, count, &level), MBT_OK);
        ck_assert(level.gain == 0);
    }
}
END_TEST

START_TEST(the_smallest_and_the_largest)
{
    static const float extremes[] = {0x1p-149f, 1e-42f, FLT_MIN, 1e-30f, 1.0f, 1e30f, 3e38f, FLT_MAX};
    for (int i = 0; i < COUNT(extremes); i++) {
        for (size_t k = 0; k < LONGEST; k++)
            samples[k] = k % 3 ? -extremes[i] : extremes[i];
        ck_assert_double_eq_tol(gain_of(1) * (double)extremes[i], 1, TOLERANCE);
        ck_assert_double_eq_tol(gain_of(LONGEST) * (double)extremes[i], 1, TOLERANCE);
    }
}
END_TEST

START_TEST(one_click_in_silence)
{
    static const float clicks[] = {0x1p-149f, 1e-20f, 1.0f, 1e20f, FLT_MAX};
    for (int i = 0; i < COUNT(clicks); i++) {
        fill(LONGEST, 0);
        samples[57] = clicks[i];
        ck_assert_double_eq_tol(gain_of(LONGEST) * (double)clicks[i] / sqrt(LONGEST), 1, TOLERANCE);
    }
}
END_TEST

START_TEST(samples_that_are_no_numbers)
{
    static const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    static const size_t places[] = {0, 1, 31, 32, 500, 999};
    for (int b = 0; b < COUNT(bad); b++)
        for (int p = 0; p < COUNT(places); p++) {
            fill(1000, 1);
            samples[places[p]] = bad[b];
            mbt_level level;
            ck_assert_int_eq(mbt_level_measure(samples, 1000, &level), MBT_ERROR_SAMPLE);
            ck_assert_int_eq(mbt_level_measure(samples, places[p], &level), MBT_OK);
        }
}
END_TEST

/* A million is exact in float. */
START_TEST(samples_that_are_too_large)
{
    static const float good[] = {0x1.e848p+19f, -0x1.e848p+19f, 999999.94f};
    static const float bad[] = {NAN, INFINITY, -INFINITY, 0x1.e84802p+19f, -0x1.e84802p+19f, 1e30f, -FLT_MAX};
    fill(1000, 1);
    for (int i = 0; i < COUNT(good); i++) {
        samples[999] = good[i];
        ck_assert_int_eq(mbt_samples_check(samples, 1000), MBT_OK);
    }
    for (int i = 0; i < COUNT(bad); i++) {
        samples[999] = bad[i];
        ck_assert_int_eq(mbt_samples_check(samples, 1000), MBT_ERROR_SAMPLE);
        ck_assert_int_eq(mbt_samples_check(samples, 999), MBT_OK);
    }
}
END_TEST

/* Powers of ten by their digits, and values of Python's decimal to 20 digits: (Decimal(10) ** (-d / 20)). */
START_TEST(decibels)
{
    static const struct {
        double down, wanted;
    } cases[] = {{0, 1},
                 {20, 0.1},
                 {40, 0.01},
                 {100, 1e-5},
                 {200, 1e-10},
                 {6, 0.50118723362727228500},
                 {0.3, 0.96605087898981337428},
                 {3.6, 0.66069344800759600651},
                 {12.25, 0.24406190680419803286},
                 {1e-4, 0.99998848714080850182}};
    for (int i = 0; i < COUNT(cases); i++)
        ck_assert_double_eq_tol(mbt_level_down(cases[i].down) / cases[i].wanted, 1, 1e-12);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("level");
    tcase_add_loop_test(tests, gain_is_that_of_double, 0, COUNT(counts));
    tcase_add_loop_test(tests, gain_is_right_at_every_level, -42, 39);
    tcase_add_loop_test(tests, gain_follows_powers_of_two, -100, 120);
    tcase_add_test(tests, common_levels_are_not_scaled);
    tcase_add_test(tests, silence_has_no_gain);
    tcase_add_test(tests, the_smallest_and_the_largest);
    tcase_add_test(tests, one_click_in_silence);
    tcase_add_test(tests, samples_that_are_no_numbers);
    tcase_add_test(tests, samples_that_are_too_large);
    tcase_add_test(tests, decibels);
    return unit_main(tests, "level");
}
