/* dense.h: the dense block: four units, each of which reads the block's input and all that came before. */
#ifndef MBT_RUNTIME_CONVOLUTION_DENSE_H
#define MBT_RUNTIME_CONVOLUTION_DENSE_H

#include "runtime/convolution/unit.h"

/* The activations of a dense block: [T][F + 2][4 C], where channels 0 .. C-1 are the input (slot 0) and i C .. the
 * output of unit i - 1 (slot i), so that every unit reads one run of channels. The two outer bins are the padding along
 * frequency.
 *
 * In int8, each slot of a position has its own scale, and stands for its values less a center, which is constant in
 * each channel. What the centers add to a convolution's output is the same everywhere, for the padding is rounded in
 * the same way (frame T is the padding along time), so the norm that follows removes it. No other layer may have
 * centers. At the published size with random weights they gain 4 dB of the output's SNR. */
typedef struct mbt_dense {
    float *data;      /* f32 */
    mbt_rows_i8 rows; /* int8: [T + 1][F + 2] rows of 4 C in 4 groups */
    float *center;    /* int8: [4][C] */
    float *zeros;     /* int8: [C] */
    size_t bins;      /* F */
    mbt_winograd winograd;
} mbt_dense;

/* Memory for `count` blocks that take turns in it. */
void mbt_dense_plan(mbt_dense *dense, const mbt_dense_block *const *blocks, size_t count, size_t frames, size_t bins,
                    size_t channels, unsigned threads, mbt_arena *arena);

/* Whether the block computes in int8. */
bool mbt_dense_is_i8(const mbt_dense_block *block);

/* f32: writes the zeros around the bins. */
void mbt_dense_clear(mbt_run *run, const mbt_dense *dense);

/* f32: channels i C .. of the inner bins. */
mbt_view mbt_dense_slot(const mbt_run *run, const mbt_dense *dense, size_t slot);

/* int8: brings the block's input, [T][F] rows of C, into slot 0; ld, frame: between rows, between frames. unit: that it
 * comes from, or NULL. */
void mbt_dense_input_i8(mbt_run *run, const mbt_dense *dense, const float *in, ptrdiff_t frame, ptrdiff_t ld,
                        const mbt_unit *unit);

/* Runs the four units; the input stands in slot 0, the result goes to out. share: of the progress. */
void mbt_dense_run(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                   const mbt_instance_norm *norm, double share);

/* The same for a block in int8. */
void mbt_dense_run_i8(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                      const mbt_instance_norm *norm, double share);

#endif
