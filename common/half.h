/* half.h: an IEEE binary16 number as a float. */
#ifndef MBT_COMMON_HALF_H
#define MBT_COMMON_HALF_H

#include <stdint.h>
#include <string.h>

/* The value of IEEE binary16 bits, exactly; finite numbers only. Exponent and fraction are moved to their places in a
 * float. A float's exponent counts from 127, that of binary16 from 15: the product with 2^112 makes up for the
 * difference. It is right for subnormal numbers too. */
static inline float mbt_float_from_half(uint16_t half)
{
    const uint32_t bits = (uint32_t)(half & 0x7fffu) << 13;
    float magnitude;
    memcpy(&magnitude, &bits, sizeof magnitude);
    magnitude *= 0x1p112f;
    return half & 0x8000u ? -magnitude : magnitude;
}

#endif
