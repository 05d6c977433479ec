/* network.h: `bench network`: whole runs of the network on a synthetic recording. */
#ifndef MBT_TOOLS_BENCH_NETWORK_NETWORK_H
#define MBT_TOOLS_BENCH_NETWORK_NETWORK_H

#include "tools/bench/options.h"

/* Measures and prints. Returns an exit code; after a failure the error lines are printed. */
int mbt_bench_network(const mbt_bench_options *options);

#endif
