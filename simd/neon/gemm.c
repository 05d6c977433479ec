/* neon/gemm.c: the matrix product by tiles of 4 rows and one panel: 16 accumulators of 4 floats, 4 registers for
 * weights, 4 for four inputs of each row. Contract in kernels.h (mbt_gemm). */
#include "vec.h"

#define TILE_ROWS 4

/* acc += weights of one input times lane `lane` of x, in all rows. */
#define MULTIPLY(lane)                                                             \
    for (size_t q = 0; q < 4; q++) {                                               \
        const float32x4_t w = vld1q_f32(panel + (i + (lane)) * MBT_LANES + 4 * q); \
        for (size_t r = 0; r < rows; r++)                                          \
            acc[r].v[q] = vfmaq_laneq_f32(acc[r].v[q], w, x[r], lane);             \
    }

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
        vf acc[TILE_ROWS];
        for (size_t r = 0; r < rows; r++)
            acc[r] = v_set(0.0f);
        size_t i = 0;
        for (; i + 4 <= k; i += 4) {
            float32x4_t x[TILE_ROWS];
            for (size_t r = 0; r < rows; r++)
                x[r] = vld1q_f32(a + (ptrdiff_t)r * g->lda + i);
            MULTIPLY(0)
            MULTIPLY(1)
            MULTIPLY(2)
            MULTIPLY(3)
        }
        for (; i < k; i++) {
            const vf w = v_load(panel + i * MBT_LANES);
            for (size_t r = 0; r < rows; r++)
                acc[r] = v_fma(v_set(a[(ptrdiff_t)r * g->lda + (ptrdiff_t)i]), w, acc[r]);
        }
        for (size_t r = 0; r < rows; r++)
            sum[r] = v_add(sum[r], acc[r]);
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
        for (; row < g->rows; row++)
            tile(g, panel, w->bias, row, o, n, 1);
    }
}
