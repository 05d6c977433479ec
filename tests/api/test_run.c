/* test_run.c: while it runs: progress, cancelling, memory. */
#include "api.h"

#if MBT_THREADS
#include <pthread.h>
#endif

static float in[SHORT], out[SHORT], wanted[SHORT];

/* What a progress callback has seen, and when it is to say stop. */
typedef struct progress {
    unsigned calls, stop_at; /* the call that stops; 0: none */
    double last;
    bool rising, foreign_thread;
#if MBT_THREADS
    pthread_t caller;
#endif
} progress;

static progress new_progress(unsigned stop_at)
{
    progress p = {.stop_at = stop_at, .rising = true};
#if MBT_THREADS
    p.caller = pthread_self();
#endif
    return p;
}

static int watch(void *cookie, double done)
{
    progress *p = cookie;
    p->rising = p->rising && done >= p->last && done <= 1;
#if MBT_THREADS
    p->foreign_thread = p->foreign_thread || !pthread_equal(p->caller, pthread_self());
#endif
    p->last = done;
    return ++p->calls == p->stop_at ? -5 : 0;
}

static void prepare(void)
{
    const mbt_options options = api_options(SHORT);
    api_speech(in, SHORT);
    api_enhance(&options, in, wanted, SHORT);
}

START_TEST(progress_rises_to_one)
{
    mbt_options options = api_options(SHORT);
    progress p = new_progress(0);
    options.threads = _i ? 3 : 1;
    options.progress = watch;
    options.progress_cookie = &p;
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_uint_eq(p.calls, 0);
    for (int i = 0; i < 2; i++) {
        p = new_progress(0);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
        ck_assert_uint_ge(p.calls, 10);
        ck_assert(p.rising && !p.foreign_thread);
        ck_assert(p.last >= 0.999);
        ck_assert_mem_eq(out, wanted, sizeof out); /* watching changes nothing */
    }
    mbt_close(enhancer);
}
END_TEST

/* At the first call, at each later one, at the last: the output is left alone, no further call follows, and the
 * enhancer can be used as before. */
START_TEST(cancelled_anywhere)
{
    mbt_options options = api_options(SHORT);
    progress p = new_progress(0);
    options.threads = 2;
    options.progress = watch;
    options.progress_cookie = &p;
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, 400), MBT_OK);
    const unsigned calls = p.calls;
    for (unsigned stop_at = 1; stop_at <= calls; stop_at++) {
        for (size_t i = 0; i < SHORT; i++)
            out[i] = 77;
        p = new_progress(stop_at);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, 400), MBT_ERROR_CANCELLED);
        ck_assert_uint_eq(p.calls, stop_at);
        for (size_t i = 0; i < SHORT; i++)
            ck_assert(out[i] == 77);
    }
    p = new_progress(0);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

/* Cancelling in place leaves the recording what it was. */
START_TEST(cancelled_in_place)
{
    static float kept[SHORT];
    mbt_options options = api_options(SHORT);
    progress p = new_progress(3);
    options.progress = watch;
    options.progress_cookie = &p;
    memcpy(kept, in, sizeof in);
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_int_eq(mbt_enhance(enhancer, in, in, SHORT), MBT_ERROR_CANCELLED);
    ck_assert_mem_eq(in, kept, sizeof in);
    mbt_close(enhancer);
}
END_TEST

START_TEST(nothing_is_allocated)
{
    static const float silence[SHORT];
    mbt_options options = api_options(SHORT);
    progress p = new_progress(0);
    options.threads = _i ? 3 : 1;
    options.progress = watch;
    options.progress_cookie = &p;
    mbt_enhancer *enhancer = api_open(&options);
    mbt_status status[5];
    api_hook.allocations = 0;
    status[0] = mbt_enhance(enhancer, in, out, SHORT);
    status[1] = mbt_enhance(enhancer, in, out, 199);
    status[2] = mbt_enhance(enhancer, silence, out, SHORT);
    status[3] = mbt_enhance(enhancer, in, out, SHORT + 1);
    p = new_progress(5);
    status[4] = mbt_enhance(enhancer, in, out, SHORT);
    mbt_close(enhancer);
    const unsigned allocations = api_hook.allocations;
    ck_assert_uint_eq(allocations, 0);
    ck_assert(status[0] == MBT_OK && status[1] == MBT_OK && status[2] == MBT_OK);
    ck_assert(status[3] == MBT_ERROR_TOO_LONG && status[4] == MBT_ERROR_CANCELLED);
}
END_TEST

TCase *api_run_tests(void)
{
    TCase *tests = tcase_create("run");
    tcase_add_unchecked_fixture(tests, prepare, NULL); /* once, before the tests' processes part */
    tcase_add_loop_test(tests, progress_rises_to_one, 0, 2);
    tcase_add_test(tests, cancelled_anywhere);
    tcase_add_test(tests, cancelled_in_place);
    tcase_add_loop_test(tests, nothing_is_allocated, 0, 2);
    return tests;
}
