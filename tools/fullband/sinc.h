/* sinc.h: the weights of low passes, and sums of products with them.
 * They come of additions, multiplications and divisions alone, in an order that the source gives: the same bits on all
 * machines, which sin() and a library's Bessel function do not promise. */
#ifndef MBT_TOOLS_FULLBAND_SINC_H
#define MBT_TOOLS_FULLBAND_SINC_H

#include <stddef.h>

/* A low pass: windowed sinc with Kaiser's window. */
typedef struct mbt_sinc {
    double cutoff; /* cycles per sample, where the amplitude is a half */
    double beta;   /* of the window */
    double half;   /* half the window's length, in samples */
} mbt_sinc;

/* How many weights mbt_dot takes at a time. */
enum { MBT_DOT_LANES = 8 };

/* beta for so many dB in the stop band, and the window's half length for a transition that wide (cycles per sample):
 * J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974. */
double mbt_kaiser_beta(double attenuation);
double mbt_kaiser_half(double attenuation, double transition);

/* weights[i] is the low pass at the time first + i, for all i below count. They are divided by their sum. */
void mbt_sinc_weights(const mbt_sinc *sinc, double first, float *weights, size_t count);

/* The sum of a[i] * b[i]; count is a multiple of MBT_DOT_LANES. */
float mbt_dot(const float *a, const float *b, size_t count);

#endif
