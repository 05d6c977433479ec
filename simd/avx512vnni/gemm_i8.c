/* avx512vnni/gemm_i8.c: tiles of up to 13 rows and two panels: 26 accumulators, 2 registers for weights, 1 for inputs.
 *
 * The instruction multiplies bytes without a sign by bytes with one. The weights are made such: 128 more, which adds
 * 128 sum_i a[i] to each sum. The sums start at minus that. */
#include "rows_i8.h"

#define TILE_ROWS 13
#define TILE_PANELS 2

typedef __m512i vi;

static V_INLINE __m512i load_weights(const int8_t *weights)
{
    return _mm512_xor_si512(_mm512_loadu_si512(weights), _mm512_set1_epi8(-128));
}

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    const int8_t *row[(TILE_ROWS + 2) / 3]; /* each for three rows, as in the product of floats */
    for (size_t j = 0; 3 * j < rows; j++)
        row[j] = a->q + 3 * (ptrdiff_t)j * a->ldq;
    for (size_t r = 0; r < rows; r++) {
        const __m512i start = _mm512_set1_epi32(-128 * a->sum[(ptrdiff_t)r * a->lds]);
        for (size_t p = 0; p < panels; p++)
            acc[p][r] = start;
    }
    for (size_t i = 0; i < quads; i++, weights += 4 * MBT_LANES) {
        const __m512i w0 = load_weights(weights), w1 = panels > 1 ? load_weights(weights + panel_size) : w0;
        for (size_t r = 0; r < rows; r++) {
            const __m512i x = _mm512_set1_epi32(quad_at(row[r / 3] + (ptrdiff_t)(r % 3) * a->ldq));
            acc[0][r] = _mm512_dpbusd_epi32(acc[0][r], w0, x);
            if (panels > 1)
                acc[1][r] = _mm512_dpbusd_epi32(acc[1][r], w1, x);
        }
        for (size_t j = 0; 3 * j < rows; j++)
            row[j] += 4;
    }
}

static V_INLINE vf to_floats(vi sums)
{
    return _mm512_cvtepi32_ps(sums);
}

#include "gemm_i8_tiles.h"
