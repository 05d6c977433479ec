/* neon/vec_arch.h: the vocabulary on four 128-bit registers of aarch64, or on one (V_NARROW). */
#ifndef MBT_SIMD_NEON_VEC_ARCH_H
#define MBT_SIMD_NEON_VEC_ARCH_H

#include <arm_neon.h>

#define MBT_ARCH neon
#define MBT_ARCH_ISA MBT_ISA_NEON

#ifdef V_NARROW
#define V_WIDTH 4
#define V_AT_ONCE 4
#else
#define V_WIDTH 16
#define V_AT_ONCE 1
#endif

typedef struct vf {
    float32x4_t v[V_WIDTH / 4];
} vf;

typedef struct vm {
    uint32x4_t v[V_WIDTH / 4];
} vm;

#define V_EACH for (size_t i = 0; i < V_WIDTH / 4; i++)

static inline vf v_set(float x)
{
    vf r;
    V_EACH
    r.v[i] = vdupq_n_f32(x);
    return r;
}

static inline vf v_load(const float *p)
{
    vf r;
    V_EACH
    r.v[i] = vld1q_f32(p + 4 * i);
    return r;
}

static inline float32x4_t v_load_half_4(const uint16_t *p)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}

static inline vf v_load_half(const uint16_t *p)
{
    vf r;
    V_EACH
    r.v[i] = v_load_half_4(p + 4 * i);
    return r;
}

static inline void v_store(float *p, vf a)
{
    V_EACH
    vst1q_f32(p + 4 * i, a.v[i]);
}

static inline void v_store_half(uint16_t *p, vf a)
{
    V_EACH
    vst1_u16(p + 4 * i, vreinterpret_u16_f16(vcvt_f16_f32(a.v[i])));
}

#define V_BINARY(name, expression)    \
    static inline vf name(vf a, vf b) \
    {                                 \
        vf r;                         \
        V_EACH                        \
        r.v[i] = expression;          \
        return r;                     \
    }

V_BINARY(v_add, vaddq_f32(a.v[i], b.v[i]))
V_BINARY(v_sub, vsubq_f32(a.v[i], b.v[i]))
V_BINARY(v_mul, vmulq_f32(a.v[i], b.v[i]))
V_BINARY(v_div, vdivq_f32(a.v[i], b.v[i]))
/* Not fmax and fmin, which treat NaN and signed zeros differently from a > b ? a : b. */
V_BINARY(v_max, vbslq_f32(vcgtq_f32(a.v[i], b.v[i]), a.v[i], b.v[i]))
V_BINARY(v_min, vbslq_f32(vcltq_f32(a.v[i], b.v[i]), a.v[i], b.v[i]))
V_BINARY(v_copysign, vbslq_f32(vdupq_n_u32(0x80000000u), b.v[i], a.v[i]))

/* fmaxnm and fminnm return the number if the other operand is NaN; fmax and fmin would return NaN. */
static inline vf v_at_least(vf a, float c)
{
    V_EACH
    a.v[i] = vmaxnmq_f32(a.v[i], vdupq_n_f32(c));
    return a;
}

static inline vf v_at_most(vf a, float c)
{
    V_EACH
    a.v[i] = vminnmq_f32(a.v[i], vdupq_n_f32(c));
    return a;
}

/* The instruction looks up single bytes: byte b of entry k is number 4 k + b. */
static inline vf v_exp2_eighths(vf t)
{
    static const uint32_t table[8] = V_EIGHTHS;
    const uint8x16x2_t entries = {{vreinterpretq_u8_u32(vld1q_u32(table)), vreinterpretq_u8_u32(vld1q_u32(table + 4))}};
    V_EACH
    {
        const uint32x4_t bits = vreinterpretq_u32_f32(t.v[i]);
        const uint32x4_t bytes =
            vmlaq_u32(vdupq_n_u32(0x03020100u), vandq_u32(bits, vdupq_n_u32(7)), vdupq_n_u32(0x04040404u));
        const uint32x4_t entry = vreinterpretq_u32_u8(vqtbl2q_u8(entries, vreinterpretq_u8_u32(bytes)));
        t.v[i] = vreinterpretq_f32_u32(vaddq_u32(entry, vshlq_n_u32(bits, 20)));
    }
    return t;
}

static inline vf v_sqrt(vf a)
{
    V_EACH
    a.v[i] = vsqrtq_f32(a.v[i]);
    return a;
}

static inline vf v_abs(vf a)
{
    V_EACH
    a.v[i] = vabsq_f32(a.v[i]);
    return a;
}

static inline vf v_fma(vf a, vf b, vf c)
{
    V_EACH
    c.v[i] = vfmaq_f32(c.v[i], a.v[i], b.v[i]);
    return c;
}

static inline vm v_gt(vf a, vf b)
{
    vm r;
    V_EACH
    r.v[i] = vcgtq_f32(a.v[i], b.v[i]);
    return r;
}

static inline vm v_sign_bit(vf a)
{
    vm r;
    V_EACH
    r.v[i] = vcltzq_s32(vreinterpretq_s32_f32(a.v[i]));
    return r;
}

static inline vf v_select(vm m, vf a, vf b)
{
    V_EACH
    b.v[i] = vbslq_f32(m.v[i], a.v[i], b.v[i]);
    return b;
}

static inline vf v_split(vf x, vf *e)
{
    V_EACH
    {
        const int32x4_t bits = vreinterpretq_s32_f32(x.v[i]);
        const int32x4_t exponent = vshrq_n_s32(vsubq_s32(bits, vdupq_n_s32(0x3f3504f3)), 23);
        e->v[i] = vcvtq_f32_s32(exponent);
        x.v[i] = vreinterpretq_f32_s32(vsubq_s32(bits, vshlq_n_s32(exponent, 23)));
    }
    return x;
}

#ifndef V_NARROW

static inline vf v_load_n(const float *p, size_t n)
{
    if (n == 16)
        return v_load(p);
    float lanes[16] = {0};
    memcpy(lanes, p, n * sizeof(float));
    return v_load(lanes);
}

static inline void v_store_n(float *p, vf a, size_t n)
{
    if (n == 16) {
        v_store(p, a);
    } else {
        float lanes[16];
        v_store(lanes, a);
        memcpy(p, lanes, n * sizeof(float));
    }
}

static inline float v_sum(vf a)
{
    const float32x4_t four = vaddq_f32(vaddq_f32(a.v[0], a.v[2]), vaddq_f32(a.v[1], a.v[3]));
    const float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

static inline uint32x4_t v_bits(vf a, size_t i)
{
    return vreinterpretq_u32_f32(a.v[i]);
}

static inline vf v_add_bits(vf a, vf b)
{
    V_EACH
    a.v[i] = vreinterpretq_f32_u32(vaddq_u32(v_bits(a, i), v_bits(b, i)));
    return a;
}

static inline void v_store_low_bytes(int8_t *p, vf a)
{
    const uint16x8_t lo = vcombine_u16(vmovn_u32(v_bits(a, 0)), vmovn_u32(v_bits(a, 1)));
    const uint16x8_t hi = vcombine_u16(vmovn_u32(v_bits(a, 2)), vmovn_u32(v_bits(a, 3)));
    vst1q_s8(p, vreinterpretq_s8_u8(vcombine_u8(vmovn_u16(lo), vmovn_u16(hi))));
}

static inline void v_sums_of_bits_of_4(uint32_t sums[4], const vf v[4])
{
    uint32x4_t s[4];
    for (size_t j = 0; j < 4; j++)
        s[j] = vaddq_u32(vaddq_u32(v_bits(v[j], 0), v_bits(v[j], 1)), vaddq_u32(v_bits(v[j], 2), v_bits(v[j], 3)));
    vst1q_u32(sums, vpaddq_u32(vpaddq_u32(s[0], s[1]), vpaddq_u32(s[2], s[3])));
}

static inline void v_largest_of_4(float largest[4], const vf v[4])
{
    float32x4_t m[4];
    for (size_t j = 0; j < 4; j++)
        m[j] = vmaxq_f32(vmaxq_f32(v[j].v[0], v[j].v[1]), vmaxq_f32(v[j].v[2], v[j].v[3]));
    vst1q_f32(largest, vpmaxq_f32(vpmaxq_f32(m[0], m[1]), vpmaxq_f32(m[2], m[3])));
}

#endif

#if MBT_SLEEF
V_BINARY(v_sleef_pow, Sleef_finz_powf4_u10advsimd(a.v[i], b.v[i]))
V_BINARY(v_sleef_atan2, Sleef_finz_atan2f4_u10advsimd(a.v[i], b.v[i]))
#endif

#endif
