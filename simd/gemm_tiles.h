/* gemm_tiles.h: the matrix product by tiles, but for the innermost loop. Included by each architecture's gemm.c, which has
 * defined TILE_ROWS, TILE_PANELS and FEW_ROWS (for what is left below TILE_ROWS), and
 *     multiply(acc, weights, panel_size, a, lda, k, rows, panels)
 *         acc[p][r] += sum_i a[r * lda + i] weights[p * panel_size + i * 16 ..], i in order, one fma each.
 * rows and panels are constants in every call, so that the accumulators are registers; the sums over taps are in memory
 * between taps. Contract in kernels.h (mbt_gemm). */
#ifndef MBT_SIMD_GEMM_TILES_H
#define MBT_SIMD_GEMM_TILES_H

/* Rows row .. row + rows - 1 of `panels` panels from output o on; of the last panel n outputs are stored. */
static inline __attribute__((always_inline)) void tile(const mbt_gemm *g, const float *weights, size_t row, size_t o,
                                                       size_t n, size_t rows, size_t panels)
{
    const size_t k = g->w->k, panel_size = g->w->taps * k * MBT_LANES;
    float *out = g->out + (ptrdiff_t)row * g->ldo + o;
    vf sum[TILE_PANELS][TILE_ROWS];
    for (size_t p = 0; p < panels; p++)
        for (size_t r = 0; r < rows; r++) {
            const float *from = out + (ptrdiff_t)r * g->ldo + p * MBT_LANES;
            sum[p][r] = v_load(g->w->bias + o + p * MBT_LANES);
            if (g->accumulate)
                sum[p][r] = v_add(sum[p][r], v_load_n(from, p + 1 < panels ? MBT_LANES : n));
        }
    for (size_t tap = 0; tap < g->w->taps; tap++, weights += k * MBT_LANES) {
        if (!g->a[tap])
            continue;
        vf acc[TILE_PANELS][TILE_ROWS];
        for (size_t p = 0; p < panels; p++)
            for (size_t r = 0; r < rows; r++)
                acc[p][r] = v_set(0.0f);
        multiply(acc, weights, panel_size, g->a[tap] + (ptrdiff_t)row * g->lda, g->lda, k, rows, panels);
        for (size_t p = 0; p < panels; p++)
            for (size_t r = 0; r < rows; r++)
                sum[p][r] = v_add(sum[p][r], acc[p][r]);
    }
    for (size_t p = 0; p < panels; p++)
        for (size_t r = 0; r < rows; r++)
            v_store_n(out + (ptrdiff_t)r * g->ldo + p * MBT_LANES, sum[p][r], p + 1 < panels ? MBT_LANES : n);
}

/* All rows of `panels` panels. */
static inline __attribute__((always_inline)) void column(const mbt_gemm *g, size_t o, size_t panels)
{
    const mbt_matrix *w = g->w;
    const float *weights = (const float *)w->data + o * w->taps * w->k;
    const size_t n = v_lanes(w->n - o - (panels - 1) * MBT_LANES);
    size_t row = 0;
    for (; row + TILE_ROWS <= g->rows; row += TILE_ROWS)
        tile(g, weights, row, o, n, TILE_ROWS, panels);
    for (; row + FEW_ROWS <= g->rows; row += FEW_ROWS)
        tile(g, weights, row, o, n, FEW_ROWS, panels);
    for (; row < g->rows; row++)
        tile(g, weights, row, o, n, 1, panels);
}

void MBT_FN(gemm_f32)(const mbt_gemm *g)
{
    size_t o = 0;
    for (; o + (TILE_PANELS - 1) * MBT_LANES < g->w->n; o += TILE_PANELS * MBT_LANES)
        column(g, o, TILE_PANELS);
    if (TILE_PANELS > 1 && o < g->w->n)
        column(g, o, 1);
}

#endif
