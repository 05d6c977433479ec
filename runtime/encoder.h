/* encoder.h: from the compressed magnitude and phase to the input of the first block. */
#ifndef MBT_RUNTIME_ENCODER_H
#define MBT_RUNTIME_ENCODER_H

#include "runtime/convolution/dense.h"

typedef struct mbt_encoder_memory {
    mbt_dense dense;
    float *out; /* [T][F][C]: the dense block's output */
} mbt_encoder_memory;

/* frames, ring: as those of mbt_dense_plan. Takes the dense block's memory first, then `out`. The last unit reads only
 * `out`, so x may be written over the dense block's memory. x is smaller: it needs 4 C bytes for each of F' bins, the
 * dense block at least 4 C for each of F + 2. */
void mbt_encoder_plan(mbt_encoder_memory *memory, const mbt_encoder *encoder, size_t frames, size_t ring, size_t bins,
                      size_t channels, unsigned threads, mbt_arena *arena);

/* planes: [T][F][2], compressed magnitude and phase. x: [T][F'][C], may lie in the dense block's memory. share: its
 * part of the progress, which ends at 1. */
void mbt_encoder_run(mbt_run *run, const mbt_encoder_memory *memory, float *planes, float *x,
                     const mbt_instance_norm *norm, double share);

#endif
