/* fma.h: a * b + c, rounded once, in scalar code. */
#ifndef MBT_SIMD_FMA_H
#define MBT_SIMD_FMA_H

#include <stdint.h>
#include <string.h>

#include "runtime/port.h"

/* What the rounding of sum = product + addend lost, exactly (Knuth's two-sum); sum with an odd last bit if that is not
 * 0: of the two doubles around the exact sum the odd one. From it, every rounding to a format of at least two bits less
 * is that of the exact sum (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms
 * using rounding to odd", 2008). NaN and infinity lose nothing: there both comparisons are false. */
static inline double mbt_round_to_odd(double product, double addend, double sum)
{
    const double part = sum - product;
    const double lost = (product - (sum - part)) + (addend - part);
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((lost > 0 || lost < 0) && !(bits & 1))
        bits += (lost > 0) == (sum > 0) ? 1 : -1;
    memcpy(&sum, &bits, sizeof bits);
    return sum;
}

/* In double, whatever the system's fmaf does. The product is exact: 48 bits. The sum is rounded, and rounded again to
 * float: that errs only where the first rounding met the middle between two floats, of whatever exponent. There the
 * last 28 bits are 0, which is rare. Contraction changes nothing of this. */
static inline float mbt_fmaf_in_double(float a, float b, float c)
{
    const double product = (double)a * (double)b, sum = product + (double)c;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return (float)((bits & 0xfffffff) != 0 ? sum : mbt_round_to_odd(product, (double)c, sum));
}

static inline float mbt_fmaf(float a, float b, float c)
{
#if MBT_HAS_FMAF && defined(__GNUC__)
    return __builtin_fmaf(a, b, c);
#elif MBT_HAS_FMAF
    return fmaf(a, b, c);
#else
    return mbt_fmaf_in_double(a, b, c);
#endif
}

#endif
