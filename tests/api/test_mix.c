/* test_mix.c: how much of the enhancement reaches the result. */
#include "tests/api/api.h"

#include <math.h>

#include "runtime/stages.h"

/* Of SHORT samples of the embedded model: frames times bins. */
#define MASKS (6u * 201u)

/* 6 frames of the embedded model, overlapping by 2: 3 windows and a last one. */
#define WINDOW 1200u
#define OVERLAP 400u
#define LONG 2901u

static float in[LONG], wanted[LONG], out[LONG];

static void prepare(void)
{
    api_speech(in, LONG);
}

static mbt_options window_options(void)
{
    mbt_options options = api_options(0);
    options.window = WINDOW;
    options.overlap = OVERLAP;
    return options;
}

static void keep_mask(void *cookie, const char *stage, unsigned index, const float *data, size_t count)
{
    float *kept = cookie;
    if (strcmp(stage, "mask") != 0)
        return;
    ck_assert_uint_eq(index, 0);
    ck_assert_uint_eq(count, MASKS);
    memcpy(kept, data, MASKS * sizeof *kept);
}

/* The mask of the first SHORT samples. */
static void take_mask(float limit, float *mask)
{
    mbt_options options = api_options(SHORT);
    options.limit = limit;
    mbt_enhancer *enhancer = api_open(&options);
    mbt_enhancer_set_stage_hook(enhancer, keep_mask, mask);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
    mbt_close(enhancer);
}

/* The mask multiplies magnitudes to the power of 0.3, so 12 dB of a magnitude are 3.6 dB of its mask. By Python's
 * decimal: Decimal(10) ** (Decimal(limit) * Decimal("0.3") / -20). */
static const struct {
    float limit, least;
} limits[] = {{12, 0.66069344800759600651f}, {6, 0.81283051616409926f}, {200, 0.001f}};

START_TEST(no_frequency_is_attenuated_by_more)
{
    static float free[MASKS], limited[MASKS];
    take_mask(0, free);
    take_mask(limits[_i].limit, limited);
    size_t below = 0;
    for (size_t i = 0; i < MASKS; i++) {
        below += free[i] < limits[_i].least;
        ck_assert(limited[i] == fmaxf(free[i], limits[_i].least));
    }
    ck_assert(limits[_i].limit > 100 ? below == 0 : below > 100 && below < MASKS);
}
END_TEST

/* White noise, of which 20 dB and more are taken away without a limit, has its level less the limit, and less what the
 * phases cost that the network changes: how much below it is by the reference, whose mask was limited likewise. */
START_TEST(noise_stays_that_much_below)
{
    static const float decibels[] = {0.01f, 3, 6, 12};
    static const double below[] = {0.328, 3.318, 6.317, 12.261};
    static float noise[4000], quieter[4000];
    uint32_t state = 1;
    for (size_t i = 0; i < 4000; i++) {
        state = state * 1664525u + 1013904223u;
        noise[i] = (float)(state >> 8) / 8388608.0f - 1;
    }
    for (int i = 0; i < COUNT(decibels); i++) {
        mbt_options options = api_options(4000);
        options.limit = decibels[i];
        api_enhance(&options, noise, quieter, 4000);
        const double down = 20 * log10(api_rms(noise, 4000) / api_rms(quieter, 4000));
        ck_assert_double_eq_tol(down, below[i], 0.03);
    }
}
END_TEST

/* A limit that nothing reaches leaves the bits, and so does 0. */
START_TEST(bits_without_a_limit)
{
    mbt_options options = api_options(LONG);
    api_enhance(&options, in, wanted, LONG);
    options.limit = 200;
    api_enhance(&options, in, out, LONG);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

static mbt_options mixed_options(void)
{
    mbt_options options = window_options();
    options.limit = 10;
    options.dry = 0.3f;
    return options;
}

START_TEST(the_same_bits_for_every_isa)
{
    mbt_options options = mixed_options();
    options.isa = MBT_ISA_SCALAR;
    api_enhance(&options, in, wanted, LONG);
    for (int isa = 0; isa < MBT_ISA_COUNT; isa++) {
        if (!mbt_isa_available((mbt_isa)isa))
            continue;
        options.isa = (mbt_isa)isa;
        options.threads = isa % 2 ? 3 : 1;
        api_enhance(&options, in, out, LONG);
        ck_assert_mem_eq(out, wanted, sizeof out);
    }
}
END_TEST

/* Blocks of any size, and in place. */
START_TEST(the_same_bits_in_streams)
{
    const mbt_options options = mixed_options();
    api_enhance(&options, in, wanted, LONG);
    mbt_enhancer *enhancer = api_open(&options);
    size_t given = 0, count, taken;
    for (size_t pushed = 0; pushed < LONG; pushed += taken) {
        const size_t size = LONG - pushed < 257 ? LONG - pushed : 257;
        ck_assert_int_eq(mbt_push(enhancer, in + pushed, size, &taken), MBT_OK);
        ck_assert_int_eq(mbt_pull(enhancer, out + given, LONG - given, &count), MBT_OK);
        given += count;
    }
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    ck_assert_int_eq(mbt_pull(enhancer, out + given, LONG - given, &count), MBT_OK);
    ck_assert_uint_eq(given + count, LONG);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
    memcpy(out, in, sizeof out);
    api_enhance(&options, out, out, LONG);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

static const float shares[] = {0.25f, 0.3f, 0x1p-149f, 0.5f, 0.999f, 1};

/* Of one window, sample by sample. */
START_TEST(the_input_shares_in_the_result)
{
    mbt_options options = api_options(SHORT);
    const double dry = (double)shares[_i];
    api_enhance(&options, in, wanted, SHORT);
    options.dry = shares[_i];
    api_enhance(&options, in, out, SHORT);
    for (size_t i = 0; i < SHORT; i++)
        ck_assert(out[i] == (float)((1 - dry) * (double)wanted[i] + dry * (double)in[i]));
}
END_TEST

/* Of windows too, but for the rounding where they are faded into each other; the input alone is what it was. */
START_TEST(the_input_shares_in_windows)
{
    mbt_options options = window_options();
    const double dry = (double)shares[_i];
    api_enhance(&options, in, wanted, LONG);
    options.dry = shares[_i];
    api_enhance(&options, in, out, LONG);
    for (size_t i = 0; i < LONG; i++) {
        const double mixed = (1 - dry) * (double)wanted[i] + dry * (double)in[i];
        const double largest = fmax(fabs((double)wanted[i]), fabs((double)in[i]));
        ck_assert_double_eq_tol((double)out[i], mixed, 2.5e-7 * (largest + api_rms(in, LONG)));
        ck_assert(dry < 1 || out[i] == in[i]);
    }
}
END_TEST

START_TEST(silence_stays_silence)
{
    static const float zeros[LONG];
    const mbt_options options = mixed_options();
    for (size_t i = 0; i < LONG; i++)
        out[i] = i % 3 ? 0.0f : -0.0f;
    api_enhance(&options, out, out, LONG);
    ck_assert_mem_eq(out, zeros, sizeof out);
}
END_TEST

static void expect_status(const mbt_options *options, mbt_status wanted_status)
{
    size_t bytes;
    mbt_enhancer *enhancer = NULL;
    ck_assert_int_eq(mbt_memory_needed(mbt_model_default(), options, &bytes), wanted_status);
    ck_assert_int_eq(mbt_open(mbt_model_default(), options, &enhancer), wanted_status);
    mbt_close(enhancer);
}

START_TEST(out_of_range)
{
    static const float wrong[] = {-1e-30f, -1, 200.1f, INFINITY, -INFINITY, NAN}, fine[] = {0, -0.0f, 1e-40f, 1};
    for (int i = 0; i < COUNT(wrong); i++) {
        mbt_options options = api_options(100);
        options.limit = wrong[i];
        expect_status(&options, MBT_ERROR_ARGUMENT);
        options.limit = 0;
        options.dry = wrong[i];
        expect_status(&options, MBT_ERROR_ARGUMENT);
    }
    for (int i = 0; i < COUNT(fine); i++) {
        mbt_options options = api_options(100);
        options.limit = 200 * fine[i];
        options.dry = fine[i];
        expect_status(&options, MBT_OK);
        options.dry = 1.0000001f;
        expect_status(&options, MBT_ERROR_ARGUMENT);
    }
}
END_TEST

TCase *api_mix_tests(void)
{
    TCase *tests = tcase_create("mix");
    tcase_add_unchecked_fixture(tests, prepare, NULL);
    tcase_add_loop_test(tests, no_frequency_is_attenuated_by_more, 0, COUNT(limits));
    tcase_add_test(tests, noise_stays_that_much_below);
    tcase_add_test(tests, bits_without_a_limit);
    tcase_add_test(tests, the_same_bits_for_every_isa);
    tcase_add_test(tests, the_same_bits_in_streams);
    tcase_add_loop_test(tests, the_input_shares_in_the_result, 0, COUNT(shares));
    tcase_add_loop_test(tests, the_input_shares_in_windows, 0, COUNT(shares));
    tcase_add_test(tests, silence_stays_silence);
    tcase_add_test(tests, out_of_range);
    return tests;
}
