/* api.c: helpers of the tests of the public interface, and their main function. */
#include "tests/api/api.h"

#include <math.h>
#include <stdio.h>

#define PI 3.14159265358979323846

mbt_options api_options(size_t max_samples)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = max_samples;
    options.threads = 1;
    return options;
}

void api_speech(float *samples, size_t count)
{
    uint32_t state = 20250710;
    for (size_t i = 0; i < count; i++) {
        const double t = (double)i / 16000, phase = 2 * PI * (120 * t + 40 * t * t);
        double x = 0;
        for (int h = 1; h <= 20; h++)
            x += sin(h * phase) / h * (1 + cos(h * 0.9));
        state = state * 1664525u + 1013904223u;
        const double noise = (double)(state >> 8) / 8388608 - 1;
        samples[i] = (float)(0.12 * x * (0.6 - 0.4 * cos(2 * PI * 9 * t)) + 0.05 * noise);
    }
}

mbt_enhancer *api_open(const mbt_options *options)
{
    mbt_enhancer *enhancer = NULL;
    const mbt_status status = mbt_open(mbt_model_default(), options, &enhancer);
    ck_assert_msg(status == MBT_OK, "%s", mbt_status_string(status));
    ck_assert_ptr_nonnull(enhancer);
    return enhancer;
}

void api_enhance(const mbt_options *options, const float *in, float *out, size_t count)
{
    api_enhance_with(mbt_model_default(), options, in, out, count);
}

void api_enhance_with(const mbt_model *model, const mbt_options *options, const float *in, float *out, size_t count)
{
    mbt_enhancer *enhancer = NULL;
    mbt_status status = mbt_open(model, options, &enhancer);
    if (status == MBT_OK)
        status = mbt_enhance(enhancer, in, out, count);
    ck_assert_msg(status == MBT_OK, "%s", mbt_status_string(status));
    mbt_close(enhancer);
}

mbt_model api_narrow_model(void)
{
    mbt_model model = *mbt_model_default();
    model.n_fft = model.win = 40;
    model.hop = 10;
    return model;
}

double api_rms(const float *samples, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)samples[i] * (double)samples[i];
    return sqrt(sum / (double)count);
}

void *api_block(size_t size)
{
    ck_assert_uint_eq(size % 64, 0);
    void *block = aligned_alloc(64, size);
    ck_assert_ptr_nonnull(block);
    return block;
}

bool api_all_finite(const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(samples[i]))
            return false;
    return true;
}

void api_expect_guards(const mbt_model *model, size_t count, size_t max_samples, unsigned threads)
{
    enum { GUARD = 4096 };
    mbt_options options = api_options(max_samples);
    options.threads = threads;
    size_t bytes = 0;
    ck_assert_int_eq(mbt_memory_needed(model, &options, &bytes), MBT_OK);
    unsigned char *whole = api_block((bytes + 63) / 64 * 64 + 2 * GUARD);
    memset(whole, 0xa5, bytes + 2 * GUARD);
    options.memory = whole + GUARD;
    options.memory_size = bytes;
    float *in = malloc(count * sizeof *in), *out = malloc((count + 32) * sizeof *out);
    ck_assert(in != NULL && out != NULL);
    api_speech(in, count);
    for (size_t i = 0; i < count + 32; i++)
        out[i] = 77;
    api_enhance_with(model, &options, in, out + 16, count);
    for (size_t i = 0; i < GUARD; i++)
        ck_assert(whole[i] == 0xa5 && whole[GUARD + bytes + i] == 0xa5);
    for (size_t i = 0; i < 16; i++)
        ck_assert(out[i] == 77 && out[count + 16 + i] == 77);
    free(whole);
    free(in);
    free(out);
}

static const struct {
    const char *name; /* as its file is: test_NAME.c */
    TCase *(*tests)(void);
} cases[] = {{"open", api_open_tests},     {"signals", api_signal_tests},  {"bits", api_bits_tests},
             {"run", api_run_tests},       {"windows", api_window_tests},  {"stream", api_stream_tests},
             {"memory", api_memory_tests}, {"rank", api_rank_tests},       {"flush", api_flush_tests},
             {"mix", api_mix_tests},       {"process", api_process_tests}, {"self_test", api_self_test_tests},
             {"live", api_live_tests},     {"ends", api_ends_tests}};

/* The cases that are named, or all; -1 if one that is named is not there. */
static int run_cases(int names, char **name)
{
    Suite *suite = suite_create("api");
    int found = 0;
    for (int i = 0; i < COUNT(cases); i++) {
        bool wanted = names == 0;
        for (int k = 0; k < names; k++)
            wanted = wanted || strcmp(name[k], cases[i].name) == 0;
        if (wanted) {
            TCase *tests = cases[i].tests();
            tcase_set_timeout(tests, 600); /* emulated and sanitized builds are slow */
            suite_add_tcase(suite, tests);
            found++;
        }
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return names != 0 && found != names ? -1 : failed;
}

int main(int argc, char **argv)
{
    const int failed = run_cases(argc - 1, argv + 1);
    if (failed < 0)
        fprintf(stderr, "usage: test_api [CASE...]; a case that is named is not there\n");
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
