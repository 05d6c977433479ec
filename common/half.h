/* half.h: IEEE binary16 numbers from floats and back. */
#ifndef MBT_COMMON_HALF_H
#define MBT_COMMON_HALF_H

#include <stdint.h>
#include <string.h>

/* The value of IEEE binary16 bits, exactly; finite numbers only. Sign, exponent and fraction are moved to their places
 * in a float. A float's exponent counts from 127, that of binary16 from 15: the product with 2^112 makes up for the
 * difference. It is right for subnormal numbers too. */
static inline float mbt_float_from_half(uint16_t half)
{
    const uint32_t bits = (uint32_t)(half & 0x8000u) << 16 | (uint32_t)(half & 0x7fffu) << 13;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x * 0x1p112f;
}

/* The nearest IEEE binary16 number, ties to even; |x| <= 65504. Below 2^-14 numbers are multiples of 2^-24: 2^-24 is
 * the last bit of floats from 1/2 to 1, so that adding 1/2 rounds to such a multiple and leaves it in the low bits.
 * Above, 13 bits of the fraction are dropped, rounded by adding half of their unit, or just less for an even one. */
static inline uint16_t mbt_half_from_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t sign = bits >> 16 & 0x8000u;
    bits &= 0x7fffffffu;
    if (bits < 0x38800000u) {
        float magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        magnitude += 0.5f;
        memcpy(&bits, &magnitude, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3f000000u));
    }
    return (uint16_t)(sign | ((bits + 0xfffu + (bits >> 13 & 1u) - 0x38000000u) >> 13));
}

#endif
