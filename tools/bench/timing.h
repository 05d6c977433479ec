/* timing.h: robust timing: warm-up, batches long enough for the clock, the median of many. */
#ifndef MBT_TOOLS_BENCH_TIMING_H
#define MBT_TOOLS_BENCH_TIMING_H

#include <stddef.h>
#include <stdint.h>

enum { MBT_BENCH_SAMPLES = 400 };

/* Of a list of times, in its unit. Quantiles between two values are interpolated linearly, as numpy does. */
typedef struct mbt_bench_stats {
    double median, p10, p90, least;
    size_t count;
    size_t outliers; /* beyond the quartiles by more than 1.5 times their distance (Tukey) */
} mbt_bench_stats;

/* How long to measure. */
typedef struct mbt_bench_plan {
    double total_ns;  /* about, warm-up left out */
    double sample_ns; /* a sample is a batch of calls that takes at least this long */
    size_t fewest;    /* samples, even if they take longer than the total; <= MBT_BENCH_SAMPLES */
} mbt_bench_plan;

/* The plan of kernels and peaks; quick: for trying out. */
mbt_bench_plan mbt_bench_default_plan(int quick);

/* Sorts values. count >= 1. */
mbt_bench_stats mbt_bench_statistics(double *values, size_t count);

/* Nanoseconds of a clock that only rises. */
double mbt_bench_now(void);

/* Nanoseconds that all threads of the process have run so far. */
double mbt_bench_processor(void);

/* What is timed: `calls` calls one after the other. */
typedef void mbt_bench_function(void *context, size_t calls);

/* Nanoseconds of one call; *calls, if not NULL: how many a sample had. */
mbt_bench_stats mbt_bench_time(mbt_bench_function *function, void *context, const mbt_bench_plan *plan, size_t *calls);

/* A counter that costs next to nothing to read; its rate is found by reading mbt_bench_now beside it. */
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
