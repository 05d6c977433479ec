/* test_memory.c: the caller's own memory, memory that runs out, and no allocation after opening. */
#include "tests/api/api.h"

/* 4 windows. */
#define WINDOW 400u
#define LONG 1401u

static float in[LONG], out[LONG], wanted[LONG];

static mbt_options window_options(void)
{
    mbt_options options = api_options(0);
    options.window = WINDOW;
    return options;
}

static void prepare(void)
{
    const mbt_options options = window_options();
    api_speech(in, LONG);
    api_enhance(&options, in, wanted, LONG);
}

/* An allocator that keeps a record. It gives blocks `past` bytes beyond a multiple of 64. */
typedef struct allocator {
    size_t past, bytes;
    unsigned allocations, releases;
    bool empty; /* nothing is left */
    void *block;
} allocator;

static void *allocate(void *cookie, size_t bytes)
{
    allocator *a = cookie;
    a->allocations++;
    a->bytes = bytes;
    if (a->empty)
        return NULL;
    a->block = api_block((bytes + a->past + 63) / 64 * 64);
    return (unsigned char *)a->block + a->past;
}

static void release(void *cookie, void *block)
{
    allocator *a = cookie;
    a->releases++;
    ck_assert_ptr_eq(block, (unsigned char *)a->block + a->past);
    free(a->block);
}

static mbt_options hooked_options(allocator *a)
{
    mbt_options options = window_options();
    options.allocate = allocate;
    options.release = release;
    options.memory_cookie = a;
    return options;
}

START_TEST(an_allocator_of_the_callers)
{
    for (size_t past = 0; past < 64; past += past < 4 ? 1 : past) {
        allocator a = {.past = past};
        const mbt_options options = hooked_options(&a);
        size_t bytes = 0;
        ck_assert_int_eq(mbt_memory_needed(mbt_model_default(), &options, &bytes), MBT_OK);
        ck_assert_uint_eq(a.allocations, 0);
        mbt_enhancer *enhancer = api_open(&options);
        ck_assert_uint_eq(a.allocations, 1);
        ck_assert(a.bytes >= bytes && a.bytes < bytes + 64);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_OK);
        ck_assert_uint_eq(a.releases, 0);
        mbt_close(enhancer);
        ck_assert_uint_eq(a.allocations, 1);
        ck_assert_uint_eq(a.releases, 1);
        ck_assert_mem_eq(out, wanted, sizeof out);
    }
}
END_TEST

static void expect_refusal(const mbt_options *options, mbt_status wanted_status)
{
    mbt_enhancer *enhancer = (mbt_enhancer *)&enhancer;
    ck_assert_int_eq(mbt_open(mbt_model_default(), options, &enhancer), wanted_status);
    ck_assert_ptr_null(enhancer);
}

START_TEST(half_an_allocator_or_two_sources)
{
    static _Alignas(64) unsigned char block[1 << 22];
    allocator a = {0};
    mbt_options options = hooked_options(&a);
    options.memory = block;
    options.memory_size = sizeof block;
    expect_refusal(&options, MBT_ERROR_ARGUMENT); /* which of them? */
    options = hooked_options(&a);
    options.release = NULL;
    expect_refusal(&options, MBT_ERROR_ARGUMENT);
    options = hooked_options(&a);
    options.allocate = NULL;
    expect_refusal(&options, MBT_ERROR_ARGUMENT);
    ck_assert_uint_eq(a.allocations, 0);
}
END_TEST

START_TEST(an_empty_allocator)
{
    allocator a = {.empty = true};
    const mbt_options options = hooked_options(&a);
    expect_refusal(&options, MBT_ERROR_MEMORY);
    ck_assert_uint_eq(a.allocations, 1);
    ck_assert_uint_eq(a.releases, 0);
}
END_TEST

/* With a block or an allocator of the caller's, malloc is left alone. */
START_TEST(nothing_from_malloc)
{
    mbt_options options = window_options();
    size_t bytes = 0;
    ck_assert_int_eq(mbt_memory_needed(mbt_model_default(), &options, &bytes), MBT_OK);
    options.memory = api_block((bytes + 63) / 64 * 64);
    options.memory_size = bytes;
    mbt_enhancer *enhancer = NULL;
    api_hook.allocations_left = 0;
    mbt_status status = mbt_open(mbt_model_default(), &options, &enhancer);
    if (status == MBT_OK)
        status = mbt_enhance(enhancer, in, out, LONG);
    mbt_close(enhancer);
    api_hook.allocations_left = -1;
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    free(options.memory);
}
END_TEST

/* The first allocation fails, then the second, until opening needs no more: it needs one. What was had is given
 * back. */
START_TEST(each_allocation_fails_in_turn)
{
    mbt_options options = window_options();
    options.threads = _i ? 3 : 1;
    int granted = 0, left = 0;
    for (; left == 0; granted++) {
        mbt_enhancer *enhancer = NULL;
        const int blocks = api_hook.blocks;
        api_hook.allocations_left = granted;
        const mbt_status status = mbt_open(mbt_model_default(), &options, &enhancer);
        const int held = api_hook.blocks - blocks;
        const bool opened = enhancer != NULL;
        left = api_hook.allocations_left;
        api_hook.allocations_left = -1;
        mbt_close(enhancer);
        const int kept = api_hook.blocks - blocks;
        ck_assert_int_eq(status, granted < 1 ? MBT_ERROR_MEMORY : MBT_OK);
        ck_assert_int_eq(held, granted < 1 ? 0 : 1);
        ck_assert(opened == (status == MBT_OK));
        ck_assert_int_eq(kept, 0);
    }
    ck_assert_int_eq(granted, 3); /* with 0 and 1 none was left, with 2 one */
}
END_TEST

#if MBT_THREADS
/* What was allocated before goes back where it came from. */
START_TEST(threads_fail_after_the_allocation)
{
    allocator a = {0};
    mbt_options options = hooked_options(&a);
    mbt_enhancer *enhancer = NULL;
    options.threads = 3;
    api_hook.threads_left = 1;
    const mbt_status status = mbt_open(mbt_model_default(), &options, &enhancer);
    api_hook.threads_left = -1;
    ck_assert_int_eq(status, MBT_ERROR_THREADS);
    ck_assert_uint_eq(a.allocations, 1);
    ck_assert_uint_eq(a.releases, 1);
}
END_TEST
#endif

static mbt_status run_stream(mbt_enhancer *enhancer, float *to)
{
    size_t count, pushed = 0, given = 0;
    mbt_status status = MBT_OK;
    while (given < LONG && status == MBT_OK) {
        if (pushed < LONG) {
            status = mbt_push(enhancer, in + pushed, LONG - pushed, &count);
            pushed += count;
        }
        if (pushed == LONG)
            mbt_flush(enhancer);
        if (status == MBT_OK) {
            status = mbt_pull(enhancer, to + given, LONG - given, &count);
            given += count;
        }
    }
    mbt_reset(enhancer);
    return status;
}

/* Everything that can be called on an open enhancer, while there is no memory to be had. */
START_TEST(nothing_is_needed_after_opening)
{
    static float piece[WINDOW], streamed[LONG];
    mbt_options options = window_options();
    options.threads = _i ? 3 : 1;
    mbt_enhancer *enhancer = api_open(&options);
    mbt_status status[3];
    const int blocks = api_hook.blocks;
    api_hook.allocations_left = 0;
    status[0] = mbt_enhance(enhancer, in, out, LONG);
    status[1] = mbt_enhance(enhancer, in, piece, WINDOW);
    status[2] = run_stream(enhancer, streamed);
    const size_t waits = mbt_latency(enhancer) + mbt_pending(enhancer);
    mbt_close(enhancer);
    const int freed = blocks - api_hook.blocks;
    api_hook.allocations_left = -1;
    ck_assert(status[0] == MBT_OK && status[1] == MBT_OK && status[2] == MBT_OK);
    ck_assert_uint_eq(waits, WINDOW);
    ck_assert_int_eq(freed, 1);
    ck_assert_mem_eq(out, wanted, sizeof out);
    ck_assert_mem_eq(streamed, wanted, sizeof streamed);
}
END_TEST

TCase *api_memory_tests(void)
{
    TCase *tests = tcase_create("memory");
    tcase_add_unchecked_fixture(tests, prepare, NULL); /* once, before the tests' processes part */
    tcase_add_test(tests, an_allocator_of_the_callers);
    tcase_add_test(tests, half_an_allocator_or_two_sources);
    tcase_add_test(tests, an_empty_allocator);
    tcase_add_test(tests, nothing_from_malloc);
    tcase_add_loop_test(tests, each_allocation_fails_in_turn, 0, 2);
#if MBT_THREADS
    tcase_add_test(tests, threads_fail_after_the_allocation);
#endif
    tcase_add_loop_test(tests, nothing_is_needed_after_opening, 0, 2);
    return tests;
}
