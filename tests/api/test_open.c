/* test_open.c: opening and closing: options, memory, errors, and the description of a model. */
#include "tests/api/api.h"

#include <limits.h>
#include <stdio.h>

static const mbt_status statuses[] = {
    MBT_OK,        MBT_ERROR_ARGUMENT, MBT_ERROR_MODEL,     MBT_ERROR_MEMORY, MBT_ERROR_TOO_LONG, MBT_ERROR_SAMPLE,
    MBT_ERROR_ISA, MBT_ERROR_THREADS,  MBT_ERROR_CANCELLED, MBT_ERROR_STREAM, MBT_ERROR_BITS};

static size_t memory_needed(const mbt_options *options)
{
    size_t bytes = 0;
    ck_assert_int_eq(mbt_memory_needed(mbt_model_default(), options, &bytes), MBT_OK);
    ck_assert_uint_gt(bytes, 0);
    return bytes;
}

/* Both calls that take options say `wanted`, and leave nothing open. */
static void expect_failure(const mbt_model *model, const mbt_options *options, mbt_status wanted)
{
    size_t bytes = 7;
    mbt_enhancer *enhancer = (mbt_enhancer *)&bytes;
    ck_assert_int_eq(mbt_memory_needed(model, options, &bytes), wanted);
    ck_assert_int_eq(mbt_open(model, options, &enhancer), wanted);
    ck_assert_ptr_null(enhancer);
}

START_TEST(defaults)
{
    mbt_options options;
    memset(&options, 0xff, sizeof options);
    mbt_options_init(&options);
    ck_assert_uint_eq(options.max_samples, 0);
    ck_assert_uint_eq(options.window, 0);
    ck_assert_uint_eq(options.overlap, 0);
    ck_assert_uint_eq(options.threads, 0);
    ck_assert_int_eq(options.isa, MBT_ISA_AUTO);
    ck_assert_ptr_null(options.memory);
    ck_assert_uint_eq(options.memory_size, 0);
    ck_assert(options.progress == NULL && options.progress_cookie == NULL);
    ck_assert(options.limit == 0 && options.dry == 0);
    /* As large as in version 0.1.0, which had three reserved words behind the allocator. */
    ck_assert_uint_eq(sizeof options, offsetof(mbt_options, memory_cookie) + sizeof(void *) + 3 * sizeof(uintptr_t));
    for (int i = 0; i < COUNT(options.reserved); i++)
        ck_assert_uint_eq(options.reserved[i], 0);
    ck_assert_uint_eq(memory_needed(NULL), memory_needed(&options));
    float silence[2] = {0};
    mbt_enhancer *enhancer = api_open(NULL);
    ck_assert_int_eq(mbt_enhance(enhancer, silence, silence, 2), MBT_OK);
    mbt_close(enhancer);
}
END_TEST

START_TEST(null_arguments)
{
    const mbt_options options = api_options(100);
    const mbt_model *model = mbt_model_default();
    float samples[100] = {1};
    size_t bytes;
    mbt_model_info info;
    ck_assert_ptr_nonnull(model);
    expect_failure(NULL, &options, MBT_ERROR_ARGUMENT);
    expect_failure(NULL, NULL, MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_memory_needed(model, &options, NULL), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_memory_needed(NULL, &options, &bytes), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_open(model, &options, NULL), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_enhance(NULL, samples, samples, 100), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_model_describe(NULL, &info), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_model_describe(model, NULL), MBT_ERROR_ARGUMENT);
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_int_eq(mbt_enhance(enhancer, NULL, samples, 100), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_enhance(enhancer, samples, NULL, 100), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_enhance(enhancer, NULL, NULL, 0), MBT_OK);
    mbt_close(enhancer);
    mbt_close(NULL);
}
END_TEST

START_TEST(options_out_of_range)
{
    static const unsigned threads[] = {257, 1000, UINT_MAX};
    mbt_options options;
    for (int i = 0; i < COUNT(threads); i++) {
        options = api_options(100);
        options.threads = threads[i];
        expect_failure(mbt_model_default(), &options, MBT_ERROR_ARGUMENT);
    }
    options.threads = 256;
    memory_needed(&options);
    for (int i = 0; i < COUNT(options.reserved); i++) {
        options = api_options(100);
        options.reserved[i] = 1;
        expect_failure(mbt_model_default(), &options, MBT_ERROR_ARGUMENT);
    }
}
END_TEST

/* Whatever the hop: one frame more than samples / hop must not wrap around. */
START_TEST(longer_than_memory_can_address)
{
    static const size_t lengths[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 16};
    static const uint32_t hops[] = {200, 1, 2, 100};
    for (int k = 0; k < COUNT(hops); k++)
        for (int i = 0; i < COUNT(lengths); i++) {
            mbt_model model = *mbt_model_default();
            model.hop = hops[k];
            mbt_options options = api_options(0);
            options.window = lengths[i];
            expect_failure(&model, &options, MBT_ERROR_TOO_LONG);
            options.max_samples = lengths[i];
            expect_failure(&model, &options, MBT_ERROR_TOO_LONG);
        }
}
END_TEST

START_TEST(another_version_of_the_model)
{
    const mbt_options options = api_options(100);
    mbt_model_info info;
    mbt_model model = *mbt_model_default();
    model.abi++;
    expect_failure(&model, &options, MBT_ERROR_MODEL);
    ck_assert_int_eq(mbt_model_describe(&model, &info), MBT_ERROR_MODEL);
    model = *mbt_model_default();
    model.model_size--;
    expect_failure(&model, NULL, MBT_ERROR_MODEL);
    ck_assert_int_eq(mbt_model_describe(&model, &info), MBT_ERROR_MODEL);
}
END_TEST

/* What the first of MBT_MODELS is. The published sizes: folding takes a few numbers away, padding and scales
 * add some. */
static const struct {
    const char *name, *precision;
    uint64_t least_bytes, most_bytes;
} tiny[] = {
    {"tiny_int8", "int8", 100000, 140000},
    {"tiny_f16", "f16", 200000, 240000},
    {"tiny_f32", "f32", 410000, 440000},
};

/* weights/tiny/tiny.yaml and tiny.md. */
START_TEST(the_embedded_model_describes_itself)
{
    mbt_model_info info;
    ck_assert_int_eq(mbt_model_describe(mbt_model_default(), &info), MBT_OK);
    ck_assert_str_eq(info.name, MBT_TEST_DEFAULT);
    int i = 0;
    while (i < COUNT(tiny) && strcmp(info.name, tiny[i].name) != 0)
        i++;
    ck_assert_int_lt(i, COUNT(tiny));
    ck_assert_str_eq(info.precision, tiny[i].precision);
    ck_assert_str_eq(info.family, "mambattention");
    ck_assert_msg(strstr(info.provenance, "sha256 ") != NULL && strstr(info.provenance, "tiny.pth\n") != NULL, "%s",
                  info.provenance);
    ck_assert_uint_eq(info.sample_rate, 16000);
    ck_assert_uint_eq(info.n_fft, 400);
    ck_assert_uint_eq(info.hop, 200);
    ck_assert_uint_eq(info.channels, 16);
    ck_assert_uint_eq(info.blocks, 2);
    ck_assert_uint_eq(info.parameters, 104049);
    ck_assert_uint_ge(info.weight_bytes, tiny[i].least_bytes);
    ck_assert_uint_le(info.weight_bytes, tiny[i].most_bytes);
    ck_assert(info.macs_per_second > 1e9 && info.macs_per_second < 1.3e9);
}
END_TEST

START_TEST(more_samples_or_threads_need_more_memory)
{
    static const size_t lengths[] = {1, 2, 199, 200, 201, 400, 1000, 15999, 16000, 160000, 1600000, 57600000};
    static const unsigned threads[] = {1, 2, 3, 8, 64, 256};
    size_t before = 0;
    for (int i = 0; i < COUNT(lengths); i++) {
        const mbt_options options = api_options(lengths[i]);
        const size_t bytes = memory_needed(&options);
        ck_assert_uint_ge(bytes, before);
        before = bytes;
    }
    before = 0;
    for (int i = 0; i < COUNT(threads); i++) {
        mbt_options options = api_options(16000);
        options.threads = threads[i];
        const size_t bytes = memory_needed(&options);
        ck_assert_msg(MBT_THREADS ? bytes > before : bytes == before || before == 0, "%u threads", threads[i]);
        before = bytes;
    }
}
END_TEST

/* A window has the same memory for recordings of any length. */
START_TEST(memory_is_for_one_window)
{
    static const size_t lengths[] = {16001, 160000, 57600000, SIZE_MAX, 0};
    mbt_options options = api_options(16000);
    options.window = 16000;
    const size_t one_piece = memory_needed(&options);
    options.max_samples = 16001;
    const size_t window = memory_needed(&options);
    ck_assert(window > one_piece && window < one_piece + 3 * 16000 * sizeof(float));
    for (int i = 0; i < COUNT(lengths); i++) {
        options.max_samples = lengths[i];
        ck_assert_uint_eq(memory_needed(&options), window);
    }
    options.window = 16200;
    ck_assert_uint_gt(memory_needed(&options), window);
    options.window = SIZE_MAX / 16; /* what no recording fills costs nothing */
    options.max_samples = 16000;
    ck_assert_uint_eq(memory_needed(&options), one_piece);
}
END_TEST

START_TEST(overlaps)
{
    mbt_options options = api_options(0);
    options.window = 3201; /* 17 frames of 200 */
    static const size_t fine[] = {1, 200, 1600, MBT_OVERLAP_NONE}, wrong[] = {1601, 1700, 3400, SIZE_MAX - 1};
    for (int i = 0; i < COUNT(fine); i++) {
        options.overlap = fine[i];
        memory_needed(&options);
    }
    for (int i = 0; i < COUNT(wrong); i++) {
        options.overlap = wrong[i];
        expect_failure(mbt_model_default(), &options, MBT_ERROR_ARGUMENT);
    }
    options.window = 1; /* one frame has no half */
    options.overlap = 0;
    memory_needed(&options);
    options.overlap = 1;
    expect_failure(mbt_model_default(), &options, MBT_ERROR_ARGUMENT);
}
END_TEST

START_TEST(a_block_of_the_callers)
{
    mbt_options options = api_options(SHORT);
    const size_t bytes = memory_needed(&options);
    unsigned char *block = api_block((bytes + 127) / 64 * 64);
    mbt_enhancer *enhancer;
    options.memory = block;
    options.memory_size = bytes - 1;
    ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), MBT_ERROR_MEMORY);
    ck_assert_ptr_null(enhancer);
    options.memory_size = 0;
    ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), MBT_ERROR_MEMORY);
    options.memory_size = bytes;
    for (size_t past = 1; past < 64; past += past < 4 ? 1 : past) {
        options.memory = block + past;
        ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), MBT_ERROR_MEMORY);
        ck_assert_ptr_null(enhancer);
    }
    options.memory = block;
    mbt_close(api_open(&options));
    free(block);
}
END_TEST

static const size_t guarded[][2] = {{1, 1},     {1, 5000},  {199, 199},  {200, 200},  {399, 399},
                                    {399, 400}, {400, 400}, {400, 5000}, {4799, 4799}};

START_TEST(the_block_is_enough)
{
    api_expect_guards(mbt_model_default(), guarded[_i][0], guarded[_i][1], 1);
}
END_TEST

START_TEST(the_block_is_enough_for_threads)
{
    static const unsigned threads[] = {3, 3, 40}; /* with 40 the scratch memory of the blocks is the largest part */
    const mbt_model narrow = api_narrow_model();
    api_expect_guards(_i ? &narrow : mbt_model_default(), SHORT, SHORT, threads[_i]);
}
END_TEST

START_TEST(an_enhancer_may_be_opened_again_in_the_same_block)
{
    mbt_options options = api_options(SHORT);
    options.memory_size = memory_needed(&options);
    options.memory = api_block((options.memory_size + 63) / 64 * 64);
    float in[SHORT], first[SHORT], second[SHORT];
    api_speech(in, SHORT);
    api_enhance(&options, in, first, SHORT);
    memset(options.memory, 0xff, options.memory_size); /* NaN, were it read */
    api_enhance(&options, in, second, SHORT);
    ck_assert_mem_eq(first, second, sizeof first);
    free(options.memory);
}
END_TEST

/* mbt_memory_needed is the truth about malloc too, but for the room to align. */
START_TEST(one_allocation_of_the_size_that_was_told)
{
    const mbt_options options = api_options(SHORT);
    const size_t bytes = memory_needed(&options);
    mbt_enhancer *enhancer = NULL;
    api_hook.allocations = 0;
    const mbt_status status = mbt_open(mbt_model_default(), &options, &enhancer);
    const unsigned allocations = api_hook.allocations;
    const size_t taken = api_hook.bytes;
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_uint_eq(allocations, 1);
    ck_assert(taken >= bytes && taken <= bytes + 64);
    const int before = api_hook.blocks;
    mbt_close(enhancer);
    const int after = api_hook.blocks;
    ck_assert_int_eq(after, before - 1);
}
END_TEST

#if MBT_THREADS
/* At the first worker, the second, the last: those before are ended, and the memory is given back. */
START_TEST(threads_cannot_be_started)
{
    mbt_options options = api_options(100);
    options.threads = 5;
    for (int started = 0; started < 4; started++) {
        mbt_enhancer *enhancer = NULL;
        api_hook.threads_left = started;
        const int blocks = api_hook.blocks;
        const mbt_status status = mbt_open(mbt_model_default(), &options, &enhancer);
        const int left = api_hook.blocks - blocks;
        ck_assert_int_eq(status, MBT_ERROR_THREADS);
        ck_assert_ptr_null(enhancer);
        ck_assert_int_eq(left, 0);
        ck_assert_int_eq(api_hook.threads, 0);
    }
    api_hook.threads_left = 4;
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_int_eq(api_hook.threads, 4);
    mbt_close(enhancer);
    ck_assert_int_eq(api_hook.threads, 0);
    api_hook.threads_left = -1;
}
END_TEST
#endif

START_TEST(status_texts)
{
    for (int i = 0; i < COUNT(statuses); i++) {
        const char *text = mbt_status_string(statuses[i]);
        ck_assert_ptr_nonnull(text);
        ck_assert_uint_gt(strlen(text), 0);
        ck_assert_ptr_null(strchr(text, '\n'));
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(text, mbt_status_string(statuses[k]));
    }
    static const int others[] = {1, -11, 1000, INT_MAX, INT_MIN};
    for (int i = 0; i < COUNT(others); i++) {
        const char *text = mbt_status_string((mbt_status)others[i]);
        ck_assert_ptr_nonnull(text);
        for (int k = 0; k < COUNT(statuses); k++)
            ck_assert_str_ne(text, mbt_status_string(statuses[k]));
    }
}
END_TEST

START_TEST(version)
{
    char wanted[40];
    snprintf(wanted, sizeof wanted, "%d.%d.%d", MBT_VERSION_MAJOR, MBT_VERSION_MINOR, MBT_VERSION_PATCH);
    ck_assert_str_eq(mbt_version(), wanted);
}
END_TEST

/* MBT_TEST_MODELS is the build's MBT_MODELS with ',' for ';'. A model's own name has '_' for '-'. */
START_TEST(models_by_name)
{
    const char *rest = MBT_TEST_MODELS;
    ck_assert_ptr_eq(mbt_model_by_name(MBT_TEST_FIRST), mbt_model_default());
    while (*rest != '\0') {
        char name[40];
        const int size = (int)strcspn(rest, ",");
        snprintf(name, sizeof name, "%.*s", size, rest);
        rest += size + (rest[size] == ',');
        const mbt_model *model = mbt_model_by_name(name);
        ck_assert_msg(model != NULL, "%s", name);
        mbt_model_info info;
        ck_assert_int_eq(mbt_model_describe(model, &info), MBT_OK);
        ck_assert_uint_eq(strlen(info.name), (size_t)size);
        for (char *c = name; *c != '\0'; c++)
            ck_assert_msg(info.name[c - name] == (*c == '-' ? '_' : *c), "%s is %s", name, info.name);
        /* The name without its precision is the first that has it. */
        *strchr(name, '-') = '\0';
        const char *first = strstr(MBT_TEST_MODELS, name);
        char full[40];
        snprintf(full, sizeof full, "%.*s", (int)strcspn(first, ","), first);
        ck_assert_ptr_eq(mbt_model_by_name(name), mbt_model_by_name(full));
    }
    static const char *const others[] = {NULL,         "",          "-",    "t",     "tin",      "tiny-", "tiny-int",
                                         "tiny-int88", "tiny_int8", "TINY", "live-", "none-f32", "-int8", "int8"};
    for (int i = 0; i < COUNT(others); i++)
        ck_assert_msg(mbt_model_by_name(others[i]) == NULL, "%s", others[i]);
}
END_TEST

TCase *api_open_tests(void)
{
    TCase *tests = tcase_create("open");
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, null_arguments);
    tcase_add_test(tests, options_out_of_range);
    tcase_add_test(tests, longer_than_memory_can_address);
    tcase_add_test(tests, another_version_of_the_model);
    tcase_add_test(tests, the_embedded_model_describes_itself);
    tcase_add_test(tests, more_samples_or_threads_need_more_memory);
    tcase_add_test(tests, memory_is_for_one_window);
    tcase_add_test(tests, overlaps);
    tcase_add_test(tests, a_block_of_the_callers);
    tcase_add_loop_test(tests, the_block_is_enough, 0, COUNT(guarded));
    tcase_add_loop_test(tests, the_block_is_enough_for_threads, 0, 3);
    tcase_add_test(tests, an_enhancer_may_be_opened_again_in_the_same_block);
    tcase_add_test(tests, one_allocation_of_the_size_that_was_told);
#if MBT_THREADS
    tcase_add_test(tests, threads_cannot_be_started);
#endif
    tcase_add_test(tests, status_texts);
    tcase_add_test(tests, version);
    tcase_add_test(tests, models_by_name);
    return tests;
}
