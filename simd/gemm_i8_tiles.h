/* gemm_i8_tiles.h: the product of int8 by tiles, without the innermost loop. Contract in kernels.h (mbt_gemm_i8).
 *
 * Included by each architecture's gemm_i8.c. Before, gemm_i8.c includes vec.h and defines TILE_ROWS (at most 13),
 * TILE_PANELS (1 or 2), the type vi, which holds the 16 integers of a row and panel in any order of registers, and
 *     multiply(acc, weights, panel_size, a, quads, rows, panels)
 *         acc[p][r] = sum_i a.q[r * a.ldq + i] w[p][i][..], i < 4 quads, where panel p is weights + p * panel_size;
 *     to_floats(vi)    the 16 sums, each rounded to float.
 * rows and panels are constants in every call. */
#ifndef MBT_SIMD_GEMM_I8_TILES_H
#define MBT_SIMD_GEMM_I8_TILES_H

#include "simd/tile_cases.h"

#define QUAD_SIZE (4 * MBT_LANES) /* weights of four inputs to a panel: a quad */

/* A tile: its first row, its weights, where its outputs go, and the sizes that all tiles of the product share. */
typedef struct mbt_tile_i8 {
    size_t row;
    const int8_t *weights;
    const float *scale, *bias; /* of its outputs */
    float *out;
    ptrdiff_t ldo;
    size_t last; /* outputs in the last panel */
    size_t group_size, quads, panel_size;
} mbt_tile_i8;

/* out = fma(s, scale, bias), or with bias + out in place of bias. Stores the first n outputs of each panel. */
static V_INLINE void finish(vf s[TILE_PANELS][TILE_ROWS], const mbt_tile_i8 *t, bool accumulate, size_t n, size_t rows,
                            size_t panels)
{
    V_UNROLL
    for (size_t p = 0; p < panels; p++) {
        const vf scale = v_load(t->scale + p * MBT_LANES), bias = v_load(t->bias + p * MBT_LANES);
        float *to = t->out + p * MBT_LANES;
        V_UNROLL
        for (size_t r = 0; r < rows; r++, to += t->ldo)
            v_store_n(to, v_fma(s[p][r], scale, accumulate ? v_add(bias, v_load_n(to, n)) : bias), n);
    }
}

/* Each group of each tap is a part. The parts are added to the sums s in order. The sums stay in registers between
 * parts if an architecture's tiles leave room for them. */
static V_INLINE void add_parts(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t taps, size_t groups, size_t rows,
                               size_t panels)
{
    const int8_t *weights = t->weights;
    vf s[TILE_PANELS][TILE_ROWS];
    V_UNROLL
    for (size_t r = 0; r < rows; r++) {
        V_UNROLL
        for (size_t p = 0; p < panels; p++)
            s[p][r] = v_set(0.0f);
    }
    for (size_t tap = 0; tap < taps; tap++) {
        const float *scale = g->a[tap].scale + (ptrdiff_t)t->row * g->lds;
        rows_i8 a = {g->a[tap].q + (ptrdiff_t)t->row * g->ldq, g->ldq, g->a[tap].sum + (ptrdiff_t)t->row * g->lds,
                     g->lds};
        for (size_t group = 0; group < groups; group++) {
            vi acc[TILE_PANELS][TILE_ROWS];
            multiply(acc, weights, t->panel_size, &a, t->quads, rows, panels);
            V_UNROLL
            for (size_t r = 0; r < rows; r++) {
                V_UNROLL
                for (size_t p = 0; p < panels; p++)
                    s[p][r] = v_fma(to_floats(acc[p][r]), v_set(scale[(ptrdiff_t)r * g->lds]), s[p][r]);
            }
            weights += t->quads * QUAD_SIZE;
            a.q += t->group_size;
            a.sum++;
            scale++;
        }
    }
    if (panels == 1 && t->last < MBT_LANES)
        finish(s, t, g->accumulate, t->last, rows, panels);
    else if (g->accumulate)
        finish(s, t, true, MBT_LANES, rows, panels);
    else
        finish(s, t, false, MBT_LANES, rows, panels);
}

/* One tile of constant size. Products of short rows mostly have a single part and need no loops over parts. */
static V_INLINE void tile(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t rows, size_t panels)
{
    if (g->w->taps * g->groups == 1)
        add_parts(g, t, 1, 1, rows, panels);
    else
        add_parts(g, t, g->w->taps, g->groups, rows, panels);
}

/* The tile for a number of rows known at run time. */
static V_INLINE void any_tile(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t rows, size_t panels)
{
    TILE_OF_ROWS(g, t, rows, panels)
}

static void one_panel(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t rows)
{
    any_tile(g, t, rows, 1);
}

#if TILE_PANELS > 1
static void all_panels(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t rows)
{
    any_tile(g, t, rows, TILE_PANELS);
}
#else
#define all_panels one_panel
#endif

void MBT_FN(gemm_i8)(const mbt_gemm_i8 *g)
{
    const mbt_matrix *w = g->w;
    const size_t group_size = w->k / g->groups, quads = (group_size + 3) / 4;
    mbt_tile_i8 t = {.ldo = g->ldo, .group_size = group_size, .quads = quads};
    t.panel_size = w->taps * g->groups * quads * QUAD_SIZE;
    /* Rows are spread evenly over the fewest tiles: 25 rows are 13 and 12, not twice 12 and 1. */
    const size_t tiles = (g->rows + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t o = 0; o < w->n;) {
        const size_t left = w->n - o, panels = left >= TILE_PANELS * MBT_LANES ? TILE_PANELS : 1;
        t.weights = (const int8_t *)w->data + o / MBT_LANES * t.panel_size;
        t.scale = w->scale + o;
        t.bias = w->bias + o;
        t.last = v_lanes(left - (panels - 1) * MBT_LANES);
        t.row = 0;
        for (size_t i = 0, rows; i < tiles; i++, t.row += rows) {
            rows = (g->rows - t.row + tiles - i - 1) / (tiles - i);
            t.out = g->out + (ptrdiff_t)t.row * g->ldo + o;
            if (panels == TILE_PANELS && TILE_PANELS > 1)
                all_panels(g, &t, rows);
            else
                one_panel(g, &t, rows);
        }
        o += panels * MBT_LANES;
    }
}

#endif
