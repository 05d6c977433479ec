/* profile.h: where the time of a run goes. The enhancer gets a table of functions that time each call and pass it on to
 * the kernels. Which part and layer a call belongs to follows from its weights and from the events of the run (stage
 * hook). */
#ifndef MBT_TOOLS_BENCH_NETWORK_PROFILE_H
#define MBT_TOOLS_BENCH_NETWORK_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "simd/kernels.h"

/* The parts of a network with R blocks: spectrum, encoder, block 1 along time, along frequency, block 2 ..., mask
 * decoder, phase decoder. */
enum { MBT_PART_SPECTRUM, MBT_PART_ENCODER, MBT_PART_BLOCKS };

/* Kinds of kernels. */
typedef enum mbt_kind {
    MBT_KIND_PRODUCT, /* matrix products and convolutions */
    MBT_KIND_SCAN,
    MBT_KIND_ATTENTION,
    MBT_KIND_ELEMENTWISE, /* norms, activations, sums */
    MBT_KIND_OTHER,       /* not in kernels: Fourier transform, copies, waiting */
    MBT_KINDS
} mbt_kind;

const char *mbt_kind_name(mbt_kind kind);

/* One layer's matrix products, or all calls of a kernel, in one part. */
typedef struct mbt_profile_row {
    size_t part;
    const char *name;
    mbt_kind kind;
    double ns, calls; /* of all threads together */
    double flops;     /* operations computed; 0 where they are not counted */
} mbt_profile_row;

typedef struct mbt_profile {
    size_t parts, rows;
    double ns;            /* elapsed time of the run */
    double *part_ns;      /* [parts] elapsed time */
    double *part_other;   /* [parts] time of all threads together outside of kernels */
    mbt_profile_row *row; /* [rows] sorted by part, then in a fixed order; without those that are never called */
} mbt_profile;

/* The name of a part: "block 2 time". */
void mbt_part_name(size_t part, size_t parts, char name[32]);

/* Opens an enhancer for `samples` with these kernels and threads, runs it once to warm up and then `runs` times (at
 * most 9), and keeps the profile of the run of median length. in: [samples]. Must not be called by two threads at once.
 * On failure returns false and prints one error line. */
bool mbt_profile_take(mbt_profile *profile, const mbt_model *model, mbt_isa isa, unsigned threads, const float *in,
                      size_t samples, unsigned runs);

void mbt_profile_release(mbt_profile *profile);

#endif
