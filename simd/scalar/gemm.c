/* scalar/gemm.c: the specification of the matrix product. Contract in kernels.h (mbt_gemm). */
#include "simd/gemm_weights.h"

void GEMM(const mbt_gemm *g)
{
    const mbt_matrix *w = g->w;
    const size_t panel_size = (size_t)w->taps * w->k * MBT_LANES;
    for (size_t row = 0; row < g->rows; row++) {
        float *out = g->out + (ptrdiff_t)row * g->ldo;
        for (size_t o = 0; o < w->n; o++) {
            const weight *panel = (const weight *)w->data + o / MBT_LANES * panel_size + o % MBT_LANES;
            float sum = w->bias[o];
            if (g->accumulate)
                sum += out[o];
            for (size_t tap = 0; tap < w->taps; tap++) {
                if (!g->a[tap])
                    continue;
                const float *a = g->a[tap] + (ptrdiff_t)row * g->lda;
                float tap_sum = 0.0f;
                for (size_t i = 0; i < w->k; i++)
                    tap_sum = mbt_fmaf(a[i], WEIGHT(panel + (tap * w->k + i) * MBT_LANES), tap_sum);
                sum += tap_sum;
            }
            out[o] = sum;
        }
    }
}
