/* test_signals.c: recordings of every kind: silent, tiny, constant, clipped, extreme, broken. */
#include "tests/api/api.h"

#include <float.h>
#include <math.h>

/* 4 frames, where it takes many recordings. */
#define SHORTER 401u

static float in[SHORT], out[SHORT];

static void fill_out(void)
{
    for (size_t i = 0; i < SHORT; i++)
        out[i] = 77;
}

static void expect_out_untouched(void)
{
    for (size_t i = 0; i < SHORT; i++)
        ck_assert(out[i] == 77);
}

/* Enhances in[0 .. count - 1]: finite, nothing written beyond, and no louder than its input by more than `loudest`. */
static void enhance_and_look(size_t count, double loudest)
{
    const mbt_options options = api_options(SHORT);
    fill_out();
    api_enhance(&options, in, out, count);
    ck_assert(api_all_finite(out, count));
    for (size_t i = count; i < SHORT; i++)
        ck_assert(out[i] == 77);
    const double before = api_rms(in, count), after = api_rms(out, count);
    ck_assert_msg(after <= loudest * before, "rms from %g to %g", before, after);
}

START_TEST(silence_stays_silence)
{
    static const float zeros[SHORT];
    const mbt_options options = api_options(SHORT);
    for (size_t i = 0; i < SHORT; i++)
        in[i] = i % 3 ? 0.0f : -0.0f;
    fill_out();
    api_enhance(&options, in, out, SHORT);
    ck_assert_mem_eq(out, zeros, sizeof out);
    fill_out();
    api_enhance(&options, in, out, 1);
    ck_assert(out[0] == 0 && out[1] == 77);
}
END_TEST

START_TEST(nothing_is_done_at_once)
{
    const mbt_options options = api_options(1);
    fill_out();
    api_enhance(&options, in, out, 0);
    expect_out_untouched();
}
END_TEST

/* Fewer samples than half a window are reflected more than once. */
static const size_t lengths[] = {1, 2, 3, 7, 50, 199, 200, 201, 202, 399, 400, 401, 599, 600, 601};

START_TEST(any_length)
{
    api_speech(in, SHORT);
    enhance_and_look(lengths[_i], 4);
}
END_TEST

START_TEST(a_constant)
{
    for (size_t i = 0; i < SHORT; i++)
        in[i] = _i ? -0.25f : 1.0f;
    enhance_and_look(SHORT, 4);
}
END_TEST

START_TEST(a_square_at_full_scale)
{
    for (size_t i = 0; i < SHORT; i++)
        in[i] = i / 25 % 2 ? 1.0f : -1.0f;
    enhance_and_look(SHORT, 4);
}
END_TEST

START_TEST(an_impulse)
{
    static const size_t places[] = {0, 1, 100, 200, SHORTER - 1};
    for (int i = 0; i < COUNT(places); i++) {
        memset(in, 0, sizeof in);
        in[places[i]] = -1;
        enhance_and_look(SHORTER, 10);
    }
}
END_TEST

/* The levels at which squares underflow float, the smallest floats, and the largest samples that are taken. */
static const float extremes[] = {0x1p-149f, 1e-40f, FLT_MIN, 1e-30f, 1e-22f, 1e-20f,
                                 1e-19f,    1e-16f, 32768,   1e5f,   999999, 1e6f};

START_TEST(extreme_levels)
{
    const mbt_options options = api_options(SHORTER);
    api_speech(in, SHORTER);
    for (size_t i = 0; i < SHORTER; i++)
        in[i] = fminf(fmaxf(in[i] * 2, -1), 1) * extremes[_i];
    api_enhance(&options, in, out, SHORTER);
    ck_assert(api_all_finite(out, SHORTER));
    for (size_t i = 0; i < SHORTER; i++)
        in[i] = i / 40 % 2 ? extremes[_i] : -extremes[_i];
    api_enhance(&options, in, out, SHORTER);
    ck_assert(api_all_finite(out, SHORTER));
}
END_TEST

/* Of a recording that is loud somewhere, denormals are silence, to the last bit. */
START_TEST(denormals_beside_something_loud)
{
    static float zeroed[SHORT], wanted[SHORT];
    const mbt_options options = api_options(SHORT);
    api_speech(in, SHORT);
    for (size_t i = 0; i < SHORT; i++) {
        const bool loud = _i ? i < SHORT / 2 : i == 300; /* speech that stops, an impulse */
        in[i] = loud ? in[i] : in[i] * 1e-40f;
        zeroed[i] = loud ? in[i] : 0;
    }
    ck_assert(memcmp(in, zeroed, sizeof in) != 0);
    api_enhance(&options, in, out, SHORT);
    api_enhance(&options, zeroed, wanted, SHORT);
    ck_assert_mem_eq(out, wanted, sizeof out);
    ck_assert(api_rms(out, SHORT) > 0);
}
END_TEST

/* The network sees the same numbers, so the output differs by the factor alone. 1e-5 of the rms allows for
 * samples that are rounded otherwise. Powers from where samples are normal floats to where they are taken. */
START_TEST(the_scale_comes_through)
{
    static const int powers[] = {-100, -80, -70, -66, -64, -60, -40, -1, 1, 7, 15, 19, 20};
    static float scaled[SHORTER], result[SHORTER];
    const mbt_options options = api_options(SHORTER);
    mbt_enhancer *enhancer = api_open(&options);
    api_speech(in, SHORTER);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORTER), MBT_OK);
    const double tolerance = 1e-5 * api_rms(out, SHORTER);
    ck_assert(tolerance > 1e-8);
    for (int k = 0; k < COUNT(powers); k++) {
        for (size_t i = 0; i < SHORTER; i++)
            scaled[i] = ldexpf(in[i], powers[k]);
        ck_assert_int_eq(mbt_enhance(enhancer, scaled, result, SHORTER), MBT_OK);
        for (size_t i = 0; i < SHORTER; i++)
            ck_assert_double_eq_tol(ldexp((double)result[i], -powers[k]), (double)out[i], tolerance);
    }
    mbt_close(enhancer);
}
END_TEST

/* No numbers, and those beyond a million times full scale: the next float, and where squares overflow float. */
START_TEST(broken_samples)
{
    static const float broken[] = {NAN,       INFINITY, -INFINITY, 0x1.e84802p+19f, -0x1.e84802p+19f, 1e16f,
                                   -1.01e19f, 1e30f,    1e38f,     FLT_MAX,         -FLT_MAX};
    static const size_t places[] = {0, 1, 400, SHORT - 1};
    const mbt_options options = api_options(SHORT);
    mbt_enhancer *enhancer = api_open(&options);
    fill_out();
    for (int b = 0; b < COUNT(broken); b++)
        for (int p = 0; p < COUNT(places); p++)
            for (int silent = 0; silent < 2; silent++) {
                api_speech(in, SHORT);
                if (silent)
                    memset(in, 0, sizeof in);
                in[places[p]] = broken[b];
                ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_ERROR_SAMPLE);
                expect_out_untouched();
            }
    api_speech(in, SHORT);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
    ck_assert(api_all_finite(out, SHORT));
    mbt_close(enhancer);
}
END_TEST

START_TEST(longer_than_was_said)
{
    const mbt_options options = api_options(SHORT - 1);
    mbt_enhancer *enhancer = api_open(&options);
    api_speech(in, SHORT);
    fill_out();
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_ERROR_TOO_LONG);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SIZE_MAX), MBT_ERROR_TOO_LONG);
    expect_out_untouched();
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT - 1), MBT_OK);
    mbt_close(enhancer);
}
END_TEST

START_TEST(in_place)
{
    static float kept[SHORT];
    const mbt_options options = api_options(SHORT);
    api_speech(in, SHORT);
    memcpy(kept, in, sizeof in);
    api_enhance(&options, in, out, SHORT);
    ck_assert_mem_eq(in, kept, sizeof in); /* the input is not touched */
    api_enhance(&options, in, in, SHORT);
    ck_assert_mem_eq(in, out, sizeof in);
}
END_TEST

/* What the library is for, so that the tests above do not hold for a library that does nothing: of a tone of speech
 * much is left, and of noise alone less. */
START_TEST(noise_is_taken_away)
{
    const mbt_options options = api_options(4000);
    static float long_in[4000], speech[4000], noise[4000];
    api_speech(long_in, 4000);
    api_enhance(&options, long_in, speech, 4000);
    const double kept = api_rms(speech, 4000) / api_rms(long_in, 4000);
    uint32_t state = 1;
    for (size_t i = 0; i < 4000; i++) {
        state = state * 1664525u + 1013904223u;
        long_in[i] = (float)(state >> 8) / 8388608.0f - 1;
    }
    api_enhance(&options, long_in, noise, 4000);
    const double left = api_rms(noise, 4000) / api_rms(long_in, 4000);
    ck_assert_msg(left < 0.5 && left < kept / 2, "%g of speech, %g of noise", kept, left);
}
END_TEST

TCase *api_signal_tests(void)
{
    TCase *tests = tcase_create("signals");
    tcase_add_test(tests, silence_stays_silence);
    tcase_add_test(tests, nothing_is_done_at_once);
    tcase_add_loop_test(tests, any_length, 0, COUNT(lengths));
    tcase_add_loop_test(tests, a_constant, 0, 2);
    tcase_add_test(tests, a_square_at_full_scale);
    tcase_add_test(tests, an_impulse);
    tcase_add_loop_test(tests, extreme_levels, 0, COUNT(extremes));
    tcase_add_loop_test(tests, denormals_beside_something_loud, 0, 2);
    tcase_add_test(tests, the_scale_comes_through);
    tcase_add_test(tests, broken_samples);
    tcase_add_test(tests, longer_than_was_said);
    tcase_add_test(tests, in_place);
    tcase_add_test(tests, noise_is_taken_away);
    return tests;
}
