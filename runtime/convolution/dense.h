/* dense.h: the dense block: four units. Each reads the block's input and the outputs of all units before it. */
#ifndef MBT_RUNTIME_CONVOLUTION_DENSE_H
#define MBT_RUNTIME_CONVOLUTION_DENSE_H

#include "runtime/convolution/unit.h"

/* The longest reach of a causal dense block, which is 2 x 2^3 frames back, and the frame itself. */
#define MBT_DENSE_RING 17u

/* The activations of a dense block: [T][F + 2][4 C]. Channels 0 .. C-1 are the input (slot 0); channels i C .. (i+1)
 * C-1 are the output of unit i - 1 (slot i). So the inputs of every unit are consecutive channels. The first and the
 * last bin are the padding along frequency.
 *
 * In int8, each slot of a position has its own scale. It stores the values minus a center, a constant for each channel.
 * The padding is rounded in the same way (frame T is the padding along time), so the centers change a convolution's
 * output by the same amount everywhere, and the InstanceNorm that follows removes it. No other int8 layer is followed
 * by such a norm, so no other layer may have centers. At the published size with random weights they gain 4 dB of the
 * output's SNR.
 *
 * In a causal network the frames are a ring: each of the last MBT_DENSE_RING frames of the stream. There are no norms,
 * so no centers. */
typedef struct mbt_dense {
    float *data;      /* f32 */
    mbt_rows_i8 rows; /* int8: [T + 1][F + 2] rows of 4 C in 4 groups */
    float *center;    /* int8: [4][C] */
    float *zeros;     /* int8: [C] */
    size_t bins;      /* F */
    size_t ring;      /* MBT_DENSE_RING in a causal network, else 0 */
    mbt_winograd winograd;
} mbt_dense;

/* Takes memory for recordings of so many frames, or for a causal network if ring is MBT_DENSE_RING. */
void mbt_dense_plan(mbt_dense *dense, const mbt_dense_block *block, size_t frames, size_t ring, size_t bins,
                    size_t channels, unsigned threads, mbt_arena *arena);

/* In a causal network: begins a stream. All frames before it are zeros. */
void mbt_dense_reset(const mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense);

/* Whether the block computes in int8. */
bool mbt_dense_is_i8(const mbt_dense_block *block);

/* Whether a network's dense blocks see one frame's distance ahead, which causal ones do not. */
static inline size_t mbt_dense_ahead(const mbt_dense *dense)
{
    return dense->ring ? 0 : 1;
}

/* f32: sets the first and the last bin of each frame to zero. */
void mbt_dense_clear(mbt_run *run, const mbt_dense *dense);

/* f32: a view of slot i without the padding. */
mbt_view mbt_dense_slot(const mbt_run *run, const mbt_dense *dense, size_t slot);

/* int8: rounds the block's input, [T][F] rows of C, into slot 0. frame, ld: distance between frames, between rows.
 * unit: the unit whose output it is, or NULL. */
void mbt_dense_input_i8(mbt_run *run, const mbt_dense *dense, const float *in, ptrdiff_t frame, ptrdiff_t ld,
                        const mbt_unit *unit);

/* Runs the four units on the input in slot 0. The result goes to out. share: its part of the progress, which ends at
 * 1. */
void mbt_dense_run(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                   const mbt_instance_norm *norm, double share);

/* The same two for a block in int8. */
void mbt_dense_reset_i8(const mbt_run *run, const mbt_dense *dense);
void mbt_dense_run_i8(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                      const mbt_instance_norm *norm, double share);

#endif
