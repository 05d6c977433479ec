/* metric_stoi.c: STOI and ESTOI, frame by frame, in memory that does not grow with the recording. */
#include <math.h>
#include <string.h>

#include "tools/compare/metric.h"
#include "tools/compare/metric_spectrum.h"

#define PI 3.14159265358979323846

enum {
    FRAME = 256,
    HOP = FRAME / 2,
    FFT = 512,
    BINS = FFT / 2 + 1,
    BANDS = 15,   /* thirds of octaves, from 150 Hz */
    SEGMENT = 30, /* frames, 384 ms */
};

static const double silence = 1e-4;                 /* 40 dB below the loudest frame */
static const double clip = 1.0 + 5.623413251903491; /* 1 + 10^(-beta / 20) with beta = -15 dB */

/* One of the two signals. Frames that are not silent are overlap-added; a frame of the sum is complete when the next
 * one is known. */
typedef struct stoi_side {
    const float *samples;
    double before[HOP];           /* the second half of the frame before `last` */
    double last[FRAME];           /* the last frame that was not silent, windowed */
    double bands[BANDS][SEGMENT]; /* root of the energy of the last frames; their order does not matter */
} stoi_side;

typedef struct stoi {
    mbt_power_spectrum spectrum;
    double window[FRAME];
    size_t edges[BANDS][2]; /* first bin, and the one after the last */
    stoi_side reference, signal;
    size_t kept, frames, segments;
    double sum, extended_sum;
} stoi;

static size_t nearest_bin(double frequency)
{
    return (size_t)floor(frequency * FFT / MBT_STOI_RATE + 0.5);
}

static void prepare(stoi *s)
{
    for (size_t i = 0; i < FRAME; i++)
        s->window[i] = 0.5 * (1.0 - cos(2.0 * PI * (double)(i + 1) / (FRAME + 1)));
    for (int band = 0; band < BANDS; band++) {
        s->edges[band][0] = nearest_bin(150.0 * pow(2.0, (2 * band - 1) / 6.0));
        s->edges[band][1] = nearest_bin(150.0 * pow(2.0, (2 * band + 1) / 6.0));
    }
}

static void windowed(const stoi *s, const float *samples, double *frame)
{
    for (size_t i = 0; i < FRAME; i++)
        frame[i] = s->window[i] * samples[i];
}

static double energy(const stoi *s, const float *samples)
{
    double frame[FRAME], sum = 0.0;
    windowed(s, samples, frame);
    for (size_t i = 0; i < FRAME; i++)
        sum += frame[i] * frame[i];
    return sum;
}

/* Stores the bands of the frame that `next` completes at the place `at` of the segment. */
static void analyse(const stoi *s, stoi_side *side, const double *next, size_t at)
{
    double x[FFT] = {0}, power[BINS];
    for (size_t i = 0; i < HOP; i++) {
        x[i] = s->window[i] * (side->before[i] + side->last[i]);
        x[HOP + i] = s->window[HOP + i] * (side->last[HOP + i] + next[i]);
    }
    mbt_power_spectrum_of(&s->spectrum, x, power);
    for (size_t band = 0; band < BANDS; band++) {
        double sum = 0.0;
        for (size_t k = s->edges[band][0]; k < s->edges[band][1]; k++)
            sum += power[k];
        side->bands[band][at] = sqrt(sum);
    }
}

/* x[count], step apart, without their mean, and with norm 1 if they vary. */
static void normalise(double *x, size_t count, size_t step)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += x[i * step];
    const double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) {
        x[i * step] -= mean;
        squares += x[i * step] * x[i * step];
    }
    const double scale = squares > 0.0 ? 1.0 / sqrt(squares) : 0.0;
    for (size_t i = 0; i < count; i++)
        x[i * step] *= scale;
}

static double product(const double *x, const double *y, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Taal et al.: in each band the signal is scaled to the reference's energy, limited to `clip` times the
 * reference, and correlated with it over time. Returns the mean over bands. */
static double correlation(const stoi *s)
{
    double sum = 0.0;
    for (size_t band = 0; band < BANDS; band++) {
        double x[SEGMENT], y[SEGMENT];
        memcpy(x, s->reference.bands[band], sizeof x);
        memcpy(y, s->signal.bands[band], sizeof y);
        const double xx = product(x, x, SEGMENT), yy = product(y, y, SEGMENT);
        const double scale = yy > 0.0 ? sqrt(xx / yy) : 0.0;
        for (size_t i = 0; i < SEGMENT; i++) {
            const double most = clip * x[i];
            y[i] = scale * y[i] < most ? scale * y[i] : most;
        }
        normalise(x, SEGMENT, 1);
        normalise(y, SEGMENT, 1);
        sum += product(x, y, SEGMENT);
    }
    return sum / BANDS;
}

static void normalise_rows_and_columns(double *x)
{
    for (size_t band = 0; band < BANDS; band++)
        normalise(x + band * SEGMENT, SEGMENT, 1);
    for (size_t i = 0; i < SEGMENT; i++)
        normalise(x + i, BANDS, SEGMENT);
}

/* Jensen and Taal: bands normalised over time, then frames over bands, and correlated frame by frame. */
static double extended_correlation(const stoi *s)
{
    double x[BANDS * SEGMENT], y[BANDS * SEGMENT];
    memcpy(x, s->reference.bands, sizeof x);
    memcpy(y, s->signal.bands, sizeof y);
    normalise_rows_and_columns(x);
    normalise_rows_and_columns(y);
    return product(x, y, (size_t)BANDS * SEGMENT) / SEGMENT;
}

static void advance(stoi_side *side, const double *next)
{
    memcpy(side->before, side->last + HOP, sizeof side->before);
    memcpy(side->last, next, sizeof side->last);
}

/* Adds a frame that is not silent. */
static void add_frame(stoi *s, size_t start)
{
    double reference[FRAME], signal[FRAME];
    windowed(s, s->reference.samples + start, reference);
    windowed(s, s->signal.samples + start, signal);
    if (s->kept++ > 0) {
        analyse(s, &s->reference, reference, s->frames % SEGMENT);
        analyse(s, &s->signal, signal, s->frames % SEGMENT);
        s->frames++;
    }
    if (s->frames >= SEGMENT) {
        s->sum += correlation(s);
        s->extended_sum += extended_correlation(s);
        s->segments++;
    }
    advance(&s->reference, reference);
    advance(&s->signal, signal);
}

bool mbt_metric_stoi(const float *reference, const float *signal, size_t samples, double *stoi_value,
                     double *estoi_value)
{
    stoi s = {.reference = {.samples = reference}, .signal = {.samples = signal}};
    *stoi_value = *estoi_value = NAN;
    if (samples <= FRAME)
        return true;
    if (!mbt_power_spectrum_open(&s.spectrum, FFT))
        return false;
    prepare(&s);
    double loudest = 0.0;
    for (size_t start = 0; start < samples - FRAME; start += HOP) {
        const double e = energy(&s, reference + start);
        loudest = e > loudest ? e : loudest;
    }
    for (size_t start = 0; start < samples - FRAME; start += HOP)
        if (energy(&s, reference + start) > silence * loudest)
            add_frame(&s, start);
    if (s.segments > 0) {
        *stoi_value = s.sum / (double)s.segments;
        *estoi_value = s.extended_sum / (double)s.segments;
    }
    mbt_power_spectrum_close(&s.spectrum);
    return true;
}
