/* live.h: `bench live`: the time of a hop of a causal network, and how many streams a core carries. */
#ifndef MBT_TOOLS_BENCH_LIVE_LIVE_H
#define MBT_TOOLS_BENCH_LIVE_LIVE_H

#include "tools/bench/options.h"

/* Measures and prints. Returns an exit code; after a failure the error lines are printed. */
int mbt_bench_live(const mbt_bench_options *options);

#endif
