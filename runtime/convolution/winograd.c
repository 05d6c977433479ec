/* winograd.c: transforms the input, multiplies at six points, and transforms back. The input is taken in groups of C
 * channels, so that everything a few frames need stays in the second-level cache: at C = 64 and 201 bins, 470 KB, and
 * 295 KB of weights. */
#include "runtime/convolution/winograd.h"

#include "runtime/matrix.h"

static size_t tile_count(size_t bins)
{
    return (bins + MBT_WINOGRAD_OUTPUTS - 1) / MBT_WINOGRAD_OUTPUTS;
}

void mbt_winograd_plan(mbt_winograd *winograd, size_t bins, size_t channels, unsigned threads, mbt_arena *arena)
{
    const size_t rows = mbt_times(mbt_times(MBT_WINOGRAD_POINTS * tile_count(bins), channels), threads);
    winograd->inputs = mbt_arena_floats(arena, mbt_times(MBT_WINOGRAD_INPUTS, rows));
    winograd->products = mbt_arena_floats(arena, mbt_times(MBT_WINOGRAD_FRAMES, rows));
}

void mbt_winograd_run(const mbt_kernels *kernels, const mbt_winograd *winograd, unsigned worker, const mbt_matrix *conv,
                      const mbt_winograd_input inputs[MBT_WINOGRAD_INPUTS], size_t frames, size_t bins,
                      float *const out[MBT_WINOGRAD_FRAMES], ptrdiff_t ldo)
{
    const size_t channels = conv->n, tiles = tile_count(bins), point_size = tiles * channels;
    const size_t ldv = MBT_WINOGRAD_INPUTS * channels, frame_size = MBT_WINOGRAD_POINTS * point_size;
    float *transformed = winograd->inputs + frame_size * MBT_WINOGRAD_INPUTS * worker;
    float *products = winograd->products + frame_size * MBT_WINOGRAD_FRAMES * worker;
    mbt_matrix weights = *conv;
    weights.taps = 1;
    const size_t matrix_size = mbt_matrix_bytes(&weights);
    for (size_t group = 0; group < conv->taps / MBT_WINOGRAD_POINTS; group++) {
        for (size_t i = 0; i < frames + 2; i++)
            kernels->winograd_input(inputs[i].row + (inputs[i].ld ? group * channels : 0), inputs[i].ld, bins, channels,
                                    transformed + i * channels, (ptrdiff_t)ldv, tiles * ldv);
        for (size_t point = 0; point < MBT_WINOGRAD_POINTS; point++) {
            const size_t matrix = group * MBT_WINOGRAD_POINTS + point;
            weights.data = (const unsigned char *)conv->data + matrix * matrix_size;
            for (size_t i = 0; i < frames; i++) {
                const mbt_gemm gemm = {.w = &weights,
                                       .a = {transformed + point * tiles * ldv + i * channels},
                                       .lda = (ptrdiff_t)ldv,
                                       .out = products + i * frame_size + point * point_size,
                                       .ldo = (ptrdiff_t)channels,
                                       .rows = tiles,
                                       .accumulate = group > 0};
                mbt_gemm_run(kernels, &gemm);
            }
        }
    }
    for (size_t i = 0; i < frames; i++)
        kernels->winograd_output(products + i * frame_size, (ptrdiff_t)channels, point_size, bins, channels, out[i],
                                 ldo);
}
