/* half.c: rounding to IEEE binary16. */
#include "compiler/storage/half.h"

#include <math.h>

uint16_t mbt_half_from_double(double value)
{
    const uint16_t sign = signbit(value) ? 0x8000u : 0;
    const double magnitude = fabs(value);
    if (!(magnitude < 65520))
        return sign | 0x7c00u;
    int exponent; /* 2^(exponent - 1) <= magnitude < 2^exponent; for zero, as for the smallest number */
    (void)frexp(magnitude > 0 ? magnitude : 0x1p-24, &exponent);
    /* The unit in the last place is 2^place. In this unit the magnitude is below 2048, and all operations are exact. */
    const int place = exponent - 11 > -24 ? exponent - 11 : -24;
    const double units = ldexp(magnitude, -place), down = floor(units), rest = units - down;
    unsigned whole = (unsigned)down;
    if (rest > 0.5 || (rest == 0.5 && whole % 2 == 1))
        whole++;
    /* The leading bit of whole, worth 1024, adds one to the exponent; if whole is 2048 it adds two. */
    return (uint16_t)(sign | (((unsigned)(place + 24) << 10) + whole));
}
