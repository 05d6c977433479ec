/* test_level.c: the gain against double precision, for every level that a float can have. */
#include "runtime_fixture.h"

#include <float.h>
#include <math.h>

#include "level.h"

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

static float gain_of(size_t count)
{
    float gain = -1;
    ck_assert_int_eq(mbt_level_gain(samples, count, &gain), MBT_OK);
    return gain;
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
    ck_assert_double_eq_tol((double)gain_of(count) / wanted, 1, TOLERANCE);
}
END_TEST

/* 10^_i. The gain is 1 / rms wherever that is a normal float. */
START_TEST(gain_is_right_at_every_level)
{
    static const size_t lengths[] = {1, 400, 16000, LONGEST};
    for (int i = 0; i < COUNT(lengths); i++) {
        fill(lengths[i], pow(10, _i));
        const double wanted = reference(lengths[i]);
        const double limited = fmin(fmax(wanted, (double)FLT_MIN), (double)FLT_MAX);
        ck_assert_double_eq_tol((double)gain_of(lengths[i]) / limited, 1, TOLERANCE);
    }
}
END_TEST

/* Doubling the samples halves the gain, bit by bit, so that the network sees the same numbers at every level. */
START_TEST(gain_follows_powers_of_two)
{
    fill(1000, 0.1);
    const float gain = gain_of(1000);
    for (size_t i = 0; i < 1000; i++)
        samples[i] = ldexpf(samples[i], _i);
    ck_assert(gain_of(1000) == ldexpf(gain, -_i));
}
END_TEST

START_TEST(silence_has_no_gain)
{
    for (size_t i = 0; i < 100; i++)
        samples[i] = i % 2 ? -0.0f : 0.0f;
    for (size_t count = 0; count <= 100; count++)
        ck_assert(gain_of(count) == 0);
}
END_TEST

START_TEST(the_smallest_and_the_largest)
{
    static const float extremes[] = {0x1p-149f, 1e-42f, FLT_MIN, 1e-30f, 1.0f, 1e30f, 3e38f, FLT_MAX};
    for (int i = 0; i < COUNT(extremes); i++) {
        for (size_t k = 0; k < LONGEST; k++)
            samples[k] = k % 3 ? -extremes[i] : extremes[i];
        const float one = gain_of(1), many = gain_of(LONGEST);
        ck_assert(isnormal(one) && isnormal(many) && one > 0 && many > 0);
        ck_assert_double_eq_tol((double)many / (double)one, 1, TOLERANCE);
    }
    for (size_t k = 0; k < 100; k++) /* one click in silence */
        samples[k] = 0;
    samples[57] = 0x1p-149f;
    ck_assert(gain_of(100) == FLT_MAX);
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
            float gain;
            ck_assert_int_eq(mbt_level_gain(samples, 1000, &gain), MBT_ERROR_SAMPLE);
            ck_assert_int_eq(mbt_level_gain(samples, places[p], &gain), MBT_OK);
        }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("level");
    tcase_add_loop_test(tests, gain_is_that_of_double, 0, COUNT(counts));
    tcase_add_loop_test(tests, gain_is_right_at_every_level, -42, 39);
    tcase_add_loop_test(tests, gain_follows_powers_of_two, -100, 101);
    tcase_add_test(tests, silence_has_no_gain);
    tcase_add_test(tests, the_smallest_and_the_largest);
    tcase_add_test(tests, samples_that_are_no_numbers);
    return fixture_run(tests, "level");
}
