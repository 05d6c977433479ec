/* avx2/vec_arch.h: the vocabulary on pairs of 256-bit registers, or on one (V_NARROW). */
#ifndef MBT_SIMD_AVX2_VEC_ARCH_H
#define MBT_SIMD_AVX2_VEC_ARCH_H

#include <immintrin.h>

#define MBT_ARCH avx2
#define MBT_ARCH_ISA MBT_ISA_AVX2
#define V_AT_ONCE 2

#ifdef V_NARROW
#define V_WIDTH 8
#define V_HI(...)
typedef struct vf {
    __m256 lo;
} vf;
#else
#define V_WIDTH 16
#define V_HI(...) , __VA_ARGS__
typedef struct vf {
    __m256 lo, hi;
} vf;
#endif

typedef vf vm; /* all bits of a lane are set, or none */

static inline vf v_set(float x)
{
    const __m256 r = _mm256_set1_ps(x);
    return (vf){r V_HI(r)};
}

static inline vf v_load(const float *p)
{
    return (vf){_mm256_loadu_ps(p) V_HI(_mm256_loadu_ps(p + 8))};
}

static inline __m256 v_load_half_8(const uint16_t *p)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vf v_load_half(const uint16_t *p)
{
    return (vf){v_load_half_8(p) V_HI(v_load_half_8(p + 8))};
}

static inline void v_store(float *p, vf a)
{
    _mm256_storeu_ps(p, a.lo);
#ifndef V_NARROW
    _mm256_storeu_ps(p + 8, a.hi);
#endif
}

static inline void v_store_half(uint16_t *p, vf a)
{
    _mm_storeu_si128((__m128i *)(void *)p, _mm256_cvtps_ph(a.lo, _MM_FROUND_TO_NEAREST_INT));
#ifndef V_NARROW
    _mm_storeu_si128((__m128i *)(void *)(p + 8), _mm256_cvtps_ph(a.hi, _MM_FROUND_TO_NEAREST_INT));
#endif
}

#define V_BINARY(name, op)                                \
    static inline vf name(vf a, vf b)                     \
    {                                                     \
        return (vf){op(a.lo, b.lo) V_HI(op(a.hi, b.hi))}; \
    }

V_BINARY(v_add, _mm256_add_ps)
V_BINARY(v_sub, _mm256_sub_ps)
V_BINARY(v_mul, _mm256_mul_ps)
V_BINARY(v_div, _mm256_div_ps)
V_BINARY(v_max, _mm256_max_ps) /* the instruction computes a > b ? a : b */
V_BINARY(v_min, _mm256_min_ps)

static inline vf v_sqrt(vf a)
{
    return (vf){_mm256_sqrt_ps(a.lo) V_HI(_mm256_sqrt_ps(a.hi))};
}

static inline vf v_abs(vf a)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return (vf){_mm256_andnot_ps(sign, a.lo) V_HI(_mm256_andnot_ps(sign, a.hi))};
}

static inline vf v_fma(vf a, vf b, vf c)
{
    return (vf){_mm256_fmadd_ps(a.lo, b.lo, c.lo) V_HI(_mm256_fmadd_ps(a.hi, b.hi, c.hi))};
}

static inline vm v_gt(vf a, vf b)
{
    return (vm){_mm256_cmp_ps(a.lo, b.lo, _CMP_GT_OQ) V_HI(_mm256_cmp_ps(a.hi, b.hi, _CMP_GT_OQ))};
}

/* v_select looks at sign bits only. */
static inline vm v_sign_bit(vf a)
{
    return a;
}

static inline vf v_select(vm m, vf a, vf b)
{
    return (vf){_mm256_blendv_ps(b.lo, a.lo, m.lo) V_HI(_mm256_blendv_ps(b.hi, a.hi, m.hi))};
}

static inline vf v_copysign(vf a, vf s)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return (vf){_mm256_or_ps(_mm256_andnot_ps(sign, a.lo), _mm256_and_ps(sign, s.lo))
                    V_HI(_mm256_or_ps(_mm256_andnot_ps(sign, a.hi), _mm256_and_ps(sign, s.hi)))};
}

static inline vf v_at_least(vf a, float c)
{
    return v_max(a, v_set(c));
}

static inline vf v_at_most(vf a, float c)
{
    return v_min(a, v_set(c));
}

/* The instruction looks at the low three bits of the index. */
static inline __m256 v_exp2_eighths_8(__m256 t)
{
    static const uint32_t table[8] = V_EIGHTHS;
    const __m256i entries = _mm256_loadu_si256((const __m256i *)(const void *)table);
    const __m256i bits = _mm256_castps_si256(t);
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_permutevar8x32_epi32(entries, bits), _mm256_slli_epi32(bits, 20)));
}

static inline vf v_exp2_eighths(vf t)
{
    return (vf){v_exp2_eighths_8(t.lo) V_HI(v_exp2_eighths_8(t.hi))};
}

static inline __m256 v_split_8(__m256 x, __m256 *e)
{
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i exponent = _mm256_srai_epi32(_mm256_sub_epi32(bits, _mm256_set1_epi32(0x3f3504f3)), 23);
    *e = _mm256_cvtepi32_ps(exponent);
    return _mm256_castsi256_ps(_mm256_sub_epi32(bits, _mm256_slli_epi32(exponent, 23)));
}

static inline vf v_split(vf x, vf *e)
{
    return (vf){v_split_8(x.lo, &e->lo) V_HI(v_split_8(x.hi, &e->hi))};
}

#ifndef V_NARROW

/* A mask for the first n lanes: 8 words that begin n words before the middle of the table. */
static inline __m256i v_first(size_t n)
{
    static const int32_t words[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256((const __m256i *)(const void *)(words + 8 - n));
}

static inline vf v_load_n(const float *p, size_t n)
{
    if (n >= 8)
        return (vf){_mm256_loadu_ps(p), n > 8 ? _mm256_maskload_ps(p + 8, v_first(n - 8)) : _mm256_setzero_ps()};
    return (vf){_mm256_maskload_ps(p, v_first(n)), _mm256_setzero_ps()};
}

static inline void v_store_n(float *p, vf a, size_t n)
{
    if (n >= 8) {
        _mm256_storeu_ps(p, a.lo);
        if (n > 8)
            _mm256_maskstore_ps(p + 8, v_first(n - 8), a.hi);
    } else {
        _mm256_maskstore_ps(p, v_first(n), a.lo);
    }
}

static inline float v_sum(vf a)
{
    const __m256 eight = _mm256_add_ps(a.lo, a.hi);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline __m256 v_add_bits_8(__m256 a, __m256 b)
{
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}

V_BINARY(v_add_bits, v_add_bits_8)

/* First the low 16 bits of lo and of hi come into one register. Then the low bytes of these are sorted: in each 128
 * bits those of lo, then those of hi. */
static inline void v_store_low_bytes(int8_t *p, vf a)
{
    const __m256i order = _mm256_setr_epi8(0, 4, 8, 12, 2, 6, 10, 14, -1, -1, -1, -1, -1, -1, -1, -1, 0, 4, 8, 12, 2, 6,
                                           10, 14, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m256i hi = _mm256_slli_epi32(_mm256_castps_si256(a.hi), 16);
    const __m256i both = _mm256_blend_epi16(_mm256_castps_si256(a.lo), hi, 0xaa);
    const __m256i bytes = _mm256_shuffle_epi8(both, order);
    const __m128i sorted = _mm_unpacklo_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
    _mm_storeu_si128((__m128i *)(void *)p, sorted);
}

/* Combines the four vectors to one, in which each half has a part of each of the four results. Then combines the
 * halves. */
#define V_FOUR_TO_ONE(name, op)                                                                                \
    static inline __m128 name(const vf v[4])                                                                   \
    {                                                                                                          \
        const __m256 a = op(v[0].lo, v[0].hi), b = op(v[1].lo, v[1].hi);                                       \
        const __m256 c = op(v[2].lo, v[2].hi), d = op(v[3].lo, v[3].hi);                                       \
        const __m256 first = op(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));                           \
        const __m256 second = op(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));                          \
        const __m256 all = op(_mm256_shuffle_ps(first, second, 0x44), _mm256_shuffle_ps(first, second, 0xee)); \
        return _mm256_castps256_ps128(op(all, _mm256_permute2f128_ps(all, all, 1)));                           \
    }

V_FOUR_TO_ONE(v_sums_4, v_add_bits_8)
V_FOUR_TO_ONE(v_largest_4, _mm256_max_ps)

static inline void v_sums_of_bits_of_4(uint32_t sums[4], const vf v[4])
{
    _mm_storeu_si128((__m128i *)(void *)sums, _mm_castps_si128(v_sums_4(v)));
}

static inline void v_largest_of_4(float largest[4], const vf v[4])
{
    _mm_storeu_ps(largest, v_largest_4(v));
}

#endif

#if MBT_SLEEF
V_BINARY(v_sleef_pow, Sleef_finz_powf8_u10avx2)
V_BINARY(v_sleef_atan2, Sleef_finz_atan2f8_u10avx2)
#endif

#endif
