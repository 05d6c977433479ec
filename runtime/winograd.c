/* winograd.c: transform in, six products, transform out. The input is taken in groups of C channels, so that all that a
 * frame needs stays in the second-level cache: 600 KB with its weights at C = 64. */
#include "winograd.h"

void mbt_winograd_plan(mbt_winograd *winograd, size_t bins, size_t channels, unsigned threads, mbt_arena *arena)
{
    const size_t tiles = (bins + MBT_WINOGRAD_OUTPUTS - 1) / MBT_WINOGRAD_OUTPUTS;
    const size_t products = mbt_times(mbt_times(MBT_WINOGRAD_POINTS * tiles, channels), threads);
    winograd->inputs = mbt_arena_floats(arena, mbt_times(3, products));
    winograd->products = mbt_arena_floats(arena, products);
}

void mbt_winograd_frame(const mbt_kernels *kernels, const mbt_winograd *winograd, unsigned worker,
                        const mbt_matrix *conv, const mbt_time_tap taps[3], size_t bins, float *out, ptrdiff_t ldo)
{
    const size_t channels = conv->n, tiles = (bins + MBT_WINOGRAD_OUTPUTS - 1) / MBT_WINOGRAD_OUTPUTS;
    const size_t ldv = conv->k, input_point = tiles * ldv, product_point = tiles * channels;
    float *inputs = winograd->inputs + worker * MBT_WINOGRAD_POINTS * input_point;
    float *products = winograd->products + worker * MBT_WINOGRAD_POINTS * product_point;
    mbt_matrix weights = *conv;
    weights.taps = 1;
    for (size_t group = 0; group < conv->taps / MBT_WINOGRAD_POINTS; group++) {
        for (size_t tap = 0; tap < 3; tap++) {
            const size_t first = taps[tap].ld ? group * channels : 0;
            kernels->winograd_input(taps[tap].row + first, taps[tap].ld, bins, channels, inputs + tap * channels,
                                    (ptrdiff_t)ldv, input_point);
        }
        for (size_t point = 0; point < MBT_WINOGRAD_POINTS; point++) {
            const size_t matrix = group * MBT_WINOGRAD_POINTS + point;
            weights.data = (const float *)conv->data + matrix * conv->k * MBT_PADDED(channels);
            const mbt_gemm gemm = {.w = &weights,
                                   .a = {inputs + point * input_point},
                                   .lda = (ptrdiff_t)ldv,
                                   .out = products + point * product_point,
                                   .ldo = (ptrdiff_t)channels,
                                   .rows = tiles,
                                   .accumulate = group > 0};
            kernels->gemm_f32(&gemm);
        }
    }
    kernels->winograd_output(products, (ptrdiff_t)channels, product_point, bins, channels, out, ldo);
}
