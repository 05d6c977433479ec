/* vec.h: the vector vocabulary in which every kernel is written. A vf is 16 floats, whatever the size of the machine's
 * registers. In a file that asks for it (V_NARROW) it is one register.
 *
 * The architecture's vec_arch.h supplies the following. Each is exact, or correctly rounded, in each lane:
 *     vf v_set(x)              x in all lanes
 *     vf v_load(p)             16 floats;  v_load_n(p, n): the first n, 0 <= n <= 16, and 0 in the other lanes
 *     vf v_load_half(p)        16 finite numbers of binary16, exactly
 *     void v_store(p, v)       16 floats;  v_store_n(p, v, n): the first n
 *     void v_store_half(p, v)  16 numbers of at most 65504 as binary16, rounded to nearest even
 *     vf v_add, v_sub, v_mul, v_div (a, b),  v_sqrt, v_abs (a)
 *     vf v_fma(a, b, c)        a b + c, rounded once
 *     vf v_max(a, b)           a > b ? a : b, also for NaN and signed zeros
 *     vf v_min(a, b)           a < b ? a : b, likewise
 *     vm v_gt(a, b)            the lanes where a > b
 *     vm v_sign_bit(a)         the lanes whose sign bit is set
 *     vf v_select(m, a, b)     m ? a : b
 *     vf v_copysign(a, s)      |a| with the sign bit of s
 *     vf v_at_least(a, c)      v_max(a, c) for a number c that is neither 0 nor NaN; c where a is NaN
 *     vf v_at_most(a, c)       v_min(a, c) likewise
 *     vf v_exp2_eighths(t)     2^(i / 8) for t = 1.5 * 2^20 + i / 8 with an integer i; see v_exp2_reduced
 *     vf v_split(x, &e)        x = 2^e m with m in [sqrt(1/2), sqrt(2)), for normal x > 0; returns m
 *     float v_sum(v)           the tree l + (l+8), l + (l+4), l + (l+2), l + (l+1)
 *     vf v_add_bits(a, b)      the bits of the lanes, added as integers modulo 2^32
 *     void v_store_low_bytes(p, v)         the lowest byte of each of 16 lanes
 *     void v_sums_of_bits_of_4(sums, v)    sums[i]: the sum of the bits of v[i]'s lanes, as integers modulo 2^32; i < 4
 *     void v_largest_of_4(largest, v)      largest[i]: the largest lane of v[i], i < 4; no lane may be NaN or below 0
 * and, with MBT_SLEEF, v_sleef_pow, v_sleef_atan2.
 *
 * V_WIDTH is the number of floats in a vf: 16. A file that keeps many vectors and constants at once defines V_NARROW
 * before it includes this; then V_WIDTH is what one register holds, and loads and stores of n floats, strides and sums
 * are left out. (Scalar code stays at 16.) V_AT_ONCE is how many vectors are best computed side by side, so that an
 * operation need not wait for the result of the one before. */
#ifndef MBT_SIMD_VEC_H
#define MBT_SIMD_VEC_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/half.h"
#include "simd/kernels.h"

#if MBT_SLEEF
#include <sleef.h>
#endif

/* Always inlined. Where a call gives a constant as a count, the loops of the function are then unrolled. */
#if defined(__GNUC__)
#define V_INLINE inline __attribute__((always_inline))
#else
#define V_INLINE inline
#endif

/* Stands before a loop with a small constant count and unrolls it, so that arrays indexed in it become registers. */
#if defined(__clang__)
#define V_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define V_UNROLL _Pragma("GCC unroll 16")
#else
#define V_UNROLL
#endif

/* Asks the processor for what is at an address, ahead of its use. */
#if defined(__GNUC__)
#define V_FETCH(address) __builtin_prefetch(address)
#else
#define V_FETCH(address) (void)(address)
#endif

/* A table for 2^(i / 8), i = 8 n + k, 0 <= k < 8. Entry k plus i << 20 has the bits of 2^(i / 8): the shift brings n to
 * the exponent, and what k adds below the exponent has been subtracted from the entry. */
#define V_EIGHTHS                                                                                      \
    {                                                                                                  \
        0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7 \
    }

#include "vec_arch.h"

#define V_MOST (2 * V_AT_ONCE) /* the most vectors that a function for several takes */

#define MBT_JOIN_(name, arch) mbt_##name##_##arch
#define MBT_JOIN(name, arch) MBT_JOIN_(name, arch)
/* The name of a kernel on the architecture being compiled, such as mbt_gemm_f32_avx2. MBT_ARCH_BASE is the architecture
 * that it extends. */
#define MBT_FN(name) MBT_JOIN(name, MBT_ARCH)
#ifndef MBT_ARCH_BASE
#define MBT_ARCH_BASE MBT_ARCH
#endif
#define MBT_BASE_FN(name) MBT_JOIN(name, MBT_ARCH_BASE)

#if V_WIDTH == 16

/* Loads n floats that are `stride` floats apart. */
static inline vf v_load_strided(const float *p, ptrdiff_t stride, size_t n)
{
    float lanes[MBT_LANES] = {0};
    for (size_t i = 0; i < n; i++)
        lanes[i] = p[(ptrdiff_t)i * stride];
    return v_load(lanes);
}

static inline void v_store_strided(float *p, ptrdiff_t stride, vf v, size_t n)
{
    float lanes[MBT_LANES];
    v_store(lanes, v);
    for (size_t i = 0; i < n; i++)
        p[(ptrdiff_t)i * stride] = lanes[i];
}

/* v with all lanes but the first n set to 0, 1 <= n <= 16. */
static inline vf v_first_n(vf v, size_t n)
{
    static const float number[MBT_LANES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return n == MBT_LANES ? v : v_select(v_gt(v_set((float)n), v_load(number)), v, v_set(0.0f));
}

#endif

/* Lanes in use when `left` elements remain. */
static inline size_t v_lanes(size_t left)
{
    return left < MBT_LANES ? left : MBT_LANES;
}

#include "simd/vec_math.h"

#define MBT_KERNEL(name, parameters) void MBT_BASE_FN(name) parameters;
#define MBT_KERNEL_DOT(name, parameters) void MBT_FN(name) parameters;
#include "simd/kernels.def"
#undef MBT_KERNEL

#endif
