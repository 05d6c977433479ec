/* avx512vnni/gemm_i8.c: tiles of up to 6 rows and two panels: 12 accumulators, 12 sums between parts, 2 registers for
 * weights, 1 for inputs. Taller tiles have no registers for the sums and are slower.
 *
 * The instruction multiplies unsigned by signed bytes. So 128 is added to the weights, which makes them unsigned and
 * adds 128 sum_i a[i] to each sum. To make up for it, the sums start at minus that. */
#include "simd/rows_i8.h"

#define TILE_ROWS 6
#define TILE_PANELS 2

/* Not __m512i, whose lanes have 64 bits: gcc copies registers at each conversion between the two. */
typedef int32_t vi __attribute__((vector_size(64)));

static V_INLINE __m512i load_weights(const int8_t *weights)
{
    return _mm512_xor_si512(_mm512_loadu_si512(weights), _mm512_set1_epi8(-128));
}

/* acc + the products of the quad of inputs at q with the weights. */
static V_INLINE vi add_products(vi acc, __m512i weights, const int8_t *q)
{
    return (vi)_mm512_dpbusd_epi32((__m512i)acc, weights, _mm512_set1_epi32(quad_at(q)));
}

/* A single panel takes two quads at a time, with two sets of sums: no product waits for the one before. */
static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    const size_t step = panels > 1 ? 1 : 2, next_weights = panels > 1 ? panel_size : 4 * MBT_LANES, next = step * 4 - 4;
    const int8_t *row[(TILE_ROWS + 2) / 3]; /* each serves three rows, as in avx512/gemm.c */
    vi second[TILE_ROWS];
    V_UNROLL
    for (size_t j = 0; 3 * j < rows; j++)
        row[j] = a->q + 3 * (ptrdiff_t)j * a->ldq;
    V_UNROLL
    for (size_t r = 0; r < rows; r++) {
        acc[0][r] = (vi)_mm512_set1_epi32(-128 * a->sum[(ptrdiff_t)r * a->lds]);
        second[r] = panels > 1 ? acc[0][r] : (vi)_mm512_setzero_si512();
    }
    for (; quads >= step; quads -= step, weights += step * 4 * MBT_LANES) {
        const __m512i w0 = load_weights(weights), w1 = load_weights(weights + next_weights);
        V_UNROLL
        for (size_t r = 0; r < rows; r++) {
            const int8_t *q = row[r / 3] + (ptrdiff_t)(r % 3) * a->ldq;
            acc[0][r] = add_products(acc[0][r], w0, q);
            second[r] = add_products(second[r], w1, q + next);
        }
        V_UNROLL
        for (size_t j = 0; 3 * j < rows; j++)
            row[j] += 4 * step;
    }
    V_UNROLL
    for (size_t r = 0; r < rows; r++)
        if (panels > 1)
            acc[1][r] = second[r];
        else if (quads > 0)
            acc[0][r] =
                add_products(acc[0][r] + second[r], load_weights(weights), row[r / 3] + (ptrdiff_t)(r % 3) * a->ldq);
        else
            acc[0][r] += second[r];
}

static V_INLINE vf to_floats(vi sums)
{
    return _mm512_cvtepi32_ps((__m512i)sums);
}

#include "simd/gemm_i8_tiles.h"
