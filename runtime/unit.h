/* unit.h: a convolution with the InstanceNorm2d and PReLU that follow it, and the dense block made of four of them. */
#ifndef MBT_RUNTIME_UNIT_H
#define MBT_RUNTIME_UNIT_H

#include "arena.h"
#include "run.h"
#include "winograd.h"

/* A tensor [T][F][channels] in memory: (t, f, c) is data[t * frame + f * bin + c]. */
typedef struct mbt_view {
    float *data;
    ptrdiff_t frame, bin;
} mbt_view;

/* Statistics of the frames of a tensor, and the affine map that they come to. */
typedef struct mbt_instance_norm {
    float *mean, *m2;     /* [T][channels]: of each frame */
    float *scale, *shift; /* [channels] */
} mbt_instance_norm;

/* The reference's InstanceNorm2d: torch.nn.InstanceNorm2d's default. */
#define MBT_INSTANCE_NORM_EPS 1e-5

void mbt_instance_norm_plan(mbt_instance_norm *norm, size_t frames, size_t channels, mbt_arena *arena);

/* From mean and m2 of every frame (`bins` positions each) to scale = gain / sqrt(var + eps), shift = offset - mean
 * scale. Done in double, frame after frame, so that it is exact enough for an hour and the same for any number of
 * threads. */
void mbt_instance_norm_combine(const mbt_instance_norm *norm, size_t frames, size_t bins, size_t channels,
                               const float *gain, const float *offset);

/* How a convolution's window lies on its input. Tap (i, j) of output (t, f) reads input frame t + (i - (time_taps - 1)
 * / 2) time_dilation, which counts as zeros outside of the recording, and bin f * bin_stride + j of the view. */
typedef struct mbt_stencil {
    size_t time_taps, time_dilation, bin_taps, bin_stride;
} mbt_stencil;

/* out = PReLU(InstanceNorm(conv(in))), out with `bins` bins. in and out are different memory. winograd: scratch memory
 * for a unit of that form; not looked at otherwise. */
void mbt_unit_run(mbt_run *run, const mbt_unit *unit, mbt_stencil stencil, mbt_view in, mbt_view out, size_t bins,
                  const mbt_winograd *winograd, const mbt_instance_norm *norm);

/* The activations of a dense block: [T][F + 2][4 C], where channels 0 .. C-1 are the input and i C .. the output of
 * unit i - 1, so that every unit reads one run of channels. The two outer bins are zeros: the padding along frequency.
 */
typedef struct mbt_dense {
    float *data;
    size_t bins; /* F */
    mbt_winograd winograd;
} mbt_dense;

/* winograd: whether any unit that will run in this memory has Winograd's form. */
void mbt_dense_plan(mbt_dense *dense, bool winograd, size_t frames, size_t bins, size_t channels, unsigned threads,
                    mbt_arena *arena);

/* Whether the block has a unit in Winograd's form. */
bool mbt_dense_has_winograd(const mbt_dense_block *block);

/* Writes the zeros around the bins. */
void mbt_dense_clear(mbt_run *run, const mbt_dense *dense);

/* Channels i C .. of the inner bins. */
mbt_view mbt_dense_slot(const mbt_run *run, const mbt_dense *dense, size_t slot);

/* Runs the four units; the input stands in slot 0, the result goes to out. share: of the progress. */
void mbt_dense_run(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                   const mbt_instance_norm *norm, double share);

#endif
