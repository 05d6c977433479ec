/* winograd.h: a dense block's 3 x 3 convolution by Winograd's F(4, 3) along frequency; see mbt_unit in model.h. */
#ifndef MBT_RUNTIME_CONVOLUTION_WINOGRAD_H
#define MBT_RUNTIME_CONVOLUTION_WINOGRAD_H

#include "runtime/system/arena.h"
#include "simd/kernels.h"

/* How many output frames are computed together. They are as far apart as the time taps, so the two inner ones of
 * their four input frames serve both. */
#define MBT_WINOGRAD_FRAMES 2u
#define MBT_WINOGRAD_INPUTS (MBT_WINOGRAD_FRAMES + 2u)

/* The workers' scratch memory, for one group of channels. tiles = ceil(bins / 4). */
typedef struct mbt_winograd {
    float *inputs;   /* [threads][6 points][tiles][MBT_WINOGRAD_INPUTS][C] */
    float *products; /* [threads][MBT_WINOGRAD_FRAMES][6 points][tiles][C] */
} mbt_winograd;

void mbt_winograd_plan(mbt_winograd *winograd, size_t bins, size_t channels, unsigned threads, mbt_arena *arena);

/* An input frame. */
typedef struct mbt_winograd_input {
    const float *row; /* starts at the padding before bin 0 */
    ptrdiff_t ld;     /* distance between bins; 0 for a frame outside of the recording, which is one row of zeros */
} mbt_winograd_input;

/* Computes `frames` (1 to MBT_WINOGRAD_FRAMES) output frames. Output i is made from inputs i to i + 2 and written to
 * out[i]: [bins] rows of C, at distance ldo. */
void mbt_winograd_run(const mbt_kernels *kernels, const mbt_winograd *winograd, unsigned worker, const mbt_matrix *conv,
                      const mbt_winograd_input inputs[MBT_WINOGRAD_INPUTS], size_t frames, size_t bins,
                      float *const out[MBT_WINOGRAD_FRAMES], ptrdiff_t ldo);

#endif
