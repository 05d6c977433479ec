/* kernels.h: `bench kernels`: every kernel at the shapes of the network. */
#ifndef MBT_TOOLS_BENCH_KERNELS_KERNELS_H
#define MBT_TOOLS_BENCH_KERNELS_KERNELS_H

#include "tools/bench/options.h"

/* Measures and prints. Returns an exit code; after a failure the error lines are printed. */
int mbt_bench_kernels(const mbt_bench_options *options);

#endif
