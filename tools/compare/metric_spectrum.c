/* metric_spectrum.c: real transform by a complex one of half the size: radix 2, decimation in time (J. W. Cooley, J. W.
 * Tukey, 1965). */
#include "tools/compare/metric_spectrum.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

bool mbt_power_spectrum_open(mbt_power_spectrum *spectrum, size_t size)
{
    *spectrum = (mbt_power_spectrum){.size = size};
    if (size > SIZE_MAX / 4 / sizeof(double))
        return false;
    spectrum->root = malloc((size + 2) * sizeof(double));
    spectrum->work = malloc(size * sizeof(double));
    if (spectrum->root == NULL || spectrum->work == NULL) {
        mbt_power_spectrum_close(spectrum);
        return false;
    }
    for (size_t j = 0; j <= size / 2; j++) {
        spectrum->root[2 * j] = cos(2.0 * PI * (double)j / (double)size);
        spectrum->root[2 * j + 1] = sin(2.0 * PI * (double)j / (double)size);
    }
    return true;
}

void mbt_power_spectrum_close(mbt_power_spectrum *spectrum)
{
    free(spectrum->root);
    free(spectrum->work);
    *spectrum = (mbt_power_spectrum){.size = 0};
}

/* Even samples as real parts, odd ones as imaginary, each pair where its index with the bits reversed says. */
static void load_reversed(const double *x, double *z, size_t half)
{
    size_t reversed = 0;
    for (size_t k = 0; k < half; k++) {
        z[2 * reversed] = x[2 * k];
        z[2 * reversed + 1] = x[2 * k + 1];
        size_t bit = half / 2; /* adds 1 at the top, with carries downwards */
        for (; bit > 0 && (reversed & bit) != 0; bit /= 2)
            reversed -= bit;
        reversed += bit;
    }
}

static void transform(const mbt_power_spectrum *spectrum, double *z, size_t half)
{
    for (size_t length = 2; length <= half; length *= 2) {
        const size_t step = spectrum->size / length;
        for (size_t start = 0; start < half; start += length) {
            for (size_t j = 0; j < length / 2; j++) {
                const double *w = spectrum->root + 2 * j * step;
                double *a = z + 2 * (start + j), *b = a + length;
                const double re = w[0] * b[0] + w[1] * b[1], im = w[0] * b[1] - w[1] * b[0];
                b[0] = a[0] - re;
                b[1] = a[1] - im;
                a[0] += re;
                a[1] += im;
            }
        }
    }
}

/* With Z the transform of the pairs and Z' = conj Z[half - k]: the even samples' transform is (Z + Z') / 2, that of the
 * odd ones (Z - Z') / 2i, and X[k] = even + e^(-2 pi i k / size) odd. */
void mbt_power_spectrum_of(const mbt_power_spectrum *spectrum, const double *x, double *power)
{
    const size_t half = spectrum->size / 2;
    double *z = spectrum->work;
    load_reversed(x, z, half);
    transform(spectrum, z, half);
    for (size_t k = 0; k <= half; k++) {
        const double *a = z + 2 * (k % half), *b = z + 2 * ((half - k) % half), *w = spectrum->root + 2 * k;
        const double even_re = a[0] + b[0], even_im = a[1] - b[1], odd_re = a[1] + b[1], odd_im = b[0] - a[0];
        const double re = even_re + w[0] * odd_re + w[1] * odd_im, im = even_im + w[0] * odd_im - w[1] * odd_re;
        power[k] = (re * re + im * im) / 4.0;
    }
}
