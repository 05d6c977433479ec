/* results.h: the results of `bench live`. */
#ifndef MBT_TOOLS_BENCH_LIVE_RESULTS_H
#define MBT_TOOLS_BENCH_LIVE_RESULTS_H

#include "tools/bench/live/times.h"
#include "tools/bench/machine/machine.h"
#include "tools/bench/network/profile.h"

/* One way to run, with one set of kernels. A round is a call for each stream. */
typedef struct mbt_live_case {
    mbt_isa isa;
    size_t streams, block;
    bool cold, spread;
    mbt_time_views round; /* ns */
} mbt_live_case;

/* What one set of kernels does. */
typedef struct mbt_live_isa {
    mbt_isa isa;
    size_t streams_that_fit; /* in a core: their hops take less time than a hop lasts; 0 where it was not looked for */
    mbt_profile profile;
    size_t profiled_hops;
} mbt_live_isa;

enum { MBT_LIVE_CASES = 16 * MBT_ISA_COUNT };

typedef struct mbt_live_report {
    const char *model;
    const mbt_machine *machine;
    double rate;
    size_t hop;       /* samples */
    size_t memory;    /* bytes of a stream */
    size_t cold_size; /* bytes that are written between calls to make the caches cold */
    mbt_live_case cases[MBT_LIVE_CASES];
    size_t case_count;
    mbt_live_isa isas[MBT_ISA_COUNT];
    size_t isa_count;
} mbt_live_report;

/* How long a block lasts, in ns: a round of calls with such blocks has to be done by then. */
static inline double mbt_live_lasts(const mbt_live_report *report, size_t block)
{
    return (double)block / report->rate * 1e9;
}

#endif
