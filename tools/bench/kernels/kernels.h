/* kernels.h: what `bench kernels` measures, and how it is shown. */
#ifndef MBT_TOOLS_BENCH_KERNELS_KERNELS_H
#define MBT_TOOLS_BENCH_KERNELS_KERNELS_H

#include "tools/bench/bench.h"
#include "tools/bench/kernels/cases.h"
#include "tools/bench/machine/machine.h"
#include "tools/bench/svg.h"

/* A case with one set of kernels. */
typedef struct mbt_kernel_result {
    const char *kernel;
    char shape[40];
    size_t number; /* of the case: the same for all sets */
    mbt_isa isa;
    mbt_bench_stats time;          /* of a call, ns */
    double flops, bytes, elements; /* of a call */
    int level;                     /* mbt_machine's: where the arrays fit in */
    double peak, bandwidth;        /* 1e9 a second: what the machine can do at most, of flops and of bytes there */
    double scalar_ns;              /* the scalar kernel's time, 0 if it was not measured */
    double cycles, instructions;   /* of a call, 0 if there are no counters */
} mbt_kernel_result;

typedef struct mbt_kernel_report {
    const mbt_machine *machine;
    mbt_kernel_result *results;
    size_t count, room;
    size_t cases;
    bool events;
    char why_no_events[96];
} mbt_kernel_report;

void mbt_kernels_print(const mbt_kernel_report *report);
bool mbt_kernels_print_json(const mbt_kernel_report *report);

/* The roofline. */
void mbt_kernels_draw(const mbt_kernel_report *report, mbt_svg *svg);

#endif
