/* test_golden.c: the whole network against the PyTorch reference, stage by stage, and the same bits on every
 * instruction set and for every number of threads. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/golden/golden.h"
#include "tests/golden/golden_models.h"
#include "mambattention/mambattention.h"
#include "compiler/sha256.h"
#include "runtime/stages.h"

#define MIN_SNR 90.0         /* dB, of the waveform */
#define MAX_STAGE_ERROR 1e-5 /* RMS of the difference over RMS of the reference */
#define MAX_PHASE_ERROR 1e-5 /* |wrapped phase error| * sqrt(r^2 + i^2) */
#define PI 3.14159265358979323846

static const char *const case_names[] = {
#define MBT_CASE(name) name,
#define MBT_SMALLER_CASE(name, precision, snr)
#include "tests/golden/cases.def"
#undef MBT_CASE
#undef MBT_SMALLER_CASE
};

#define CASE_COUNT ((int)(sizeof case_names / sizeof case_names[0]))

static const struct {
    const char *name, *precision;
    double snr;
} smaller_cases[] = {
#define MBT_CASE(name)
#define MBT_SMALLER_CASE(name, precision, snr) {name, precision, snr},
#include "tests/golden/cases.def"
#undef MBT_CASE
#undef MBT_SMALLER_CASE
};

#define SMALLER_COUNT ((int)(sizeof smaller_cases / sizeof smaller_cases[0]))

/* What a run has shown, by tensor of the case. A causal network shows it frame by frame. */
typedef struct observed {
    const mbt_golden *golden;
    float *data[MBT_GOLDEN_TENSORS]; /* [count of the tensor] */
    size_t seen[MBT_GOLDEN_TENSORS]; /* numbers so far */
} observed;

static void observe_nothing_yet(const mbt_golden *golden, observed *seen)
{
    *seen = (observed){.golden = golden};
    for (size_t i = 0; i < golden->tensor_count; i++) {
        seen->data[i] = malloc(golden->tensors[i].count * sizeof *seen->data[i]);
        ck_assert_ptr_nonnull(seen->data[i]);
    }
}

static void free_observed(observed *seen)
{
    for (size_t i = 0; i < seen->golden->tensor_count; i++)
        free(seen->data[i]);
}

static double relative_error(const mbt_golden_tensor *reference, const float *data)
{
    double difference = 0, power = 0;
    for (size_t i = 0; i < reference->kept; i++) {
        const double r = (double)reference->data[i], d = (double)data[i * reference->stride] - r;
        difference += d * d;
        power += r * r;
    }
    return sqrt(difference / power);
}

/* The angle of a pair is ill-conditioned where the pair is small, so the pair's length weighs the error. */
static double phase_error(const mbt_golden_tensor *reference, const float *data)
{
    double worst = 0;
    for (size_t i = 0; i + 1 < reference->kept; i += 2) {
        const double r = (double)reference->data[i], im = (double)reference->data[i + 1];
        double d = atan2((double)data[i + 1], (double)data[i]) - atan2(im, r);
        d = fabs(d - 2 * PI * round(d / (2 * PI))) * hypot(r, im);
        worst = d > worst || isnan(d) ? d : worst;
    }
    return worst;
}

static void observe(void *cookie, const char *kind, unsigned index, const float *data, size_t count)
{
    observed *seen = cookie;
    char stage[24];
    if (strcmp(kind, "block") == 0)
        snprintf(stage, sizeof stage, "block%u", index);
    else
        snprintf(stage, sizeof stage, "%s", kind);
    for (size_t i = 0; i < seen->golden->tensor_count; i++) {
        const mbt_golden_tensor *tensor = &seen->golden->tensors[i];
        if (strcmp(tensor->name, stage) == 0) {
            ck_assert_msg(count <= tensor->count - seen->seen[i], "%s: more than %zu numbers", stage, tensor->count);
            memcpy(seen->data[i] + seen->seen[i], data, count * sizeof *data);
            seen->seen[i] += count;
        }
    }
}

/* Enhances the case's input into out, with the hook where seen is not NULL. */
static void enhance(const mbt_golden *golden, const char *precision, mbt_isa isa, unsigned threads, observed *seen,
                    float *out)
{
    const mbt_model *model = mbt_golden_model(golden->model, precision);
    ck_assert_msg(model != NULL, "no model %s in %s", golden->model, precision);
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = golden->samples;
    options.isa = isa;
    options.threads = threads;
    mbt_enhancer *enhancer = NULL;
    mbt_status status = mbt_open(model, &options, &enhancer);
    ck_assert_msg(status == MBT_OK, "mbt_open: %s", mbt_status_string(status));
    if (seen != NULL)
        mbt_enhancer_set_stage_hook(enhancer, observe, seen);
    status = mbt_enhance(enhancer, golden->input, out, golden->samples);
    ck_assert_msg(status == MBT_OK, "mbt_enhance: %s", mbt_status_string(status));
    mbt_close(enhancer);
}

static void load(const char *name, mbt_golden *golden, float **out)
{
    ck_assert_msg(mbt_golden_load(name, golden), "case %s cannot be read", name);
    *out = malloc(golden->samples * sizeof **out);
    ck_assert_ptr_nonnull(*out);
}

static void compare_with_reference(const char *name, const mbt_golden *golden, mbt_isa isa, float *out)
{
    observed seen;
    observe_nothing_yet(golden, &seen);
    enhance(golden, "f32", isa, 1, &seen, out);
    const double snr = -20 * log10(relative_error(mbt_golden_find(golden, "output"), out));
    printf("%s %s: output %.1f dB", name, mbt_isa_name(isa), snr);
    for (size_t i = 0; i < golden->tensor_count; i++) {
        const mbt_golden_tensor *tensor = &golden->tensors[i];
        const bool phase = strcmp(tensor->name, "phase") == 0;
        if (strcmp(tensor->name, "output") == 0)
            continue;
        ck_assert_msg(seen.seen[i] == tensor->count, "%s: of stage %s %zu numbers were reported, not %zu", name,
                      tensor->name, seen.seen[i], tensor->count);
        const double error = phase ? phase_error(tensor, seen.data[i]) : relative_error(tensor, seen.data[i]);
        const double limit = phase ? MAX_PHASE_ERROR : MAX_STAGE_ERROR;
        printf(", %s %.1e", tensor->name, error);
        ck_assert_msg(error <= limit, "%s: stage %s is off by %g (at most %g)", name, tensor->name, error, limit);
    }
    printf("\n");
    fflush(stdout);
    free_observed(&seen);
    ck_assert_msg(snr >= MIN_SNR, "%s: the output has %.1f dB, not %.1f", name, snr, MIN_SNR);
}

/* Runs only the kernels of another set where a model has no int8 weights. */
static bool is_extension(int isa)
{
    return isa == MBT_ISA_AVXVNNI || isa == MBT_ISA_AVX512VNNI || isa == MBT_ISA_DOTPROD;
}

START_TEST(agrees_with_the_reference)
{
    const char *name = case_names[_i];
    mbt_golden golden;
    float *out;
    load(name, &golden, &out);
    for (int isa = MBT_ISA_SCALAR; isa < MBT_ISA_COUNT; isa++)
        if (mbt_isa_available((mbt_isa)isa) && !is_extension(isa))
            compare_with_reference(name, &golden, (mbt_isa)isa, out);
    free(out);
    mbt_golden_free(&golden);
}
END_TEST

static void expect_the_same_bits(const char *name, const char *precision)
{
#if MBT_TEST_FEWER
    static const unsigned thread_counts[] = {1, 3};
#else
    static const unsigned thread_counts[] = {1, 2, 3, 8};
#endif
    char expected[MBT_SHA256_TEXT], found[MBT_SHA256_TEXT];
    mbt_golden golden;
    float *out;
    load(name, &golden, &out);
    ck_assert_msg(mbt_golden_hash(name, precision, expected), "hashes.txt has no line for case %s in %s", name,
                  precision);
    for (int isa = MBT_ISA_SCALAR; isa < MBT_ISA_COUNT; isa++) {
        const bool runs = mbt_isa_available((mbt_isa)isa) && (!is_extension(isa) || strcmp(precision, "int8") == 0);
        for (size_t i = 0; runs && i < sizeof thread_counts / sizeof thread_counts[0]; i++) {
            enhance(&golden, precision, (mbt_isa)isa, thread_counts[i], NULL, out);
            mbt_sha256(out, golden.samples * sizeof *out, found);
            ck_assert_msg(strcmp(found, expected) == 0, "%s, %s, %s, %u threads: sha256 %s, not %s", name, precision,
                          mbt_isa_name((mbt_isa)isa), thread_counts[i], found, expected);
        }
    }
    free(out);
    mbt_golden_free(&golden);
}

START_TEST(has_the_same_bits_everywhere)
{
    expect_the_same_bits(case_names[_i], "f32");
}
END_TEST

START_TEST(smaller_has_the_same_bits_everywhere)
{
    expect_the_same_bits(smaller_cases[_i].name, smaller_cases[_i].precision);
}
END_TEST

/* What fewer bits in the weights do to the output. Something, or else they are not what was run. */
START_TEST(smaller_agrees_with_f32)
{
    mbt_golden golden;
    float *plain, *smaller;
    load(smaller_cases[_i].name, &golden, &plain);
    smaller = malloc(golden.samples * sizeof *smaller);
    ck_assert_ptr_nonnull(smaller);
    enhance(&golden, "f32", MBT_ISA_AUTO, 1, NULL, plain);
    enhance(&golden, smaller_cases[_i].precision, MBT_ISA_AUTO, 1, NULL, smaller);
    const mbt_golden_tensor reference = {.count = golden.samples, .stride = 1, .kept = golden.samples, .data = plain};
    const double snr = -20 * log10(relative_error(&reference, smaller));
    printf("%s %s: %.1f dB against f32\n", smaller_cases[_i].name, smaller_cases[_i].precision, snr);
    fflush(stdout);
    ck_assert_msg(snr >= smaller_cases[_i].snr && snr < MIN_SNR, "%s in %s: %.1f dB, not %.1f", smaller_cases[_i].name,
                  smaller_cases[_i].precision, snr, smaller_cases[_i].snr);
    free(smaller);
    free(plain);
    mbt_golden_free(&golden);
}
END_TEST

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        const TTest *test;
        int count;
    } groups[] = {{"reference", agrees_with_the_reference, CASE_COUNT},
                  {"bits", has_the_same_bits_everywhere, CASE_COUNT},
                  {"smaller_bits", smaller_has_the_same_bits_everywhere, SMALLER_COUNT},
                  {"smaller", smaller_agrees_with_f32, SMALLER_COUNT}};
    Suite *suite = suite_create("golden");
    int found = 0;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        bool wanted = argc == 1;
        for (int k = 1; k < argc; k++)
            wanted = wanted || strcmp(argv[k], groups[i].name) == 0;
        if (wanted) {
            TCase *tests = tcase_create(groups[i].name);
            tcase_set_timeout(tests, 600); /* emulated and sanitized runs take long */
            tcase_add_loop_test(tests, groups[i].test, 0, groups[i].count);
            suite_add_tcase(suite, tests);
            found++;
        }
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (argc > 1 && found != argc - 1) {
        fprintf(stderr, "usage: test_golden [GROUP...]; a group that is named is not there\n");
        return EXIT_FAILURE;
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
