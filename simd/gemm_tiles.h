/* gemm_tiles.h: the matrix product by tiles, without the innermost loop. Contract in kernels.h (mbt_gemm).
 *
 * Included by each architecture's gemm.c. Before, gemm.c includes gemm_weights.h and defines TILE_ROWS (at most 13),
 * TILE_PANELS (1 or 2), perhaps TILE_PART (below 16), and
 *     multiply(acc, weights, panel_size, a, lda, k, rows, panels)
 *         acc[p][r] += sum_i a[r * lda + i] weights[p * panel_size + i * 16 ..], i in order, one fma each.
 * rows and panels are constants in every call, so that the accumulators are registers. panels = 0 asks for the first
 * TILE_PART outputs of a panel only; the others need not be computed. */
#ifndef MBT_SIMD_GEMM_TILES_H
#define MBT_SIMD_GEMM_TILES_H

#include "simd/tile_cases.h"

#ifndef TILE_PART
#define TILE_PART MBT_LANES
#endif

/* A tile: its first row, the weights and biases of its panels, and where its outputs go. */
typedef struct mbt_tile {
    size_t row;
    const weight *weights;
    const float *bias;
    float *out;
    ptrdiff_t ldo;
} mbt_tile;

/* Adds the sum of a tap to the outputs. The sum of the first tap is added to the bias, or to bias and outputs. */
static inline __attribute__((always_inline)) void add_tap(vf acc[TILE_PANELS][TILE_ROWS], const mbt_tile *t, bool first,
                                                          bool accumulate, size_t rows, size_t panels)
{
    for (size_t p = 0; p < panels || p == 0; p++) {
        const vf bias = v_load(t->bias + p * MBT_LANES);
        for (size_t r = 0; r < rows; r++) {
            float *to = t->out + (ptrdiff_t)r * t->ldo + p * MBT_LANES;
            vf sum = first ? bias : v_load(to);
            if (first && accumulate)
                sum = v_add(bias, v_load(to));
            v_store(to, v_add(sum, acc[p][r]));
        }
    }
}

/* One tile of constant size. Between taps the sums are kept in the output itself. */
static inline __attribute__((always_inline)) void tile(const mbt_gemm *g, const mbt_tile *t, size_t rows, size_t panels)
{
    const size_t k = g->w->k, taps = g->w->taps;
    bool first = true;
    for (size_t tap = 0; tap < taps; tap++) {
        if (!g->a[tap] && (!first || tap + 1 < taps))
            continue;
        vf acc[TILE_PANELS][TILE_ROWS];
        for (size_t p = 0; p < panels || p == 0; p++)
            for (size_t r = 0; r < rows; r++)
                acc[p][r] = v_set(g->a[tap] ? 0.0f : -0.0f); /* if all taps are left out: x + -0 is x */
        if (g->a[tap])
            multiply(acc, t->weights + tap * k * MBT_LANES, taps * k * MBT_LANES,
                     g->a[tap] + (ptrdiff_t)t->row * g->lda, g->lda, k, rows, panels);
        if (!first)
            add_tap(acc, t, false, false, rows, panels);
        else if (g->accumulate)
            add_tap(acc, t, true, true, rows, panels);
        else
            add_tap(acc, t, true, false, rows, panels);
        first = false;
    }
}

/* The tile for a number of rows known at run time. */
static inline __attribute__((always_inline)) void any_tile(const mbt_gemm *g, const mbt_tile *t, size_t rows,
                                                           size_t panels)
{
    TILE_OF_ROWS(g, t, rows, panels)
}

static void one_panel(const mbt_gemm *g, const mbt_tile *t, size_t rows)
{
    any_tile(g, t, rows, 1);
}

#if TILE_PANELS > 1
static void all_panels(const mbt_gemm *g, const mbt_tile *t, size_t rows)
{
    any_tile(g, t, rows, TILE_PANELS);
}
#else
#define all_panels one_panel
#endif

static void part_of_panel(const mbt_gemm *g, const mbt_tile *t, size_t rows)
{
    any_tile(g, t, rows, TILE_PART < MBT_LANES ? 0 : 1);
}

/* The last panel, if it has n < 16 outputs: computed in a buffer, from which n are copied. */
static void last_panel(const mbt_gemm *g, const mbt_tile *t, size_t rows, size_t n)
{
    float whole[TILE_ROWS][MBT_LANES] = {{0}};
    mbt_tile inner = *t;
    inner.out = whole[0];
    inner.ldo = MBT_LANES;
    for (size_t r = 0; g->accumulate && r < rows; r++)
        memcpy(whole[r], t->out + (ptrdiff_t)r * t->ldo, n * sizeof(float));
    if (n <= TILE_PART)
        part_of_panel(g, &inner, rows);
    else
        one_panel(g, &inner, rows);
    for (size_t r = 0; r < rows; r++)
        memcpy(t->out + (ptrdiff_t)r * t->ldo, whole[r], n * sizeof(float));
}

void GEMM(const mbt_gemm *g)
{
    const mbt_matrix *w = g->w;
    /* Rows are spread evenly over the fewest tiles: 25 rows are 13 and 12, not twice 12 and 1. */
    const size_t tiles = (g->rows + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t o = 0; o < w->n;) {
        const size_t left = w->n - o, panels = left >= TILE_PANELS * MBT_LANES ? TILE_PANELS : 1;
        for (size_t i = 0, row = 0, rows; i < tiles; i++, row += rows) {
            const mbt_tile t = {row, (const weight *)w->data + o * w->taps * w->k, w->bias + o,
                                g->out + (ptrdiff_t)row * g->ldo + o, g->ldo};
            rows = (g->rows - row + tiles - i - 1) / (tiles - i);
            if (panels == TILE_PANELS && TILE_PANELS > 1)
                all_panels(g, &t, rows);
            else if (left >= MBT_LANES)
                one_panel(g, &t, rows);
            else
                last_panel(g, &t, rows, left);
        }
        o += panels * MBT_LANES;
    }
}

#endif
