/* metric_spectrum.h: power spectra in double, for measures. (runtime/fft.h is float, in the network's order of
 * rounding; a judge should be more exact than what it judges.) */
#ifndef MBT_TOOLS_COMPARE_METRIC_SPECTRUM_H
#define MBT_TOOLS_COMPARE_METRIC_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mbt_power_spectrum {
    size_t size;
    double *root; /* [size / 2 + 1][2] cos, sin of 2 pi j / size */
    double *work; /* [size] */
} mbt_power_spectrum;

/* size: a power of two, 4 or more. On failure, which is lack of memory, false, and nothing is held. */
bool mbt_power_spectrum_open(mbt_power_spectrum *spectrum, size_t size);
void mbt_power_spectrum_close(mbt_power_spectrum *spectrum);

/* power[k] = |sum_n x[n] e^(-2 pi i n k / size)|^2, k = 0 .. size / 2. x: [size]. Zeros give exactly 0. */
void mbt_power_spectrum_of(const mbt_power_spectrum *spectrum, const double *x, double *power);

#endif
