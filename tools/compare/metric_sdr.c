/* metric_sdr.c: measures of samples: SNR, SI-SDR, segmental SNR. */
#include <math.h>
#include <stdlib.h>

#include "tools/compare/metric.h"

#define PI 3.14159265358979323846

static double decibels(double energy, double rest)
{
    if (energy == 0.0)
        return rest == 0.0 ? NAN : -INFINITY;
    return rest == 0.0 ? INFINITY : 10.0 * log10(energy / rest);
}

double mbt_metric_snr(const float *reference, const float *signal, size_t samples)
{
    double energy = 0.0, rest = 0.0;
    for (size_t i = 0; i < samples; i++) {
        const double r = reference[i], difference = signal[i] - r;
        energy += r * r;
        rest += difference * difference;
    }
    return energy > 0.0 ? decibels(energy, rest) : NAN;
}

static bool is_constant(const float *x, size_t samples)
{
    for (size_t i = 1; i < samples; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

static double mean(const float *x, size_t samples)
{
    double sum = 0.0;
    for (size_t i = 0; i < samples; i++)
        sum += x[i];
    return sum / (double)samples;
}

double mbt_metric_si_sdr(const float *reference, const float *signal, size_t samples)
{
    if (is_constant(reference, samples) || is_constant(signal, samples))
        return NAN;
    const double mean_r = mean(reference, samples), mean_s = mean(signal, samples);
    double rr = 0.0, rs = 0.0, rest = 0.0;
    for (size_t i = 0; i < samples; i++) {
        const double r = reference[i] - mean_r;
        rr += r * r;
        rs += r * (signal[i] - mean_s);
    }
    const double scale = rs / rr;
    for (size_t i = 0; i < samples; i++) {
        const double difference = scale * (reference[i] - mean_r) - (signal[i] - mean_s);
        rest += difference * difference;
    }
    return decibels(scale * scale * rr, rest);
}

static double clamp(double low, double x, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* The segmental SNR with that window, of `frame` samples. */
static double mean_of_frames(const float *reference, const float *signal, size_t samples, const double *window,
                             size_t frame)
{
    const size_t hop = frame / 4;
    double sum = 0.0;
    size_t counted = 0;
    for (size_t start = 0; start + frame + hop <= samples; start += hop) {
        double energy = 0.0, rest = 0.0;
        for (size_t i = 0; i < frame; i++) {
            const double r = window[i] * reference[start + i], difference = r - window[i] * signal[start + i];
            energy += r * r;
            rest += difference * difference;
        }
        if (energy > 0.0 || rest > 0.0) {
            sum += clamp(-10.0, decibels(energy, rest), 35.0);
            counted++;
        }
    }
    return counted > 0 ? sum / (double)counted : NAN;
}

bool mbt_metric_segmental_snr(const float *reference, const float *signal, size_t samples, uint32_t rate, double *snr)
{
    const size_t frame = (size_t)(((uint64_t)rate * 30 + 500) / 1000); /* 30 ms */
    *snr = NAN;
    if (frame < 4 || samples < frame)
        return true;
    double *window = malloc(frame * sizeof *window);
    if (window == NULL)
        return false;
    for (size_t i = 0; i < frame; i++)
        window[i] = 0.5 * (1.0 - cos(2.0 * PI * (double)(i + 1) / (double)(frame + 1)));
    *snr = mean_of_frames(reference, signal, samples, window, frame);
    free(window);
    return true;
}
