/* test_process.c: what a process may use, and what becomes of an enhancer when it forks. */
#ifdef __linux__
#define _GNU_SOURCE /* sched_setaffinity */
#include <sched.h>
#endif
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

TCase *api_process_tests(void)
{
    TCase *tests = tcase_create("process");
#if MBT_THREADS && defined(__linux__)
    tcase_add_test(tests, one_thread_for_each_core_of_the_mask);
#endif
    return tests;
}
