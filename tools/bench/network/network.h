/* network.h: what `bench network` measures, and how it is shown. */
#ifndef MBT_TOOLS_BENCH_NETWORK_NETWORK_H
#define MBT_TOOLS_BENCH_NETWORK_NETWORK_H

#include "tools/bench/bench.h"
#include "tools/bench/machine/machine.h"
#include "tools/bench/network/profile.h"
#include "tools/bench/svg.h"

/* Runs of one length with one set of kernels and a number of threads. */
typedef struct mbt_network_run {
    mbt_isa isa;
    unsigned threads;
    double seconds;
    size_t samples;
    mbt_bench_stats time; /* of a run, ns */
    double cpu_ns;        /* processor time of a run, the mean: what other processes took shows in it */
    double wall_ns;       /* of a run, the mean */
    double open_ns;       /* mbt_open, median */
    double macs;          /* the plain work */
    double peak;          /* of the core, with these kernels, 1e9 operations a second */
    size_t memory;        /* mbt_memory_needed */
    size_t resident;      /* the most memory that the process had; 0 where the system does not say */
    bool resident_exact;  /* of this run alone, rather than of all so far */
} mbt_network_run;

/* A profile for each set of kernels. */
typedef struct mbt_network_profile {
    const mbt_network_run *run; /* without the profile */
    mbt_profile profile;
} mbt_network_profile;

typedef struct mbt_network_report {
    const char *model;
    const mbt_machine *machine;
    mbt_network_run *runs;
    size_t run_count;
    mbt_network_profile profiles[MBT_ISA_COUNT];
    size_t profile_count;
} mbt_network_report;

/* Work done for the time it took: 1e9 plain operations a second; and over the peak of all threads' cores. */
double mbt_network_gflops(const mbt_network_run *run);
double mbt_network_share(const mbt_network_run *run);

/* The share of each kind of kernel in the time of all threads. */
void mbt_network_kinds(const mbt_profile *profile, double share[MBT_KINDS]);

void mbt_network_print(const mbt_network_report *report);
bool mbt_network_print_json(const mbt_network_report *report);
void mbt_network_draw(const mbt_network_report *report, mbt_svg *svg);

#endif
