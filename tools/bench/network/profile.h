/* profile.h: where the time of a run goes. An enhancer computes through a table of kernels that take the time of
 * each call and pass it on; what a call belongs to follows from the weights that it is given and from the events of the
 * run (stage hook, progress). */
#ifndef MBT_TOOLS_BENCH_NETWORK_PROFILE_H
#define MBT_TOOLS_BENCH_NETWORK_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "simd/kernels.h"

/* The parts of a network with R blocks: spectrum, encoder, block 1 along time, along frequency, block 2 ..., mask
 * decoder, phase decoder. */
enum { MBT_PART_SPECTRUM, MBT_PART_ENCODER, MBT_PART_BLOCKS };

/* What kernels are for. */
typedef enum mbt_kind {
    MBT_KIND_PRODUCT, /* matrix products and convolutions */
    MBT_KIND_SCAN,
    MBT_KIND_ATTENTION,
    MBT_KIND_ELEMENTWISE, /* norms, activations, sums */
    MBT_KIND_OTHER,       /* outside of kernels: Fourier transform, copies, waiting */
    MBT_KINDS
} mbt_kind;

const char *mbt_kind_name(mbt_kind kind);

/* A matrix product of a layer, or all calls of a kernel, in one part. */
typedef struct mbt_profile_row {
    size_t part;
    const char *name;
    mbt_kind kind;
    double ns, calls; /* of all threads together */
    double flops;     /* that were computed; 0 where nobody counts */
} mbt_profile_row;

typedef struct mbt_profile {
    size_t parts, rows;
    double ns;            /* of the run, by the clock on the wall */
    double *part_ns;      /* [parts] by the clock on the wall */
    double *part_other;   /* [parts] of all threads together, not in kernels */
    mbt_profile_row *row; /* [rows] by part, then in a fixed order; those never called are left out */
} mbt_profile;

/* "block 2 time"; size of name: 32. */
void mbt_part_name(size_t part, size_t parts, char name[32]);

/* Opens an enhancer for `samples` with these kernels and threads, runs it once to warm up and then `runs` times with
 * the profile taken, and keeps the run of median length. in: [samples]. Not for two threads at once.
 * On failure false, told. */
bool mbt_profile_take(mbt_profile *profile, const mbt_model *model, mbt_isa isa, unsigned threads, const float *in,
                      size_t samples, unsigned runs);

void mbt_profile_release(mbt_profile *profile);

#endif
