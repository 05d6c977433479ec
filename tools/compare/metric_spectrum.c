/* metric_spectrum.c: the power spectrum of a frame, by KissFFT's real transform. */
#include "tools/compare/metric_spectrum.h"

#include <math.h>
#include <stdlib.h>

bool mbt_power_spectrum_open(mbt_power_spectrum *spectrum, size_t size)
{
    *spectrum = (mbt_power_spectrum){
        .size = size,
        .transform = kiss_fftr_alloc((int)size, 0, NULL, NULL),
        .frame = malloc(size * sizeof *spectrum->frame),
        .bins = malloc((size / 2 + 1) * sizeof *spectrum->bins),
    };
    if (spectrum->transform != NULL && spectrum->frame != NULL && spectrum->bins != NULL)
        return true;
    mbt_power_spectrum_close(spectrum);
    return false;
}

void mbt_power_spectrum_close(mbt_power_spectrum *spectrum)
{
    kiss_fftr_free(spectrum->transform);
    free(spectrum->frame);
    free(spectrum->bins);
    *spectrum = (mbt_power_spectrum){.size = 0};
}

/* The power of two that brings the largest sample to [0.5, 1): float then neither overflows nor loses small samples. */
static int level_of(const double *x, size_t count)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(x[i]));
    int exponent;
    (void)frexp(largest, &exponent);
    return exponent;
}

void mbt_power_spectrum_of(const mbt_power_spectrum *spectrum, const double *x, double *power)
{
    const int exponent = level_of(x, spectrum->size);
    for (size_t i = 0; i < spectrum->size; i++)
        spectrum->frame[i] = (float)ldexp(x[i], -exponent);
    kiss_fftr(spectrum->transform, spectrum->frame, spectrum->bins);
    for (size_t k = 0; k <= spectrum->size / 2; k++) {
        const double re = spectrum->bins[k].r, im = spectrum->bins[k].i;
        power[k] = ldexp(re * re + im * im, 2 * exponent);
    }
}
