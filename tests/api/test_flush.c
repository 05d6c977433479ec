/* test_flush.c: audio hosts often set the processor to flush denormals to zero. Such a caller gets the same bits, and
 * finds its mode as it was. */
#include "tests/api/api.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static float in[SHORT], wanted[SHORT], out[SHORT];

#if defined(__x86_64__)

/* Of MXCSR: flush to zero, denormals are zero, both (Intel, "Software Developer's Manual", volume 1, 10.2.3). */
static const uint64_t modes[] = {0x8000, 0x0040, 0x8040};

static uint64_t get_mode(void)
{
    return _mm_getcsr() & 0x8040u;
}

static void set_mode(uint64_t mode)
{
    _mm_setcsr((_mm_getcsr() & ~0x8040u) | (unsigned)mode);
}

#elif defined(__aarch64__)

/* Of FPCR: FZ (Arm, "Architecture Reference Manual", C5.2.8). */
static const uint64_t modes[] = {1u << 24};

static uint64_t get_mode(void)
{
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control & modes[0];
}

static void set_mode(uint64_t mode)
{
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    control = (control & ~modes[0]) | mode;
    __asm__ volatile("msr fpcr, %0" : : "r"(control) : "memory");
}

#else

static const uint64_t modes[] = {0};

static uint64_t get_mode(void)
{
    return 0;
}

static void set_mode(uint64_t mode)
{
    (void)mode;
}

#endif

enum { MODES = sizeof modes / sizeof modes[0] };

/* A recording of denormals, and what comes of it: denormals too, so that nothing would be left of them. */
static void prepare(void)
{
    const mbt_options options = api_options(SHORT);
    api_speech(in, SHORT);
    for (size_t i = 0; i < SHORT; i++)
        in[i] *= 1e-39f;
    api_enhance(&options, in, wanted, SHORT);
    ck_assert(api_rms(wanted, SHORT) > 1e-43);
}

static mbt_options options_of(int test)
{
    mbt_options options = api_options(SHORT);
    options.threads = 1 + (unsigned)(test / MODES) * 2;
    return options;
}

START_TEST(the_mode_is_one)
{
    volatile float tiny = 1e-39f, half = 0.5f;
    set_mode(modes[_i]);
    volatile float product = tiny * half;
    set_mode(0);
    ck_assert((product == 0) == (modes[_i] != 0));
}
END_TEST

START_TEST(whole)
{
    const mbt_options options = options_of(_i);
    mbt_enhancer *enhancer = NULL;
    set_mode(modes[_i % MODES]);
    const mbt_status opened = mbt_open(mbt_model_default(), &options, &enhancer);
    const uint64_t after_open = get_mode();
    const mbt_status status = mbt_enhance(enhancer, in, out, SHORT);
    const uint64_t after = get_mode();
    mbt_close(enhancer);
    set_mode(0);
    ck_assert(opened == MBT_OK && status == MBT_OK);
    ck_assert(after_open == modes[_i % MODES] && after == modes[_i % MODES]);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

START_TEST(as_a_stream)
{
    const mbt_options options = options_of(_i);
    mbt_enhancer *enhancer = NULL;
    set_mode(modes[_i % MODES]);
    const mbt_status opened = mbt_open(mbt_model_default(), &options, &enhancer);
    size_t taken = 0, given = 0;
    const mbt_status pushed = mbt_push(enhancer, in, SHORT, &taken), flushed = mbt_flush(enhancer);
    const uint64_t after_push = get_mode();
    const mbt_status pulled = mbt_pull(enhancer, out, SHORT, &given);
    const uint64_t after = get_mode();
    mbt_close(enhancer);
    set_mode(0);
    ck_assert(opened == MBT_OK && pushed == MBT_OK && flushed == MBT_OK && pulled == MBT_OK);
    ck_assert(after_push == modes[_i % MODES] && after == modes[_i % MODES]);
    ck_assert(taken == SHORT && given == SHORT);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

/* What a callback finds: whether its mode is the caller's. It sets another one, which is to be found at the next call
 * and after the last. */
typedef struct callback {
    uint64_t mode;
    unsigned calls, wrong;
} callback;

static int watch_mode(void *cookie, double done)
{
    callback *c = cookie;
    (void)done;
    c->calls++;
    c->wrong += get_mode() != c->mode;
    c->mode = c->mode == modes[0] ? modes[MODES - 1] : modes[0];
    set_mode(c->mode);
    return 0;
}

static void *allocate_in_mode(void *cookie, size_t bytes)
{
    callback *c = cookie;
    c->wrong += get_mode() != c->mode;
    return malloc(bytes);
}

static void release_in_mode(void *cookie, void *block)
{
    callback *c = cookie;
    c->wrong += get_mode() != c->mode;
    free(block);
}

START_TEST(callbacks_run_in_it)
{
    mbt_options options = options_of(_i);
    callback c = {.mode = modes[_i % MODES]};
    options.progress = watch_mode;
    options.allocate = allocate_in_mode;
    options.release = release_in_mode;
    options.progress_cookie = options.memory_cookie = &c;
    mbt_enhancer *enhancer = NULL;
    set_mode(c.mode);
    const mbt_status opened = mbt_open(mbt_model_default(), &options, &enhancer);
    const mbt_status status = mbt_enhance(enhancer, in, out, SHORT);
    const uint64_t after = get_mode();
    mbt_close(enhancer);
    set_mode(0);
    ck_assert(opened == MBT_OK && status == MBT_OK);
    ck_assert_uint_gt(c.calls, 3);
    ck_assert_uint_eq(c.wrong, 0);
    ck_assert(after == c.mode);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

TCase *api_flush_tests(void)
{
    TCase *tests = tcase_create("flush");
    tcase_add_unchecked_fixture(tests, prepare, NULL); /* once, before the tests' processes part */
    tcase_add_loop_test(tests, the_mode_is_one, 0, MODES);
    tcase_add_loop_test(tests, whole, 0, 2 * MODES);
    tcase_add_loop_test(tests, as_a_stream, 0, 2 * MODES);
    tcase_add_loop_test(tests, callbacks_run_in_it, 0, 2 * MODES);
    return tests;
}
