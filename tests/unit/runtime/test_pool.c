/* test_pool.c: every task runs exactly once, whatever the number of threads.
 *
 * Nothing here is atomic, on purpose. So ThreadSanitizer reports a task that runs twice, a worker number that two
 * threads have, and a run that returns before its tasks are done. */
#define _POSIX_C_SOURCE 200809L
#include "tests/unit/runtime/runtime_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "runtime/system/threads.h"

#define MOST_TASKS 1000

static const unsigned thread_counts[] = {1, 2, 3, 8};
static const size_t task_counts[] = {0, 1, 2, 3, 7, MOST_TASKS};

typedef struct record {
    unsigned threads;
    unsigned runs[MOST_TASKS];
    unsigned per_worker[MBT_MAX_THREADS];
    bool bad_worker;
} record;

static void count_task(void *context, size_t task, unsigned worker)
{
    record *r = context;
    r->runs[task]++;
    if (worker < r->threads)
        r->per_worker[worker]++;
    else
        r->bad_worker = true;
}

typedef struct opened {
    mbt_arena arena;
    mbt_pool *pool;
} opened;

static opened open_pool(unsigned threads)
{
    mbt_arena counted = {0};
    ck_assert_ptr_null(mbt_pool_plan(&counted, threads));
    opened o = {.arena = fixture_arena(&counted)};
    o.pool = mbt_pool_plan(&o.arena, threads);
    ck_assert_ptr_nonnull(o.pool);
    ck_assert_uint_eq(o.arena.used, counted.used);
    ck_assert_int_eq(mbt_pool_start(o.pool), MBT_OK);
    return o;
}

static void close_pool(opened *o)
{
    mbt_pool_stop(o->pool);
    free(o->arena.base);
}

/* One run of `count` tasks. */
static void expect_each_once(mbt_pool *pool, unsigned threads, size_t count)
{
    static record r;
    memset(&r, 0, sizeof r);
    r.threads = threads;
    mbt_pool_run(pool, count_task, &r, count);
    size_t total = 0, wrong = 0; /* one assertion for all: Check keeps a record of each */
    for (size_t i = 0; i < MOST_TASKS; i++)
        wrong += r.runs[i] != (i < count);
    ck_assert_uint_eq(wrong, 0);
    for (unsigned i = 0; i < threads; i++)
        total += r.per_worker[i];
    ck_assert(!r.bad_worker);
    ck_assert_uint_eq(total, count);
}

START_TEST(each_task_runs_once)
{
    const unsigned threads = mbt_pool_threads(thread_counts[_i]);
    opened o = open_pool(threads);
    for (int k = 0; k < COUNT(task_counts); k++)
        expect_each_once(o.pool, threads, task_counts[k]);
    close_pool(&o);
}
END_TEST

START_TEST(many_rounds)
{
    const unsigned threads = mbt_pool_threads(thread_counts[_i]);
    opened o = open_pool(threads);
    for (size_t round = 0; round < 300; round++)
        expect_each_once(o.pool, threads, round % 23);
    close_pool(&o);
}
END_TEST

START_TEST(started_and_stopped_again_and_again)
{
    const unsigned threads = mbt_pool_threads(thread_counts[_i]);
    for (size_t i = 0; i < 30; i++) {
        opened o = open_pool(threads);
        if (i % 2) /* also a pool that never had work */
            expect_each_once(o.pool, threads, i);
        close_pool(&o);
    }
}
END_TEST

/* Each round reads what the one before wrote in other threads. */
static void double_neighbour(void *context, size_t task, unsigned worker)
{
    uint32_t(*rows)[64] = context;
    (void)worker;
    rows[1][task] = rows[0][task] + rows[0][(task + 1) % 64];
}

static void copy_back(void *context, size_t task, unsigned worker)
{
    uint32_t(*rows)[64] = context;
    (void)worker;
    rows[0][task] = rows[1][task];
}

START_TEST(a_round_sees_the_round_before)
{
    uint32_t rows[2][64];
    for (size_t i = 0; i < 64; i++)
        rows[0][i] = 1;
    opened o = open_pool(mbt_pool_threads(thread_counts[_i]));
    for (int round = 0; round < 20; round++) {
        mbt_pool_run(o.pool, double_neighbour, rows, 64);
        mbt_pool_run(o.pool, copy_back, rows, 64);
    }
    close_pool(&o);
    for (size_t i = 0; i < 64; i++)
        ck_assert_uint_eq(rows[0][i], 1u << 20);
}
END_TEST

typedef struct slow {
    unsigned running[MBT_MAX_THREADS]; /* tasks that this worker is in */
    unsigned done[24];
    bool shared_worker;
} slow;

/* The caller's own share is quick, so that it is done long before the others'. */
static void take_time(void *context, size_t task, unsigned worker)
{
    slow *s = context;
    const struct timespec pause = {.tv_nsec = worker == 0 ? 200000 : 5000000};
    if (s->running[worker] != 0)
        s->shared_worker = true;
    s->running[worker]++;
    nanosleep(&pause, NULL);
    s->running[worker]--;
    s->done[task]++;
}

START_TEST(a_run_waits_for_the_slowest)
{
    opened o = open_pool(mbt_pool_threads(thread_counts[_i]));
    for (int round = 0; round < 5; round++) {
        static slow s;
        memset(&s, 0, sizeof s);
        mbt_pool_run(o.pool, take_time, &s, COUNT(s.done));
        for (int i = 0; i < COUNT(s.done); i++)
            ck_assert_uint_eq(s.done[i], 1);
        ck_assert(!s.shared_worker);
    }
    close_pool(&o);
}
END_TEST

START_TEST(two_pools_side_by_side)
{
    const unsigned a = mbt_pool_threads(2), b = mbt_pool_threads(3);
    opened first = open_pool(a), second = open_pool(b);
    for (size_t i = 0; i < 50; i++) {
        expect_each_once(first.pool, a, i);
        expect_each_once(second.pool, b, 50 - i);
    }
    close_pool(&first);
    expect_each_once(second.pool, b, 100);
    close_pool(&second);
}
END_TEST

typedef struct masks {
    pthread_barrier_t all_here; /* so that each worker has one task */
    sigset_t of[MBT_MAX_THREADS];
} masks;

static void note_mask(void *context, size_t task, unsigned worker)
{
    masks *m = context;
    (void)task;
    pthread_sigmask(SIG_BLOCK, NULL, &m->of[worker]);
    pthread_barrier_wait(&m->all_here);
}

START_TEST(signals_go_to_the_callers_threads)
{
    static const int held[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGPIPE};
    static const int taken[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF, SIGSEGV};
    const unsigned threads = mbt_pool_threads(thread_counts[_i]);
    static masks m;
    ck_assert_int_eq(pthread_barrier_init(&m.all_here, NULL, threads), 0);
    opened o = open_pool(threads);
    mbt_pool_run(o.pool, note_mask, &m, threads);
    close_pool(&o);
    pthread_barrier_destroy(&m.all_here);
    for (unsigned worker = 0; worker < threads; worker++) {
        for (int i = 0; i < COUNT(held); i++) /* the caller, worker 0, has its mask of before */
            ck_assert_int_eq(sigismember(&m.of[worker], held[i]), worker > 0);
        for (int i = 0; i < COUNT(taken); i++)
            ck_assert_int_eq(sigismember(&m.of[worker], taken[i]), 0);
    }
}
END_TEST

START_TEST(thread_counts_are_kept)
{
    ck_assert_uint_ge(mbt_pool_threads(0), 1);
    ck_assert_uint_le(mbt_pool_threads(0), MBT_MAX_THREADS);
    for (unsigned wanted = 1; wanted <= MBT_MAX_THREADS; wanted++)
        ck_assert_uint_eq(mbt_pool_threads(wanted), MBT_THREADS ? wanted : 1);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("pool");
    tcase_add_loop_test(tests, each_task_runs_once, 0, COUNT(thread_counts));
    tcase_add_loop_test(tests, many_rounds, 0, COUNT(thread_counts));
    tcase_add_loop_test(tests, started_and_stopped_again_and_again, 0, COUNT(thread_counts));
    tcase_add_loop_test(tests, a_round_sees_the_round_before, 0, COUNT(thread_counts));
    tcase_add_loop_test(tests, a_run_waits_for_the_slowest, 0, COUNT(thread_counts));
    tcase_add_test(tests, two_pools_side_by_side);
    tcase_add_loop_test(tests, signals_go_to_the_callers_threads, 0, COUNT(thread_counts));
    tcase_add_test(tests, thread_counts_are_kept);
    return unit_main(tests, "pool");
}
