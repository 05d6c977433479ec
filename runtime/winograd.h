/* winograd.h: a dense block's 3 x 3 convolution by Winograd's F(4, 3) along frequency; see mbt_unit in model.h. */
#ifndef MBT_RUNTIME_WINOGRAD_H
#define MBT_RUNTIME_WINOGRAD_H

#include "arena.h"
#include "kernels.h"

/* Each worker's scratch memory for one frame and one group of channels. Tiles: ceil(bins / 4). */
typedef struct mbt_winograd {
    float *inputs;   /* [threads][6 points][tiles][3 C] */
    float *products; /* [threads][6 points][tiles][C] */
} mbt_winograd;

void mbt_winograd_plan(mbt_winograd *winograd, size_t bins, size_t channels, unsigned threads, mbt_arena *arena);

/* Row 0 (the padding before bin 0) of the input frame of each time tap. */
typedef struct mbt_time_tap {
    const float *row;
    ptrdiff_t ld; /* between bins; 0 where a row of zeros stands for a frame outside of the recording */
} mbt_time_tap;

/* One frame: out [bins] rows of C, row distance ldo. */
void mbt_winograd_frame(const mbt_kernels *kernels, const mbt_winograd *winograd, unsigned worker,
                        const mbt_matrix *conv, const mbt_time_tap taps[3], size_t bins, float *out, ptrdiff_t ldo);

#endif
