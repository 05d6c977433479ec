/* avxvnni/gemm_i8.c: tiles of up to 6 rows and one panel: 12 accumulators of 8 sums, 2 registers for weights, 1 for
 * inputs.
 *
 * The instruction multiplies unsigned by signed bytes. So 128 is added to the weights, which makes them unsigned and
 * adds 128 sum_i a[i] to each sum. To make up for it, the sums start at minus that. */
#include "simd/rows_i8.h"

#define TILE_ROWS 6
#define TILE_PANELS 1

/* Eight sums. Not __m256i, whose lanes have 64 bits: gcc copies registers at each conversion between the two. */
typedef int32_t eight __attribute__((vector_size(32)));

typedef struct vi {
    eight lo, hi;
} vi;

static V_INLINE __m256i load_weights(const int8_t *weights)
{
    return _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)weights), _mm256_set1_epi8(-128));
}

static V_INLINE eight add_products(eight acc, __m256i weights, __m256i inputs)
{
    return (eight)_mm256_dpbusd_avx_epi32((__m256i)acc, weights, inputs);
}

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    (void)panel_size;
    (void)panels;
    V_UNROLL
    for (size_t r = 0; r < rows; r++)
        acc[0][r].lo = acc[0][r].hi = (eight)_mm256_set1_epi32(-128 * a->sum[(ptrdiff_t)r * a->lds]);
    for (size_t i = 0; i < quads; i++, weights += 4 * MBT_LANES) {
        const __m256i lo = load_weights(weights), hi = load_weights(weights + 32);
        V_UNROLL
        for (size_t r = 0; r < rows; r++) {
            const __m256i x = _mm256_set1_epi32(quad_at(a->q + (ptrdiff_t)r * a->ldq + 4 * i));
            acc[0][r].lo = add_products(acc[0][r].lo, lo, x);
            acc[0][r].hi = add_products(acc[0][r].hi, hi, x);
        }
    }
}

static V_INLINE vf to_floats(vi sums)
{
    return (vf){_mm256_cvtepi32_ps((__m256i)sums.lo), _mm256_cvtepi32_ps((__m256i)sums.hi)};
}

#include "simd/gemm_i8_tiles.h"
