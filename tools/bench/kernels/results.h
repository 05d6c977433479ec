/* results.h: the results of `bench kernels`. */
#ifndef MBT_TOOLS_BENCH_KERNELS_RESULTS_H
#define MBT_TOOLS_BENCH_KERNELS_RESULTS_H

#include "tools/bench/machine/machine.h"
#include "tools/bench/timing.h"

/* A case with one set of kernels. */
typedef struct mbt_kernel_result {
    const char *kernel;
    char shape[40];
    size_t number; /* of the case: the same for all sets */
    mbt_isa isa;
    mbt_bench_stats time;          /* of a call, ns */
    double flops, bytes, elements; /* of a call */
    int level;                     /* mbt_machine's: the cache, or the memory, that holds the arrays */
    double peak, bandwidth;        /* the machine's peak, 1e9 operations a second, and bandwidth at that level, GB/s */
    double scalar_ns;              /* the scalar kernel's time, 0 if it was not measured */
    double cycles, instructions;   /* of a call, 0 without counters */
} mbt_kernel_result;

typedef struct mbt_kernel_report {
    const mbt_machine *machine;
    mbt_kernel_result *results;
    size_t count, room;
    size_t cases;
    bool events;            /* whether cycles and instructions were counted */
    char why_no_events[96]; /* empty if they were */
} mbt_kernel_report;

#endif
