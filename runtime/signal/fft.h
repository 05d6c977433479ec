/* fft.h: the Fourier transform of a real frame. */
#ifndef MBT_RUNTIME_SIGNAL_FFT_H
#define MBT_RUNTIME_SIGNAL_FFT_H

#include "runtime/system/arena.h"

#define MBT_FFT_FACTORS 20u /* enough for any size up to 65536 */

typedef struct mbt_fft {
    size_t size;
    size_t factors[MBT_FFT_FACTORS], factor_count;
    float *root; /* [size][2] cos, sin of 2 pi j / size */
} mbt_fft;

/* size: a multiple of 4, up to 65536. Takes the table of roots from the arena. Computes it unless the arena only
 * counts. */
void mbt_fft_plan(mbt_fft *fft, size_t size, mbt_arena *arena);

/* X[k] = sum_n x[n] e^(-2 pi i n k / size), k = 0 .. size / 2. x and scratch: [size], both overwritten.
 * re, im: [size / 2 + 1]; im of the first and the last bin is +0. */
void mbt_fft_forward(const mbt_fft *fft, float *x, float *scratch, float *re, float *im);

/* x[n] = sum_k X[k] e^(2 pi i n k / size) over all size bins, where those above size / 2 are the conjugates of those
 * below. This is size times the inverse transform. The imaginary parts of the first and the last bin count as 0. x and
 * scratch: [size]; re, im: [size / 2 + 1], all overwritten. */
void mbt_fft_inverse(const mbt_fft *fft, float *re, float *im, float *x, float *scratch);

#endif
