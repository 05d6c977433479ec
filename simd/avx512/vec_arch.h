/* avx512/vec_arch.h: the vocabulary on 512-bit registers. */
#ifndef MBT_SIMD_AVX512_VEC_ARCH_H
#define MBT_SIMD_AVX512_VEC_ARCH_H

#include <immintrin.h>

#define MBT_ARCH avx512
#define MBT_ARCH_ISA MBT_ISA_AVX512
#define V_WIDTH 16
#define V_AT_ONCE 4

typedef __m512 vf;
typedef __mmask16 vm;

static inline __mmask16 v_first(size_t n)
{
    return (__mmask16)((1u << n) - 1u);
}

static inline vf v_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline vf v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline vf v_load_half(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

static inline vf v_load_n(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps(v_first(n), p);
}

static inline void v_store(float *p, vf a)
{
    _mm512_storeu_ps(p, a);
}

static inline void v_store_half(uint16_t *p, vf a)
{
    _mm256_storeu_si256((__m256i *)(void *)p, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
}

static inline void v_store_n(float *p, vf a, size_t n)
{
    _mm512_mask_storeu_ps(p, v_first(n), a);
}

static inline vf v_add(vf a, vf b)
{
    return _mm512_add_ps(a, b);
}

static inline vf v_sub(vf a, vf b)
{
    return _mm512_sub_ps(a, b);
}

static inline vf v_mul(vf a, vf b)
{
    return _mm512_mul_ps(a, b);
}

static inline vf v_div(vf a, vf b)
{
    return _mm512_div_ps(a, b);
}

/* The instruction computes a > b ? a : b. */
static inline vf v_max(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}

static inline vf v_min(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}

static inline vf v_sqrt(vf a)
{
    return _mm512_sqrt_ps(a);
}

static inline vf v_abs(vf a)
{
    return _mm512_abs_ps(a);
}

static inline vf v_fma(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vm v_gt(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}

static inline vm v_sign_bit(vf a)
{
    return _mm512_movepi32_mask(_mm512_castps_si512(a));
}

static inline vf v_select(vm m, vf a, vf b)
{
    return _mm512_mask_blend_ps(m, b, a);
}

static inline vf v_copysign(vf a, vf s)
{
    const __m512 sign = _mm512_set1_ps(-0.0f);
    return _mm512_or_ps(_mm512_andnot_ps(sign, a), _mm512_and_ps(sign, s));
}

static inline vf v_at_least(vf a, float c)
{
    return v_max(a, v_set(c));
}

static inline vf v_at_most(vf a, float c)
{
    return v_min(a, v_set(c));
}

/* The instruction looks at the low four bits of the index. Only three count, so the table stands there twice. */
static inline vf v_exp2_eighths(vf t)
{
    static const uint32_t table[8] = V_EIGHTHS;
    const __m512i entries = _mm512_broadcast_i32x8(_mm256_loadu_si256((const __m256i *)(const void *)table));
    const __m512i bits = _mm512_castps_si512(t);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_permutexvar_epi32(bits, entries), _mm512_slli_epi32(bits, 20)));
}

static inline vf v_split(vf x, vf *e)
{
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i exponent = _mm512_srai_epi32(_mm512_sub_epi32(bits, _mm512_set1_epi32(0x3f3504f3)), 23);
    *e = _mm512_cvtepi32_ps(exponent);
    return _mm512_castsi512_ps(_mm512_sub_epi32(bits, _mm512_slli_epi32(exponent, 23)));
}

static inline float v_sum(vf a)
{
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline vf v_add_bits(vf a, vf b)
{
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

static inline void v_store_low_bytes(int8_t *p, vf a)
{
    _mm_storeu_si128((__m128i *)(void *)p, _mm512_cvtepi32_epi8(_mm512_castps_si512(a)));
}

/* Combines the four vectors to one, in which each group of four lanes has a part of each of the four results. Then
 * combines the groups. */
static inline void v_sums_of_bits_of_4(uint32_t sums[4], const vf v[4])
{
    const vf first = v_add_bits(_mm512_unpacklo_ps(v[0], v[1]), _mm512_unpackhi_ps(v[0], v[1]));
    const vf second = v_add_bits(_mm512_unpacklo_ps(v[2], v[3]), _mm512_unpackhi_ps(v[2], v[3]));
    const vf all = v_add_bits(_mm512_shuffle_ps(first, second, 0x44), _mm512_shuffle_ps(first, second, 0xee));
    const __m512i words = _mm512_castps_si512(all);
    const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(words), _mm512_extracti32x8_epi32(words, 1));
    const __m128i result = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    _mm_storeu_si128((__m128i *)(void *)sums, result);
}

static inline void v_largest_of_4(float largest[4], const vf v[4])
{
    const vf first = v_max(_mm512_unpacklo_ps(v[0], v[1]), _mm512_unpackhi_ps(v[0], v[1]));
    const vf second = v_max(_mm512_unpacklo_ps(v[2], v[3]), _mm512_unpackhi_ps(v[2], v[3]));
    const vf all = v_max(_mm512_shuffle_ps(first, second, 0x44), _mm512_shuffle_ps(first, second, 0xee));
    const __m256 half = _mm256_max_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    _mm_storeu_ps(largest, _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
}

#if MBT_SLEEF
static inline vf v_sleef_pow(vf a, vf b)
{
    return Sleef_finz_powf16_u10avx512f(a, b);
}

static inline vf v_sleef_atan2(vf y, vf x)
{
    return Sleef_finz_atan2f16_u10avx512f(y, x);
}
#endif

#endif
