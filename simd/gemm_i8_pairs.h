/* gemm_i8_pairs.h: the innermost loop of the product of int8, for processors whose instruction multiplies two pairs of
 * 16-bit numbers and adds the two products.
 *
 * Bytes are therefore widened to 16 bits. Two shifts do it: of each quad (four bytes), one makes the pair of first and
 * third byte, the other the pair of second and fourth. So the products of an output stay in its own lane.
 *
 * Included by an architecture's gemm_i8.c, which defines TILE_ROWS, TILE_PANELS, SPLIT, vi, and
 *     no_sum()                   16 zeros
 *     evens(w), odds(w)          the pairs of first and third, or second and fourth, of a quad of weights of 16 outputs
 *     add_pairs(acc, w, pair)    acc + the two products of each output's weights with the pair
 *     split(even, odd, q, n)     the same two pairs of each of n quads of inputs, n <= SPLIT; writes SPLIT of each */
#ifndef MBT_SIMD_GEMM_I8_PAIRS_H
#define MBT_SIMD_GEMM_I8_PAIRS_H

#define CHUNK 64 /* quads of inputs that are split at a time */

/* Adds to acc the products with one pair of each quad: the even one, or (second) the odd one. */
static V_INLINE void add_products(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                                  int32_t pairs[TILE_ROWS][CHUNK], bool second, size_t quads, size_t rows,
                                  size_t panels)
{
    for (size_t i = 0; i < quads; i++, weights += 4 * MBT_LANES) {
        const vi w0 = second ? odds(weights) : evens(weights);
        const vi w1 = panels == 1 ? w0 : second ? odds(weights + panel_size) : evens(weights + panel_size);
        V_UNROLL
        for (size_t r = 0; r < rows; r++) {
            acc[0][r] = add_pairs(acc[0][r], w0, pairs[r][i]);
            if (panels > 1)
                acc[TILE_PANELS - 1][r] = add_pairs(acc[TILE_PANELS - 1][r], w1, pairs[r][i]);
        }
    }
}

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    int32_t first[TILE_ROWS][CHUNK], second[TILE_ROWS][CHUNK];
    V_UNROLL
    for (size_t r = 0; r < rows; r++) {
        V_UNROLL
        for (size_t p = 0; p < panels; p++)
            acc[p][r] = no_sum();
    }
    for (size_t done = 0, count; done < quads; done += count, weights += count * 4 * MBT_LANES) {
        count = quads - done < CHUNK ? quads - done : CHUNK;
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < count; i += SPLIT)
                split(first[r] + i, second[r] + i, a->q + (ptrdiff_t)r * a->ldq + 4 * (done + i),
                      count - i < SPLIT ? count - i : SPLIT);
        add_products(acc, weights, panel_size, first, false, count, rows, panels);
        add_products(acc, weights, panel_size, second, true, count, rows, panels);
    }
}

#endif
