/* scalar/gemm_i8.c: the specification of the product of int8. Contract in kernels.h (mbt_gemm_i8). */
#include "simd/vec.h"

/* sum_i q[i] w[i] over inputs first .. first + count - 1 of a tap. w: the tap's weights for one output. */
static int32_t inner_sum(const int8_t *q, const int8_t *w, size_t first, size_t count)
{
    int32_t sum = 0;
    for (size_t i = first; i < first + count; i++)
        sum += (int32_t)q[i] * w[i / 4 * 4 * MBT_LANES + i % 4];
    return sum;
}

void MBT_FN(gemm_i8)(const mbt_gemm_i8 *g)
{
    const mbt_matrix *w = g->w;
    const size_t tap_size = ((size_t)w->k + 3) / 4 * 4 * MBT_LANES, group_size = w->k / g->groups;
    for (size_t row = 0; row < g->rows; row++) {
        float *out = g->out + (ptrdiff_t)row * g->ldo;
        for (size_t o = 0; o < w->n; o++) {
            const int8_t *weights = (const int8_t *)w->data + o / MBT_LANES * w->taps * tap_size + o % MBT_LANES * 4;
            float s = 0.0f;
            for (size_t tap = 0; tap < w->taps; tap++) {
                const int8_t *q = g->a[tap].q + (ptrdiff_t)row * g->ldq;
                const float *scale = g->a[tap].scale + (ptrdiff_t)row * g->lds;
                for (size_t group = 0; group < g->groups; group++)
                    s = mbt_fmaf((float)inner_sum(q, weights + tap * tap_size, group * group_size, group_size),
                                 scale[group], s);
            }
            out[o] = mbt_fmaf(s, w->scale[o], g->accumulate ? w->bias[o] + out[o] : w->bias[o]);
        }
    }
}
