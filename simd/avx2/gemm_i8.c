/* avx2/gemm_i8.c: tiles of up to 6 rows and one panel: 12 accumulators of 8 sums, 2 registers for weights, 1 for
 * inputs, 1 for products. */
#include "simd/rows_i8.h"

#define TILE_ROWS 6
#define TILE_PANELS 1
#define SPLIT 8

/* Eight sums. Not __m256i, whose lanes have 64 bits: gcc copies registers at each conversion between the two. */
typedef int32_t eight __attribute__((vector_size(32)));

typedef struct vi {
    eight lo, hi;
} vi;

static V_INLINE vi no_sum(void)
{
    return (vi){{0}, {0}};
}

static V_INLINE __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

static V_INLINE __m256i evens_of(__m256i bytes)
{
    return _mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8);
}

static V_INLINE __m256i odds_of(__m256i bytes)
{
    return _mm256_srai_epi16(bytes, 8);
}

static V_INLINE vi evens(const int8_t *w)
{
    return (vi){(eight)evens_of(load(w)), (eight)evens_of(load(w + 32))};
}

static V_INLINE vi odds(const int8_t *w)
{
    return (vi){(eight)odds_of(load(w)), (eight)odds_of(load(w + 32))};
}

static V_INLINE vi add_pairs(vi acc, vi w, int32_t pair)
{
    const __m256i x = _mm256_set1_epi32(pair);
    acc.lo += (eight)_mm256_madd_epi16((__m256i)w.lo, x);
    acc.hi += (eight)_mm256_madd_epi16((__m256i)w.hi, x);
    return acc;
}

static V_INLINE void split(int32_t *even, int32_t *odd, const int8_t *q, size_t n)
{
    const __m256i bytes = n < SPLIT ? _mm256_maskload_epi32((const int *)(const void *)q, v_first(n)) : load(q);
    _mm256_storeu_si256((__m256i *)(void *)even, evens_of(bytes));
    _mm256_storeu_si256((__m256i *)(void *)odd, odds_of(bytes));
}

static V_INLINE vf to_floats(vi sums)
{
    return (vf){_mm256_cvtepi32_ps((__m256i)sums.lo), _mm256_cvtepi32_ps((__m256i)sums.hi)};
}

#include "simd/gemm_i8_pairs.h"
#include "simd/gemm_i8_tiles.h"
