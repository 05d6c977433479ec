/* decoder.h: from the output of the last block to the enhanced spectrum. */
#ifndef MBT_RUNTIME_DECODER_H
#define MBT_RUNTIME_DECODER_H

#include "runtime/convolution/dense.h"

/* The memory of one decoder. */
typedef struct mbt_decoder_memory {
    mbt_dense dense;
    float *out; /* [T][F' + 2][C]: the dense block's output, with zeros in the first and the last bin */
    float *up;  /* [T][F][C]: the upsampled phase; before that, the mask [T][F] for the stage hook */
} mbt_decoder_memory;

/* block: the decoder's. frames, ring: as those of mbt_dense_plan. */
void mbt_decoder_plan(mbt_decoder_memory *memory, const mbt_model *model, const mbt_dense_block *block, size_t frames,
                      size_t ring, unsigned threads, mbt_arena *arena);

/* x: [T][F'][C]. planes: [T][F][2], compressed magnitude and phase of the noisy spectrum. magnitude: [T][F], of the
 * enhanced spectrum. share: its part of the progress, which ends at 1. */
void mbt_mask_decoder_run(mbt_run *run, const mbt_decoder_memory *memory, const float *x, const float *planes,
                          float *magnitude, const mbt_instance_norm *norm, double share);

/* pairs: [T][F][2], real and imaginary part. Their angle is the phase of the enhanced spectrum. */
void mbt_phase_decoder_run(mbt_run *run, const mbt_decoder_memory *memory, const float *x, float *pairs,
                           const mbt_instance_norm *norm, double share);

#endif
