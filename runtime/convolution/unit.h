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
    size_t ring; /* 0; else data holds the last `ring` frames of a stream, and frame t is at mbt_ring_place(t) */
} mbt_view;

/* Where frame t of this run is in a ring. t > -ring: frames before this run have negative numbers. */
static inline size_t mbt_ring_place(const mbt_run *run, size_t ring, ptrdiff_t t)
{
    return ((size_t)(run->clock % ring) + ring + (size_t)t) % ring;
}

/* Frame t of a view: its bin 0. */
static inline float *mbt_view_frame(const mbt_run *run, mbt_view view, ptrdiff_t t)
{
    return view.data + (view.ring ? (ptrdiff_t)mbt_ring_place(run, view.ring, t) : t) * view.frame;
}

/* The statistics of each frame of a tensor, and the affine map computed from them. A causal network has no statistics,
 * and the map is x: scale 1, shift 0. */
typedef struct mbt_instance_norm {
    float *mean, *m2;     /* [T][channels]: each frame's mean, and its sum of squared deviations from it */
    float *scale, *shift; /* [channels] */
} mbt_instance_norm;

/* The eps of the reference: the default of torch.nn.InstanceNorm2d. */
#define MBT_INSTANCE_NORM_EPS 1e-5

void mbt_instance_norm_plan(mbt_instance_norm *norm, size_t frames, size_t channels, mbt_arena *arena);

/* The same for a causal network, with scale and shift set. */
void mbt_instance_norm_plan_none(mbt_instance_norm *norm, size_t channels, mbt_arena *arena);

/* Computes scale = gain / sqrt(var + eps) and shift = offset - mean scale from the mean and m2 of every frame, each
 * of `bins` positions. It sums in double, frame after frame: exact enough for an hour of audio, and the same for any
 * number of threads. */
void mbt_instance_norm_combine(const mbt_instance_norm *norm, size_t frames, size_t bins, size_t channels,
                               const float *gain, const float *offset);

/* A causal network computes a convolution in pieces of at most this many bins. */
#define MBT_UNIT_PIECE 64u

/* Bins of a piece, at least 1 and at most MBT_UNIT_PIECE, so that all have about the same number: bins `first` to `end`
 * - 1. */
typedef struct mbt_bins {
    size_t first, end;
} mbt_bins;

static inline size_t mbt_unit_pieces(size_t bins)
{
    return (bins + MBT_UNIT_PIECE - 1) / MBT_UNIT_PIECE;
}

static inline mbt_bins mbt_unit_piece(size_t bins, size_t piece)
{
    const size_t pieces = mbt_unit_pieces(bins);
    return (mbt_bins){bins * piece / pieces, bins * (piece + 1) / pieces};
}

/* Whether an InstanceNorm2d follows the convolution. */
static inline bool mbt_unit_has_norm(const mbt_unit *unit)
{
    return unit->gain != NULL;
}

/* Computes the statistics of frame t of a convolution's output, while it is in the cache. */
void mbt_unit_measure(const mbt_run *run, const mbt_unit *unit, mbt_view out, size_t bins,
                      const mbt_instance_norm *norm, size_t t);

/* Applies the norm and PReLU to some bins of frame t, in place. */
void mbt_unit_normalise(const mbt_run *run, const mbt_unit *unit, mbt_view out, mbt_bins bins,
                        const mbt_instance_norm *norm, size_t t);

/* The window of a convolution. Tap (i, j) of output (t, f) reads bin f * bin_stride + j of input frame
 * t + (i - (time_taps - 1) + ahead) time_dilation: `ahead` taps see later frames. Frames outside of the recording count
 * as zeros. */
typedef struct mbt_stencil {
    size_t time_taps, time_dilation, bin_taps, bin_stride, ahead;
} mbt_stencil;

/* out = PReLU(InstanceNorm(conv(in))), or PReLU(conv(in)) if the unit has no norm. out has `bins` bins; in and out must
 * not overlap. winograd: scratch memory, used only by a unit in Winograd's form. */
void mbt_unit_run(mbt_run *run, const mbt_unit *unit, mbt_stencil stencil, mbt_view in, mbt_view out, size_t bins,
                  const mbt_winograd *winograd, const mbt_instance_norm *norm);

#endif
