/* timing.h: robust timing: a warm-up, batches of calls long enough for the clock, the median of many batches. */
#ifndef MBT_TOOLS_BENCH_TIMING_H
#define MBT_TOOLS_BENCH_TIMING_H

#include <stddef.h>
#include <stdint.h>

enum { MBT_BENCH_SAMPLES = 400 };

/* Statistics of a list of times, in its unit. Quantiles between two values are interpolated linearly, as numpy does. */
typedef struct mbt_bench_stats {
    double median, p10, p90, least;
    size_t count;
    size_t outliers; /* beyond the quartiles by more than 1.5 times their distance (Tukey) */
} mbt_bench_stats;

/* How long to measure. */
typedef struct mbt_bench_plan {
    double total_ns;  /* about, without the warm-up */
    double sample_ns; /* a sample is a batch of calls that takes at least this long */
    size_t fewest;    /* samples at least, even if they take longer than total_ns; <= MBT_BENCH_SAMPLES */
} mbt_bench_plan;

/* The plan for kernels and peaks; quick: so short that the figures mean little. */
mbt_bench_plan mbt_bench_default_plan(int quick);

/* Sorts the values. count >= 1. */
mbt_bench_stats mbt_bench_statistics(double *values, size_t count);

/* sorted[share (count - 1)], interpolated between two values. count >= 1. */
double mbt_bench_quantile(const double *sorted, size_t count, double share);

/* Nanoseconds of a clock that never goes back. */
double mbt_bench_now(void);

/* Nanoseconds that all threads of the process have run so far. */
double mbt_bench_processor(void);

/* The function to be timed: makes `calls` calls. */
typedef void mbt_bench_function(void *context, size_t calls);

/* Statistics of the nanoseconds of one call; *calls, if not NULL: calls in a sample. */
mbt_bench_stats mbt_bench_time(mbt_bench_function *function, void *context, const mbt_bench_plan *plan, size_t *calls);

/* A counter that takes very little time to read. Its rate is unknown: callers read mbt_bench_now beside it. */
static inline uint64_t mbt_bench_ticks(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return (uint64_t)mbt_bench_now();
#endif
}

#endif
