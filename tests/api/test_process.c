/* test_process.c: what a process may use, and what becomes of an enhancer when it forks. */
#define _GNU_SOURCE /* sched_setaffinity */
#ifdef __linux__
#include <sched.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/system/cores.h"
#include "tests/api/api.h"

#if MBT_THREADS && defined(__linux__)
/* Lets this thread run on the first `cores` of those in `all`. */
static void restrict_to(const cpu_set_t *all, int cores)
{
    cpu_set_t chosen;
    CPU_ZERO(&chosen);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&chosen) < cores; i++)
        if (CPU_ISSET(i, all))
            CPU_SET(i, &chosen);
    ck_assert_int_eq(sched_setaffinity(0, sizeof chosen, &chosen), 0);
}

/* Besides the caller there is a worker for each core more, unless this machine's quota allows fewer. */
START_TEST(one_thread_for_each_core_of_the_mask)
{
    cpu_set_t all;
    ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
    const mbt_options options = {.max_samples = 100};
    const int quota = (int)mbt_quota_cores("");
    for (int cores = 1; cores <= CPU_COUNT(&all) && cores <= 3; cores++) {
        restrict_to(&all, cores);
        mbt_enhancer *enhancer = api_open(&options);
        const int workers = api_hook.threads;
        mbt_close(enhancer);
        ck_assert_int_eq(workers, (quota > 0 && quota < cores ? quota : cores) - 1);
    }
    ck_assert_int_eq(sched_setaffinity(0, sizeof all, &all), 0);
}
END_TEST
#endif

static float in[SHORT], out[SHORT], wanted[SHORT];

/* What a child does; returns 0, or the number of the first thing that went wrong. */
typedef int in_child(mbt_enhancer *enhancer);

/* In a child process, which ends by SIGALRM if it hangs. */
static void expect_in_child(in_child *run, mbt_enhancer *enhancer)
{
    int status = 0;
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        alarm(MBT_TEST_FEWER ? 200 : 20);
        _exit(run(enhancer));
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s %d", WIFEXITED(status) ? "exit" : "signal",
                  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

/* Keeps the first number that is not good. */
static void note(int *wrong, int number, bool good)
{
    if (*wrong == 0 && !good)
        *wrong = number;
}

/* Its one block of memory goes back, and no thread is waited for. */
static int close_here(mbt_enhancer *enhancer)
{
    const int blocks = api_hook.blocks, threads = api_hook.threads;
    mbt_close(enhancer);
    return api_hook.blocks == blocks - 1 && api_hook.threads == threads ? 0 : 1;
}

static int refused_here(mbt_enhancer *enhancer)
{
    size_t count = 7;
    int wrong = 0;
    out[0] = 77;
    note(&wrong, 2, mbt_enhance(enhancer, in, out, SHORT) == MBT_ERROR_THREADS && out[0] == 77);
    note(&wrong, 3, mbt_push(enhancer, in, SHORT, &count) == MBT_ERROR_THREADS && count == 0);
    note(&wrong, 4, mbt_pull(enhancer, out, SHORT, &count) == MBT_ERROR_THREADS && count == 0);
    note(&wrong, 5, mbt_flush(enhancer) == MBT_ERROR_THREADS);
    mbt_reset(enhancer);
    return wrong != 0 ? wrong : close_here(enhancer);
}

/* A child can open its own. */
static int opened_here(mbt_enhancer *enhancer)
{
    mbt_options options = api_options(SHORT);
    options.threads = 2;
    mbt_enhancer *own = NULL;
    int wrong = close_here(enhancer);
    note(&wrong, 6, mbt_open(mbt_model_default(), &options, &own) == MBT_OK);
    note(&wrong, 7, wrong == 0 && mbt_enhance(own, in, out, SHORT) == MBT_OK);
    note(&wrong, 8, memcmp(out, wanted, sizeof out) == 0);
    mbt_close(own);
    return wrong;
}

static int enhanced_here(mbt_enhancer *enhancer)
{
    int wrong = mbt_enhance(enhancer, in, out, SHORT) == MBT_OK && memcmp(out, wanted, sizeof out) == 0 ? 0 : 9;
    note(&wrong, 10, close_here(enhancer) == 0);
    return wrong;
}

/* Before the enhancer has worked and after, in a stream too; and the parent's goes on as before. */
START_TEST(a_child_has_no_threads)
{
    mbt_options options = api_options(SHORT);
    size_t count = 0;
    api_speech(in, SHORT);
    api_enhance(&options, in, wanted, SHORT);
    options.threads = _i ? 3 : 1;
    mbt_enhancer *enhancer = api_open(&options);
    in_child *run = MBT_THREADS && options.threads > 1 ? refused_here : enhanced_here;
    expect_in_child(run, enhancer);
    expect_in_child(close_here, enhancer);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, SHORT), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    expect_in_child(run, enhancer);
    if (!MBT_TEST_FEWER) /* ThreadSanitizer takes no new threads there */
        expect_in_child(opened_here, enhancer);
    ck_assert_int_eq(mbt_push(enhancer, in, SHORT, &count), MBT_OK);
    ck_assert_uint_eq(count, SHORT);
    expect_in_child(close_here, enhancer);
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    ck_assert_int_eq(mbt_pull(enhancer, out, SHORT, &count), MBT_OK);
    ck_assert_uint_eq(count, SHORT);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

/* Forks once, and goes on on both sides. */
static int fork_once(void *cookie, double done)
{
    pid_t *child = cookie;
    (void)done;
    if (*child < 0) {
        *child = fork();
        if (*child == 0)
            alarm(MBT_TEST_FEWER ? 200 : 20);
    }
    return 0;
}

START_TEST(a_fork_in_the_progress_callback)
{
    mbt_options options = api_options(SHORT);
    pid_t child = -1;
    int ended = 0;
    api_speech(in, SHORT);
    api_enhance(&options, in, wanted, SHORT);
    options.threads = _i ? 3 : 1;
    options.progress = fork_once;
    options.progress_cookie = &child;
    mbt_enhancer *enhancer = api_open(&options);
    const mbt_status status = mbt_enhance(enhancer, in, out, SHORT);
    if (child == 0)
        _exit(status == (MBT_THREADS && _i ? MBT_ERROR_THREADS : MBT_OK) ? close_here(enhancer) : 2);
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    ck_assert_int_eq(ended, 0);
    mbt_close(enhancer);
}
END_TEST

TCase *api_process_tests(void)
{
    TCase *tests = tcase_create("process");
#if MBT_THREADS && defined(__linux__)
    tcase_add_test(tests, one_thread_for_each_core_of_the_mask);
#endif
    tcase_add_loop_test(tests, a_child_has_no_threads, 0, 2);
    tcase_add_loop_test(tests, a_fork_in_the_progress_callback, 0, 2);
    return tests;
}
