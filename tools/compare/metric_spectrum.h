/* metric_spectrum.h: the power spectrum of a frame, by KissFFT, for measures. */
#ifndef MBT_TOOLS_COMPARE_METRIC_SPECTRUM_H
#define MBT_TOOLS_COMPARE_METRIC_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>

#include <kiss_fftr.h>

typedef struct mbt_power_spectrum {
    size_t size;
    kiss_fftr_cfg transform;
    float *frame;       /* [size] */
    kiss_fft_cpx *bins; /* [size / 2 + 1] */
} mbt_power_spectrum;

/* size: even, 4 to INT_MAX. Returns false when memory runs out; nothing is held then. */
bool mbt_power_spectrum_open(mbt_power_spectrum *spectrum, size_t size);
void mbt_power_spectrum_close(mbt_power_spectrum *spectrum);

/* power[k] = |sum_n x[n] e^(-2 pi i n k / size)|^2, k = 0 .. size / 2. x: [size]. Zeros give exactly 0. */
void mbt_power_spectrum_of(const mbt_power_spectrum *spectrum, const double *x, double *power);

#endif
