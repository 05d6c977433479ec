/* scalar/vec_arch.h: the vocabulary in portable C. */
#ifndef MBT_SIMD_SCALAR_VEC_ARCH_H
#define MBT_SIMD_SCALAR_VEC_ARCH_H

#include "simd/fma.h"

#define MBT_ARCH scalar
#define MBT_ARCH_ISA MBT_ISA_SCALAR
#define V_WIDTH 16
#define V_AT_ONCE 1

typedef struct vf {
    float v[16];
} vf;

typedef struct vm {
    uint8_t v[16];
} vm;

#define V_EACH for (size_t i = 0; i < 16; i++)

static inline uint32_t v_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float v_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline vf v_set(float x)
{
    vf r;
    V_EACH
    r.v[i] = x;
    return r;
}

static inline vf v_load(const float *p)
{
    vf r;
    V_EACH
    r.v[i] = p[i];
    return r;
}

static inline vf v_load_half(const uint16_t *p)
{
    vf r;
    V_EACH
    r.v[i] = mbt_float_from_half(p[i]);
    return r;
}

static inline vf v_load_n(const float *p, size_t n)
{
    vf r = {{0}};
    for (size_t i = 0; i < n; i++)
        r.v[i] = p[i];
    return r;
}

static inline void v_store(float *p, vf a)
{
    V_EACH
    p[i] = a.v[i];
}

static inline void v_store_half(uint16_t *p, vf a)
{
    V_EACH
    p[i] = mbt_half_from_float(a.v[i]);
}

static inline void v_store_n(float *p, vf a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = a.v[i];
}

#define V_BINARY(name, expression)    \
    static inline vf name(vf a, vf b) \
    {                                 \
        vf r;                         \
        V_EACH                        \
        r.v[i] = expression;          \
        return r;                     \
    }

V_BINARY(v_add, a.v[i] + b.v[i])
V_BINARY(v_sub, a.v[i] - b.v[i])
V_BINARY(v_mul, a.v[i] * b.v[i])
V_BINARY(v_div, a.v[i] / b.v[i])
V_BINARY(v_max, a.v[i] > b.v[i] ? a.v[i] : b.v[i])
V_BINARY(v_min, a.v[i] < b.v[i] ? a.v[i] : b.v[i])
V_BINARY(v_copysign, v_float((v_bits(a.v[i]) & 0x7fffffffu) | (v_bits(b.v[i]) & 0x80000000u)))

static inline vf v_at_least(vf a, float c)
{
    return v_max(a, v_set(c));
}

static inline vf v_at_most(vf a, float c)
{
    return v_min(a, v_set(c));
}

static inline vf v_exp2_eighths(vf t)
{
    static const uint32_t table[8] = V_EIGHTHS;
    V_EACH
    t.v[i] = v_float(table[v_bits(t.v[i]) & 7] + (v_bits(t.v[i]) << 20));
    return t;
}

static inline vf v_sqrt(vf a)
{
    V_EACH
    a.v[i] = sqrtf(a.v[i]);
    return a;
}

static inline vf v_abs(vf a)
{
    V_EACH
    a.v[i] = fabsf(a.v[i]);
    return a;
}

static inline vf v_fma(vf a, vf b, vf c)
{
    V_EACH
    c.v[i] = mbt_fmaf(a.v[i], b.v[i], c.v[i]);
    return c;
}

static inline vm v_gt(vf a, vf b)
{
    vm r;
    V_EACH
    r.v[i] = a.v[i] > b.v[i];
    return r;
}

static inline vm v_sign_bit(vf a)
{
    vm r;
    V_EACH
    r.v[i] = (uint8_t)(v_bits(a.v[i]) >> 31);
    return r;
}

static inline vf v_select(vm m, vf a, vf b)
{
    V_EACH
    b.v[i] = m.v[i] ? a.v[i] : b.v[i];
    return b;
}

/* The exponent counts from sqrt(1/2), whose bits are 0x3f3504f3. */
static inline vf v_split(vf x, vf *e)
{
    V_EACH
    {
        const uint32_t bits = v_bits(x.v[i]);
        const int32_t exponent = (int32_t)((bits - 0x3f3504f3u) >> 23);
        const int32_t wrapped = exponent >= 256 ? exponent - 512 : exponent;
        e->v[i] = (float)wrapped;
        x.v[i] = v_float(bits - ((uint32_t)wrapped << 23));
    }
    return x;
}

static inline float v_sum(vf a)
{
    for (size_t half = 8; half >= 1; half /= 2)
        for (size_t i = 0; i < half; i++)
            a.v[i] += a.v[i + half];
    return a.v[0];
}

static inline vf v_add_bits(vf a, vf b)
{
    V_EACH
    a.v[i] = v_float(v_bits(a.v[i]) + v_bits(b.v[i]));
    return a;
}

static inline void v_store_low_bytes(int8_t *p, vf a)
{
    V_EACH
    {
        const uint8_t low = (uint8_t)v_bits(a.v[i]);
        memcpy(p + i, &low, 1);
    }
}

static inline void v_sums_of_bits_of_4(uint32_t sums[4], const vf v[4])
{
    for (size_t j = 0; j < 4; j++) {
        sums[j] = 0;
        V_EACH
        sums[j] += v_bits(v[j].v[i]);
    }
}

static inline void v_largest_of_4(float largest[4], const vf v[4])
{
    for (size_t j = 0; j < 4; j++) {
        largest[j] = 0.0f;
        V_EACH
        largest[j] = v[j].v[i] > largest[j] ? v[j].v[i] : largest[j];
    }
}

#if MBT_SLEEF
/* sleef.h declares these only if the compiler may assume fused multiply-add. The library has them all the same, and
 * mbt_kernels_for gives no kernels that call them on a processor without it. */
float Sleef_finz_powf1_u10purecfma(float x, float y);
float Sleef_finz_atan2f1_u10purecfma(float y, float x);

V_BINARY(v_sleef_pow, Sleef_finz_powf1_u10purecfma(a.v[i], b.v[i]))
V_BINARY(v_sleef_atan2, Sleef_finz_atan2f1_u10purecfma(a.v[i], b.v[i]))
#endif

#endif
