/* avx2/gemm.c: the matrix product by tiles of 6 rows and one panel: 12 accumulators of 8 floats, 2 registers for
 * weights, 1 for inputs. Contract in kernels.h (mbt_gemm). */
#include "vec.h"

#define TILE_ROWS 6

/* Rows row .. row + rows - 1 of one panel; n of its 16 outputs are stored. rows is a constant in every call, so that
 * the accumulators are registers; the sums over taps are in memory between taps. */
static inline __attribute__((always_inline)) void tile(const mbt_gemm *g, const float *panel, const float *bias,
                                                       size_t row, size_t o, size_t n, size_t rows)
{
    const size_t k = g->w->k;
    float *out = g->out + (ptrdiff_t)row * g->ldo + o;
    vf sum[TILE_ROWS];
    for (size_t r = 0; r < rows; r++) {
        sum[r] = v_load(bias + o);
        if (g->accumulate)
            sum[r] = v_add(sum[r], v_load_n(out + (ptrdiff_t)r * g->ldo, n));
    }
    for (size_t tap = 0; tap < g->w->taps; tap++, panel += k * MBT_LANES) {
        if (!g->a[tap])
            continue;
        const float *a = g->a[tap] + (ptrdiff_t)row * g->lda;
        __m256 lo[TILE_ROWS], hi[TILE_ROWS];
        for (size_t r = 0; r < rows; r++)
            lo[r] = hi[r] = _mm256_setzero_ps();
        for (size_t i = 0; i < k; i++) {
            const __m256 w_lo = _mm256_loadu_ps(panel + i * MBT_LANES),
                         w_hi = _mm256_loadu_ps(panel + i * MBT_LANES + 8);
            for (size_t r = 0; r < rows; r++) {
                const __m256 x = _mm256_broadcast_ss(a + (ptrdiff_t)r * g->lda + i);
                lo[r] = _mm256_fmadd_ps(x, w_lo, lo[r]);
                hi[r] = _mm256_fmadd_ps(x, w_hi, hi[r]);
            }
        }
        for (size_t r = 0; r < rows; r++)
            sum[r] = v_add(sum[r], (vf){lo[r], hi[r]});
    }
    for (size_t r = 0; r < rows; r++)
        v_store_n(out + (ptrdiff_t)r * g->ldo, sum[r], n);
}

void MBT_FN(gemm_f32)(const mbt_gemm *g)
{
    const mbt_matrix *w = g->w;
    const float *panel = w->data;
    for (size_t o = 0; o < w->n; o += MBT_LANES, panel += (size_t)w->taps * w->k * MBT_LANES) {
        const size_t n = v_lanes(w->n - o);
        size_t row = 0;
        for (; row + TILE_ROWS <= g->rows; row += TILE_ROWS)
            tile(g, panel, w->bias, row, o, n, TILE_ROWS);
        for (; row + 2 <= g->rows; row += 2)
            tile(g, panel, w->bias, row, o, n, 2);
        for (; row < g->rows; row++)
            tile(g, panel, w->bias, row, o, n, 1);
    }
}
