/* timing.c: robust timing. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/timing.h"

#include <stdlib.h>
#include <time.h>

mbt_bench_plan mbt_bench_default_plan(int quick)
{
    return quick ? (mbt_bench_plan){1e6, 1e4, 3} : (mbt_bench_plan){60e6, 1e5, 7};
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double mbt_bench_quantile(const double *sorted, size_t count, double share)
{
    const double at = share * (double)(count - 1);
    const size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

mbt_bench_stats mbt_bench_statistics(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    mbt_bench_stats stats = {.median = mbt_bench_quantile(values, count, 0.5),
                             .p10 = mbt_bench_quantile(values, count, 0.1),
                             .p90 = mbt_bench_quantile(values, count, 0.9),
                             .least = values[0],
                             .count = count};
    const double first = mbt_bench_quantile(values, count, 0.25), third = mbt_bench_quantile(values, count, 0.75);
    const double reach = 1.5 * (third - first);
    for (size_t i = 0; i < count; i++)
        stats.outliers += values[i] < first - reach || values[i] > third + reach;
    return stats;
}

double mbt_bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double mbt_bench_processor(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_batch(mbt_bench_function *function, void *context, size_t calls)
{
    const double begin = mbt_bench_now();
    function(context, calls);
    return mbt_bench_now() - begin;
}

/* Doubles the batch until it is long enough. Goes on until a tenth of the measuring time has passed, so that the
 * caches, the branch predictors and the clock rate are in a steady state. Returns the calls in a batch. */
static size_t warm_up(mbt_bench_function *function, void *context, const mbt_bench_plan *plan)
{
    const double begin = mbt_bench_now();
    size_t calls = 1;
    for (;;) {
        const double taken = time_batch(function, context, calls);
        const int warm = mbt_bench_now() - begin >= plan->total_ns / 10;
        if (taken >= plan->sample_ns && warm)
            return calls;
        if (taken < plan->sample_ns && calls <= SIZE_MAX / 2)
            calls *= 2;
    }
}

mbt_bench_stats mbt_bench_time(mbt_bench_function *function, void *context, const mbt_bench_plan *plan, size_t *calls)
{
    double samples[MBT_BENCH_SAMPLES];
    const size_t batch = warm_up(function, context, plan);
    const double begin = mbt_bench_now();
    size_t count = 0;
    while (count < MBT_BENCH_SAMPLES && (count < plan->fewest || mbt_bench_now() - begin < plan->total_ns))
        samples[count++] = time_batch(function, context, batch) / (double)batch;
    if (calls != NULL)
        *calls = batch;
    return mbt_bench_statistics(samples, count);
}
