/* gemm_i8_tiles.h: the product of int8 by tiles, but for the innermost loop. Included by each architecture's gemm_i8.c,
 * which has included vec.h and defined TILE_ROWS (at most 13), TILE_PANELS (1 or 2), the type vi, which holds the 16
 * whole numbers of a row and panel in whatever shape, and
 *     multiply(acc, weights, panel_size, a, quads, rows, panels)
 *         acc[p][r] = sum_i a.q[r * a.ldq + i] w[p][i][..], i < 4 quads, where panel p is weights + p * panel_size;
 *     to_floats(vi)    the 16 sums, each rounded to float.
 * rows and panels are constants in every call. Contract in kernels.h (mbt_gemm_i8). */
#ifndef MBT_SIMD_GEMM_I8_TILES_H
#define MBT_SIMD_GEMM_I8_TILES_H

#define QUAD_SIZE (4 * MBT_LANES) /* weights of four inputs to a panel */

/* What a tile is told: its first row, its first output, and how many of the last panel's outputs there are. */
typedef struct mbt_tile_i8 {
    size_t row, output, last;
} mbt_tile_i8;

/* out = s * scale + base, for the outputs that there are. */
static V_INLINE void finish(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, vf s, size_t r, size_t p, size_t n)
{
    const size_t o = t->output + p * MBT_LANES;
    float *to = g->out + (ptrdiff_t)(t->row + r) * g->ldo + o;
    vf base = v_load(g->w->bias + o);
    if (g->accumulate)
        base = v_add(base, v_load_n(to, n));
    v_store_n(to, v_fma(s, v_load(g->w->scale + o), base), n);
}

/* `rows` rows and `panels` panels. Between groups the sums s are in memory: registers are for the whole numbers. */
static V_INLINE void tile(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t rows, size_t panels)
{
    const size_t taps = g->w->taps, group_size = g->w->k / g->groups, quads = (group_size + 3) / 4;
    const size_t panel_size = taps * g->groups * quads * QUAD_SIZE;
    const int8_t *weights = (const int8_t *)g->w->data + t->output / MBT_LANES * panel_size;
    float sums[TILE_PANELS][TILE_ROWS][MBT_LANES] = {{{0}}};
    const size_t parts = taps * g->groups;
    for (size_t part = 0; part < parts; part++, weights += quads * QUAD_SIZE) {
        const size_t tap = part / g->groups, group = part % g->groups;
        const float *scale = g->a[tap].scale + (ptrdiff_t)t->row * g->lds + group;
        const rows_i8 a = {g->a[tap].q + (ptrdiff_t)t->row * g->ldq + group * group_size, g->ldq,
                           g->a[tap].sum + (ptrdiff_t)t->row * g->lds + group, g->lds};
        vi acc[TILE_PANELS][TILE_ROWS];
        multiply(acc, weights, panel_size, &a, quads, rows, panels);
        for (size_t p = 0; p < panels; p++)
            for (size_t r = 0; r < rows; r++) {
                const vf s = v_fma(to_floats(acc[p][r]), v_set(scale[(ptrdiff_t)r * g->lds]), v_load(sums[p][r]));
                if (part + 1 < parts)
                    v_store(sums[p][r], s);
                else
                    finish(g, t, s, r, p, p + 1 < panels ? MBT_LANES : t->last);
            }
    }
}

#define TILE_CASE(rows)                                       \
    case rows:                                                \
        if (rows <= TILE_ROWS)                                \
            tile(g, t, rows <= TILE_ROWS ? rows : 1, panels); \
        break;

/* The tile for each number of rows. */
static V_INLINE void any_tile(const mbt_gemm_i8 *g, const mbt_tile_i8 *t, size_t rows, size_t panels)
{
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
        TILE_CASE(7)
        TILE_CASE(8)
        TILE_CASE(9)
        TILE_CASE(10)
        TILE_CASE(11)
        TILE_CASE(12)
        TILE_CASE(13)
    }
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
    /* Rows are spread evenly over the fewest tiles: 25 rows are 13 and 12, not twice 12 and 1. */
    const size_t tiles = (g->rows + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t o = 0; o < g->w->n;) {
        const size_t left = g->w->n - o;
        const size_t panels = left > (TILE_PANELS - 1) * MBT_LANES ? TILE_PANELS : 1;
        const size_t last = v_lanes(left - (panels - 1) * MBT_LANES);
        for (size_t i = 0, row = 0, rows; i < tiles; i++, row += rows) {
            const mbt_tile_i8 t = {row, o, last};
            rows = (g->rows - row + tiles - i - 1) / (tiles - i);
            if (panels == TILE_PANELS)
                all_panels(g, &t, rows);
            else
                one_panel(g, &t, rows);
        }
        o += panels * MBT_LANES;
    }
}

#endif
