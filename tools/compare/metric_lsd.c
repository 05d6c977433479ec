/* metric_lsd.c: log-spectral distance. */
#include <math.h>
#include <stdlib.h>

#include "tools/compare/metric.h"
#include "tools/compare/metric_spectrum.h"

#define PI 3.14159265358979323846
#define FLOOR 1e-5 /* -50 dB */

enum { LARGEST_FRAME = 65536 };

typedef struct frames {
    mbt_power_spectrum spectrum;
    size_t length, bins;
    double *window, *x, *reference, *signal; /* [length], [spectrum.size], [bins], [bins] */
} frames;

static bool frames_open(frames *f, size_t length)
{
    size_t size = 4;
    while (size < length)
        size *= 2;
    *f = (frames){.length = length, .bins = size / 2 + 1};
    f->window = malloc(length * sizeof(double));
    f->x = calloc(size, sizeof(double));
    f->reference = malloc(f->bins * sizeof(double));
    f->signal = malloc(f->bins * sizeof(double));
    if (f->window == NULL || f->x == NULL || f->reference == NULL || f->signal == NULL ||
        !mbt_power_spectrum_open(&f->spectrum, size))
        return false;
    for (size_t i = 0; i < length; i++)
        f->window[i] = 0.5 * (1.0 - cos(2.0 * PI * (double)i / (double)length));
    return true;
}

static void frames_close(frames *f)
{
    mbt_power_spectrum_close(&f->spectrum);
    free(f->window);
    free(f->x);
    free(f->reference);
    free(f->signal);
}

static void transform(frames *f, const float *samples, double *power)
{
    for (size_t i = 0; i < f->length; i++)
        f->x[i] = f->window[i] * samples[i];
    mbt_power_spectrum_of(&f->spectrum, f->x, power);
}

static double largest_power(frames *f, const float *samples, size_t count)
{
    double largest = 0.0;
    for (size_t start = 0; start + f->length <= count; start += f->length / 2) {
        transform(f, samples + start, f->reference);
        for (size_t k = 0; k < f->bins; k++)
            largest = f->reference[k] > largest ? f->reference[k] : largest;
    }
    return largest;
}

static double distance_of_frame(const frames *f, double floor_power)
{
    double sum = 0.0;
    for (size_t k = 0; k < f->bins; k++) {
        const double r = f->reference[k] > floor_power ? f->reference[k] : floor_power;
        const double s = f->signal[k] > floor_power ? f->signal[k] : floor_power;
        const double difference = 10.0 * log10(r / s);
        sum += difference * difference;
    }
    return sqrt(sum / (double)f->bins);
}

static double mean_distance(frames *f, const float *reference, const float *signal, size_t samples)
{
    const double floor_power = FLOOR * largest_power(f, reference, samples);
    if (!(floor_power > 0.0))
        return NAN;
    double sum = 0.0;
    size_t count = 0;
    for (size_t start = 0; start + f->length <= samples; start += f->length / 2) {
        transform(f, reference + start, f->reference);
        transform(f, signal + start, f->signal);
        sum += distance_of_frame(f, floor_power);
        count++;
    }
    return sum / (double)count;
}

bool mbt_metric_lsd(const float *reference, const float *signal, size_t samples, uint32_t rate, double *lsd)
{
    const uint64_t length = ((uint64_t)rate * 32 + 500) / 1000; /* 32 ms */
    *lsd = NAN;
    if (length < 4 || length > LARGEST_FRAME || samples < length)
        return true;
    frames f;
    const bool done = frames_open(&f, (size_t)length);
    if (done)
        *lsd = mean_distance(&f, reference, signal, samples);
    frames_close(&f);
    return done;
}
