/* inputs.h: `bench inputs`: whether the time of a window depends on its samples. */
#ifndef MBT_TOOLS_BENCH_INPUTS_H
#define MBT_TOOLS_BENCH_INPUTS_H

#include "tools/bench/options.h"

/* Measures and prints. Returns an exit code; after a failure the error lines are printed. */
int mbt_bench_inputs(const mbt_bench_options *options);

#endif
