/* window.c: the Hann window with exactly the bits of the reference.
 *
 * The reference's cosine is SLEEF's cosf with a bound of 1.0 ulp (Shibata and Petrogalli, "SLEEF: a portable vectorized
 * library of C standard mathematical functions", arXiv 2001.09258), which is not always correctly rounded. The code
 * below computes the same: it subtracts a multiple of pi / 2 from the argument, keeps the result as a pair of floats,
 * and takes its sine by a polynomial with SLEEF's coefficients, whose leading terms are pairs as well. So the window
 * has the same bits with and without SLEEF. */
#include "runtime/signal/window.h"

#include <math.h>

#include "simd/fma.h"

/* A number as the sum of two floats. */
typedef struct pair {
    float high, low;
} pair;

/* a + b, exactly (Knuth's two-sum). */
static pair sum(float a, float b)
{
    const float s = a + b, part = s - a;
    return (pair){s, (a - (s - part)) + (b - part)};
}

/* a + b for |a| >= |b|, exactly (Dekker). */
static pair sum_sorted(float a, float b)
{
    const float s = a + b;
    return (pair){s, (a - s) + b};
}

static pair add(pair a, float b)
{
    const pair s = sum(a.high, b);
    return (pair){s.high, s.low + a.low};
}

static pair square(pair a)
{
    const float high = a.high * a.high;
    return (pair){high, mbt_fmaf(a.high + a.high, a.low, mbt_fmaf(a.high, a.high, -high))};
}

static pair multiply(pair a, pair b)
{
    const float high = a.high * b.high;
    return (pair){high, mbt_fmaf(a.high, b.low, mbt_fmaf(a.low, b.high, mbt_fmaf(a.high, b.high, -high)))};
}

/* cos a = sin(a - q pi / 2) or its negative, for the odd q with |a - q pi / 2| <= pi / 2. 0 <= a < 7. */
static float cosine(float a)
{
    const float q = 2.0f * rintf(mbt_fmaf(a, 0x1.45f306p-2f, -0.5f)) + 1.0f;
    pair t = sum(a, q * (-3.1414794921875f * 0.5f)); /* pi in three parts */
    t = add(t, q * (-0.00011315941810607910156f * 0.5f));
    t = add(t, q * (-1.9841872589410058936e-09f * 0.5f));
    const pair t2 = square(t);
    float high_terms = 2.6083159809786593541503e-06f;
    high_terms = mbt_fmaf(high_terms, t2.high, -0.0001981069071916863322258f);
    high_terms = mbt_fmaf(high_terms, t2.high, 0.00833307858556509017944336f);
    pair factor = multiply(sum_sorted(-0.166666597127914428710938f, high_terms * t2.high), t2);
    const float low = factor.low;
    factor = sum_sorted(1.0f, factor.high);
    factor.low += low;
    const float sine = mbt_fmaf(t.high, factor.high, mbt_fmaf(t.low, factor.high, t.high * factor.low));
    return ((int)q & 2) ? sine : -sine;
}

void mbt_window_hann(float *window, size_t count)
{
    const float step = (float)(6.283185307179586476925 / (double)count);
    for (size_t i = 0; i < count; i++)
        window[i] = cosine((float)i * step) * -0.5f + 0.5f;
}

float mbt_window_fade(size_t i, size_t count)
{
    return cosine((float)((double)i * (3.141592653589793238463 / (double)count))) * -0.5f + 0.5f;
}
