/* numeric.c: exp by a Taylor series on [-ln 2 / 2, ln 2 / 2], log as its inverse by Newton's method. */
#include "compiler/numeric.h"

#include <math.h>

#define LN2_HIGH 0x1.62e42fee00000p-1 /* its last 21 bits are zero: times an integer below 2^11 it is exact */
#define LN2_LOW 0x1.a39ef35793c76p-33

/* ldexp, floor and frexp are exact, so they give the same bits with every C library. */
double mbt_exp(double x)
{
    if (x > 710.0)
        return HUGE_VAL;
    if (x < -746.0)
        return 0.0;
    const double octave = floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
    const double rest = (x - octave * LN2_HIGH) - octave * LN2_LOW;
    double sum = 1.0;
    for (int term = 17; term > 0; term--) /* 0.3466^18 / 18! < 2^-80 */
        sum = 1.0 + sum * rest / term;
    return ldexp(sum, (int)octave);
}

double mbt_log(double x)
{
    int exponent;
    const double mantissa = frexp(x, &exponent); /* in [0.5, 1) */
    double y = mantissa - 1.0;
    for (int step = 0; step < 6; step++) /* the error of y, at most 0.2, is squared in each step */
        y += mantissa / mbt_exp(y) - 1.0;
    return exponent * LN2_HIGH + (y + exponent * LN2_LOW);
}
