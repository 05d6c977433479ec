/* results.h: the results of `bench network`, and the figures that follow from them. */
#ifndef MBT_TOOLS_BENCH_NETWORK_RESULTS_H
#define MBT_TOOLS_BENCH_NETWORK_RESULTS_H

#include "tools/bench/machine/machine.h"
#include "tools/bench/network/profile.h"
#include "tools/bench/timing.h"

/* Runs of one length with one set of kernels and one number of threads. */
typedef struct mbt_network_run {
    mbt_isa isa;
    unsigned threads;
    double seconds; /* of audio */
    size_t samples;
    mbt_bench_stats time; /* of a run, ns */
    double cpu_ns;        /* mean processor time of a run: it does not count the time that other processes took */
    double wall_ns;       /* mean time of a run */
    double open_ns;       /* median time of mbt_open */
    double macs;          /* multiply-adds of the direct algorithm, as mbt_plain_macs counts them */
    double peak;          /* of a core with these kernels, 1e9 operations a second */
    size_t memory;        /* mbt_memory_needed */
    size_t resident;      /* peak resident memory of the process; 0 where the system does not provide it */
    bool resident_exact;  /* resident is of this run alone, not of all runs so far */
} mbt_network_run;

/* There is one for each set of kernels. */
typedef struct mbt_network_profile {
    const mbt_network_run *run; /* the same run without the profile */
    mbt_profile profile;
} mbt_network_profile;

typedef struct mbt_network_report {
    const char *model;
    const mbt_machine *machine;
    mbt_network_run *runs; /* [run_count] */
    size_t run_count;
    mbt_network_profile profiles[MBT_ISA_COUNT];
    size_t profile_count;
} mbt_network_report;

/* A report with room for `runs` runs, none of them in it yet. False when memory runs out; prints one error line. */
bool mbt_network_report_open(mbt_network_report *report, size_t runs, const char *model, const mbt_machine *machine);
void mbt_network_report_close(mbt_network_report *report);

/* 1e9 operations of the direct algorithm a second, and these over the peak of as many cores as there are threads. */
double mbt_network_gflops(const mbt_network_run *run);
double mbt_network_share(const mbt_network_run *run);

/* The time of all threads together, in kernels and outside of them. */
double mbt_network_thread_ns(const mbt_profile *profile);

/* The share of each kind of kernel in that time. */
void mbt_network_kinds(const mbt_profile *profile, double share[MBT_KINDS]);

#endif
