/* test_run.c: during a call: progress, cancelling, memory. */
#include "tests/api/api.h"

#if MBT_THREADS
#include <pthread.h>
#endif

/* 4 frames of the embedded model, overlapping by 1: 4 windows. */
#define WINDOW 800u
#define OVERLAP 200u
#define LONG 2201u

static float in[SHORT], out[SHORT], wanted[SHORT];
static float long_in[LONG], long_out[LONG], long_wanted[LONG];

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

static mbt_options window_options(void)
{
    mbt_options options = api_options(0);
    options.window = WINDOW;
    options.overlap = OVERLAP;
    return options;
}

static void prepare(void)
{
    const mbt_options options = api_options(SHORT);
    api_speech(in, SHORT);
    api_enhance(&options, in, wanted, SHORT);
    const mbt_options windows = window_options();
    api_speech(long_in, LONG);
    api_enhance(&windows, long_in, long_wanted, LONG);
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

/* A progress callback that calls what it may not. */
typedef struct meddler {
    mbt_enhancer *enhancer;
    size_t *count; /* the one that the call in progress gives */
    unsigned calls, stop_at;
    bool refused; /* every time, and nothing has changed */
} meddler;

static int meddle(void *cookie, double done)
{
    meddler *m = cookie;
    const size_t pending = mbt_pending(m->enhancer);
    const int blocks = api_hook.blocks, threads = api_hook.threads;
    float sample = 77;
    size_t taken = 5;
    bool refused = mbt_enhance(m->enhancer, long_in, &sample, 1) == MBT_ERROR_STREAM;
    refused = mbt_enhance(m->enhancer, long_in, &sample, 0) == MBT_ERROR_STREAM && refused;
    refused = mbt_push(m->enhancer, long_in, 1, &taken) == MBT_ERROR_STREAM && taken == 0 && refused;
    *m->count = 5;
    refused = mbt_pull(m->enhancer, &sample, 1, m->count) == MBT_ERROR_STREAM && *m->count == 0 && refused;
    refused = mbt_flush(m->enhancer) == MBT_ERROR_STREAM && refused;
    mbt_reset(m->enhancer);
    mbt_close(m->enhancer);
    refused = api_hook.blocks == blocks && api_hook.threads == threads && refused;
    refused = mbt_pending(m->enhancer) == pending && mbt_latency(m->enhancer) == WINDOW && refused;
    m->refused = m->refused && refused && sample == 77 && done <= 1;
    return ++m->calls == m->stop_at;
}

/* long_in to long_out, in one call or as a stream. A stream goes on after it was cancelled. */
static mbt_status run_long(meddler *m, bool streaming)
{
    size_t given = 0, count = 0, taken;
    m->count = &count;
    if (!streaming)
        return mbt_enhance(m->enhancer, long_in, long_out, LONG);
    for (size_t pushed = 0; given < LONG;) {
        if (pushed < LONG) {
            ck_assert_int_eq(mbt_push(m->enhancer, long_in + pushed, LONG - pushed, &taken), MBT_OK);
            pushed += taken;
            if (pushed == LONG)
                ck_assert_int_eq(mbt_flush(m->enhancer), MBT_OK);
        }
        /* Not by windows: most calls give the end of one and then run the next. */
        const size_t room = LONG - given < 500 ? LONG - given : 500;
        const mbt_status status = mbt_pull(m->enhancer, long_out + given, room, &count);
        ck_assert(status == MBT_OK || (status == MBT_ERROR_CANCELLED && m->calls == m->stop_at));
        given += count;
        ck_assert_uint_eq(mbt_pending(m->enhancer), pushed - given);
    }
    mbt_reset(m->enhancer);
    return MBT_OK;
}

/* Recording and stream, with 1 and 3 threads. Afterwards, cancelled or not, everything may be called again. */
START_TEST(calls_from_the_callback_are_refused)
{
    const bool streaming = _i % 2;
    meddler m = {.refused = true};
    mbt_options options = window_options();
    options.threads = _i / 2 ? 3 : 1;
    options.progress = meddle;
    options.progress_cookie = &m;
    m.enhancer = api_open(&options);
    ck_assert_int_eq(run_long(&m, streaming), MBT_OK);
    ck_assert_mem_eq(long_out, long_wanted, sizeof long_out);
    const unsigned calls = m.calls;
    ck_assert_uint_ge(calls, 40);
    m.stop_at = calls + calls / 2;
    ck_assert_int_eq(run_long(&m, streaming), streaming ? MBT_OK : MBT_ERROR_CANCELLED);
    ck_assert_uint_ge(m.calls, m.stop_at);
    ck_assert_int_eq(run_long(&m, !streaming), MBT_OK);
    ck_assert_mem_eq(long_out, long_wanted, sizeof long_out);
    m.calls = 0;
    m.stop_at = 1;
    ck_assert_int_eq(run_long(&m, false), MBT_ERROR_CANCELLED);
    ck_assert(m.refused);
    const int blocks = api_hook.blocks;
    mbt_close(m.enhancer);
    const int left = api_hook.blocks;
    ck_assert_int_eq(left, blocks - 1);
    ck_assert_int_eq(api_hook.threads, 0);
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
    tcase_add_loop_test(tests, calls_from_the_callback_are_refused, 0, 4);
    return tests;
}
