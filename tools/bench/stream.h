/* stream.h: `bench stream`: an endless recording through the library, checked on the way. */
#ifndef MBT_TOOLS_BENCH_STREAM_H
#define MBT_TOOLS_BENCH_STREAM_H

#include "tools/bench/options.h"

/* Measures and prints. Returns an exit code; after a failure the error lines are printed. */
int mbt_bench_stream(const mbt_bench_options *options);

#endif
