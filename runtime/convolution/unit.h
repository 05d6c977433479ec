/* unit.h: a convolution with the InstanceNorm2d and PReLU that follow it. */
#ifndef MBT_RUNTIME_CONVOLUTION_UNIT_H
#define MBT_RUNTIME_CONVOLUTION_UNIT_H

#include "runtime/system/arena.h"
#include "runtime/run.h"
#include "runtime/convolution/winograd.h"

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

/* Statistics of frame t of a convolution's output, while it is in the cache. */
void mbt_unit_measure(const mbt_run *run, const mbt_unit *unit, mbt_view out, size_t bins,
                      const mbt_instance_norm *norm, size_t t);

/* norm and PReLU of frame t, in place. */
void mbt_unit_normalise(const mbt_run *run, const mbt_unit *unit, mbt_view out, size_t bins,
                        const mbt_instance_norm *norm, size_t t);

/* How a convolution's window lies on its input. Tap (i, j) of output (t, f) reads input frame t + (i - (time_taps - 1)
 * / 2) time_dilation, which counts as zeros outside of the recording, and bin f * bin_stride + j of the view. */
typedef struct mbt_stencil {
    size_t time_taps, time_dilation, bin_taps, bin_stride;
} mbt_stencil;

/* out = PReLU(InstanceNorm(conv(in))), out with `bins` bins. in and out are different memory. winograd: scratch memory
 * for a unit of that form; not looked at otherwise. */
void mbt_unit_run(mbt_run *run, const mbt_unit *unit, mbt_stencil stencil, mbt_view in, mbt_view out, size_t bins,
                  const mbt_winograd *winograd, const mbt_instance_norm *norm);

#endif
