/* avx512/gemm_i8.c: tiles of up to 12 rows and two panels: 24 accumulators of 16 sums, 2 registers for weights, 1 for
 * inputs, 1 or 2 for products. */
#include "simd/rows_i8.h"

#define TILE_ROWS 12
#define TILE_PANELS 2
#define SPLIT 16

/* Not __m512i, whose lanes have 64 bits: gcc copies registers at each conversion between the two. */
typedef int32_t vi __attribute__((vector_size(64)));

static V_INLINE vi no_sum(void)
{
    return (vi){0};
}

static V_INLINE __m512i evens_of(__m512i bytes)
{
    return _mm512_srai_epi16(_mm512_slli_epi16(bytes, 8), 8);
}

static V_INLINE __m512i odds_of(__m512i bytes)
{
    return _mm512_srai_epi16(bytes, 8);
}

static V_INLINE vi evens(const int8_t *w)
{
    return (vi)evens_of(_mm512_loadu_si512(w));
}

static V_INLINE vi odds(const int8_t *w)
{
    return (vi)odds_of(_mm512_loadu_si512(w));
}

static V_INLINE vi add_pairs(vi acc, vi w, int32_t pair)
{
    return acc + (vi)_mm512_madd_epi16((__m512i)w, _mm512_set1_epi32(pair));
}

static V_INLINE void split(int32_t *even, int32_t *odd, const int8_t *q, size_t n)
{
    const __m512i bytes = _mm512_maskz_loadu_epi32(v_first(n), q);
    _mm512_storeu_si512(even, evens_of(bytes));
    _mm512_storeu_si512(odd, odds_of(bytes));
}

static V_INLINE vf to_floats(vi sums)
{
    return _mm512_cvtepi32_ps((__m512i)sums);
}

#include "simd/gemm_i8_pairs.h"
#include "simd/gemm_i8_tiles.h"
