/* peak.h: the loops that measure the peak of a core. */
#ifndef MBT_TOOLS_BENCH_MACHINE_PEAK_H
#define MBT_TOOLS_BENCH_MACHINE_PEAK_H

#include "tools/bench/machine/peak_native.h"

/* The loops for a set of kernels that runs on this machine. */
mbt_peak_loops mbt_peak_loops_for(mbt_isa isa);

#endif
