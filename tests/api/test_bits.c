/* test_bits.c: the same recording comes out with the same bits: again, after others, with another longest length, with
 * another rounding mode, other kernels or numbers of threads, and beside another enhancer. */
#include "tests/api/api.h"

#include <fenv.h>

#if MBT_THREADS
#include <pthread.h>
#endif

static float in[SHORT], wanted[SHORT], out[SHORT];

/* in and wanted: a recording and what one thread makes of it. */
static void prepare(void)
{
    const mbt_options options = api_options(SHORT);
    api_speech(in, SHORT);
    api_enhance(&options, in, wanted, SHORT);
    ck_assert(api_rms(wanted, SHORT) > 0);
}

START_TEST(again_and_again)
{
    const mbt_options options = api_options(SHORT);
    mbt_enhancer *enhancer = api_open(&options);
    for (int i = 0; i < 3; i++) {
        memset(out, 0, sizeof out);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
        ck_assert_mem_eq(out, wanted, sizeof out);
    }
    mbt_close(enhancer);
}
END_TEST

/* Nothing of a recording stays for the next one. */
START_TEST(after_other_recordings)
{
    static float other[2 * SHORT];
    const mbt_options options = api_options(2 * SHORT);
    mbt_enhancer *enhancer = api_open(&options);
    for (size_t i = 0; i < 2 * SHORT; i++)
        other[i] = i % 7 ? 1e6f : -1e6f;
    ck_assert_int_eq(mbt_enhance(enhancer, other, other, 2 * SHORT), MBT_OK);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, 10), MBT_OK);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

START_TEST(whatever_the_longest_recording)
{
    static const size_t longest[] = {SHORT, SHORT + 1, SHORT + 200, 16000, 160000};
    const mbt_options options = api_options(longest[_i]);
    api_enhance(&options, in, out, SHORT);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

/* Rounding is what the mode changes most visibly; the mode is the caller's again afterwards. */
START_TEST(whatever_the_callers_rounding_mode)
{
    static const int modes[] = {FE_UPWARD, FE_TOWARDZERO};
    mbt_options options = api_options(SHORT);
    options.threads = 1 + (unsigned)_i % 2 * 2;
    ck_assert_int_eq(fesetround(modes[_i / 2]), 0);
    mbt_enhancer *enhancer = api_open(&options);
    const mbt_status status = mbt_enhance(enhancer, in, out, SHORT);
    const int after = fegetround();
    fesetround(FE_TONEAREST);
    mbt_close(enhancer);
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_int_eq(after, modes[_i / 2]);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

START_TEST(whatever_the_number_of_threads)
{
    static const unsigned threads[] = {0, 2, 3, 8};
    mbt_options options = api_options(SHORT);
    options.threads = threads[_i];
    api_enhance(&options, in, out, SHORT);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

START_TEST(whatever_the_kernels)
{
    for (int isa = 1; isa < MBT_ISA_COUNT; isa++) {
        mbt_options options = api_options(SHORT);
        options.isa = (mbt_isa)isa;
        if (!mbt_isa_available(options.isa))
            continue;
        memset(out, 0, sizeof out);
        api_enhance(&options, in, out, SHORT);
        ck_assert_msg(memcmp(out, wanted, sizeof out) == 0, "%s", mbt_isa_name(options.isa));
    }
}
END_TEST

/* Of a model whose sequences along time are longer than those along frequency. */
START_TEST(also_with_more_frames_than_bins)
{
    static float first[SHORT];
    const mbt_model model = api_narrow_model();
    mbt_options options = api_options(SHORT);
    api_enhance_with(&model, &options, in, first, SHORT);
    for (unsigned threads = 2; threads <= 8; threads += 2) {
        options.threads = threads;
        options.max_samples = threads * SHORT;
        options.isa = threads == 2 ? MBT_ISA_SCALAR : MBT_ISA_AUTO;
        memset(out, 0, sizeof out);
        api_enhance_with(&model, &options, in, out, SHORT);
        ck_assert_mem_eq(out, first, sizeof out);
    }
    ck_assert(api_rms(first, SHORT) > 0);
}
END_TEST

#if MBT_THREADS

typedef struct job {
    unsigned threads; /* of the enhancer */
    mbt_status status;
    bool same;
} job;

static void *enhance_twice(void *argument)
{
    job *j = argument;
    mbt_options options = api_options(SHORT);
    options.threads = j->threads;
    mbt_enhancer *enhancer = NULL;
    float *result = malloc(sizeof out);
    j->same = result != NULL;
    j->status = mbt_open(mbt_model_default(), &options, &enhancer);
    for (int i = 0; i < 2 && j->same && j->status == MBT_OK; i++) {
        j->status = mbt_enhance(enhancer, in, result, SHORT);
        j->same = memcmp(result, wanted, sizeof out) == 0;
    }
    mbt_close(enhancer);
    free(result);
    return NULL;
}

START_TEST(two_at_once)
{
    pthread_t threads[2];
    job jobs[2] = {{.threads = 1}, {.threads = 2}};
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, enhance_twice, &jobs[i]), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 2; i++)
        ck_assert(jobs[i].status == MBT_OK && jobs[i].same);
}
END_TEST

#endif

/* Two enhancers that take turns. */
START_TEST(two_in_turn)
{
    mbt_options options = api_options(SHORT);
    mbt_enhancer *first = api_open(&options);
    options.threads = 2;
    mbt_enhancer *second = api_open(&options);
    ck_assert_int_eq(mbt_enhance(first, in, out, SHORT), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    ck_assert_int_eq(mbt_enhance(second, in, out, SHORT), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(first);
    ck_assert_int_eq(mbt_enhance(second, in, out, SHORT), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(second);
}
END_TEST

TCase *api_bits_tests(void)
{
    TCase *tests = tcase_create("bits");
    tcase_add_unchecked_fixture(tests, prepare, NULL); /* once, before the tests' processes part */
    tcase_add_test(tests, again_and_again);
    tcase_add_test(tests, after_other_recordings);
    tcase_add_loop_test(tests, whatever_the_longest_recording, 0, 5);
    tcase_add_loop_test(tests, whatever_the_callers_rounding_mode, 0, 4);
    tcase_add_loop_test(tests, whatever_the_number_of_threads, 0, 4);
    tcase_add_test(tests, whatever_the_kernels);
    tcase_add_test(tests, also_with_more_frames_than_bins);
#if MBT_THREADS
    tcase_add_test(tests, two_at_once);
#endif
    tcase_add_test(tests, two_in_turn);
    return tests;
}
