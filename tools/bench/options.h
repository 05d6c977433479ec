/* options.h: the options of `mambattention bench`, as its measurements get them. */
#ifndef MBT_TOOLS_BENCH_OPTIONS_H
#define MBT_TOOLS_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "mambattention/mambattention.h"

enum { MBT_BENCH_LIST = 16 };

typedef struct mbt_bench_options {
    const char *model, *filter, *svg; /* NULL without */
    mbt_isa isas[MBT_ISA_COUNT];      /* the sets of kernels to measure, in the order given; all run on this machine */
    size_t isa_count;
    unsigned threads[MBT_BENCH_LIST];
    size_t thread_count;
    double seconds[MBT_BENCH_LIST]; /* of audio */
    size_t second_count;
    unsigned runs, streams, block; /* 0 without */
    double window, minutes, hours; /* s, minutes of time, hours of audio; 0 without */
    bool json, quick, help;
} mbt_bench_options;

#endif
