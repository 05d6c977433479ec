/* gemm_i8_pairs.h: the innermost loop of the product of int8 where the processor multiplies pairs of 16 bits and adds
 * the two products. Included by an architecture's gemm_i8.c, which has defined TILE_ROWS, TILE_PANELS, vi and
 *     load_weights(w)              64 weights: four for each of 16 outputs
 *     evens(v), odds(v)            of each four the first and third, the second and fourth, as 16 bits
 *     add_pairs(acc, w, pair)      acc + the two products of each output's weights with the pair
 *     split(even, odd, q, n)       the same of the inputs: n quads, n <= SPLIT, as pairs to two arrays
 * Of a quad the pairs are thus 0, 2 and 1, 3, which shifts can make, and each output's products meet in its own lane. */
#ifndef MBT_SIMD_GEMM_I8_PAIRS_H
#define MBT_SIMD_GEMM_I8_PAIRS_H

#define CHUNK 64 /* quads of inputs that are split at a time */

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    int32_t even[TILE_ROWS][CHUNK], odd[TILE_ROWS][CHUNK];
    V_UNROLL
    for (size_t p = 0; p < panels; p++)
        V_UNROLL
    for (size_t r = 0; r < rows; r++)
        acc[p][r] = no_sum();
    for (size_t first = 0, count; first < quads; first += count) {
        count = quads - first < CHUNK ? quads - first : CHUNK;
        V_UNROLL
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < count; i += SPLIT)
                split(even[r] + i, odd[r] + i, a->q + (ptrdiff_t)r * a->ldq + 4 * (first + i),
                      count - i < SPLIT ? count - i : SPLIT);
        for (size_t i = 0; i < count; i++, weights += 4 * MBT_LANES) {
            const vi w0 = load_weights(weights), w1 = panels > 1 ? load_weights(weights + panel_size) : w0;
            const vi even0 = evens(w0), even1 = evens(w1);
            V_UNROLL
            for (size_t r = 0; r < rows; r++) {
                acc[0][r] = add_pairs(acc[0][r], even0, even[r][i]);
                if (panels > 1)
                    acc[TILE_PANELS - 1][r] = add_pairs(acc[TILE_PANELS - 1][r], even1, even[r][i]);
            }
            const vi odd0 = odds(w0), odd1 = odds(w1);
            V_UNROLL
            for (size_t r = 0; r < rows; r++) {
                acc[0][r] = add_pairs(acc[0][r], odd0, odd[r][i]);
                if (panels > 1)
                    acc[TILE_PANELS - 1][r] = add_pairs(acc[TILE_PANELS - 1][r], odd1, odd[r][i]);
            }
        }
    }
}

#endif
