/* lag.c: the cross-correlation of two recordings by KissFFT, block by block.
 *
 * A block of the reference is `step` frames, and meets the frames of the signal from `most` before it to `most` after
 * it. The product of their transforms, of `size` >= step + 2 most points, is the correlation at each lag from -most to
 * most, without any that wraps around. The products of all blocks and channels are added up before the one transform
 * back, so that memory is taken for one block. */
#include "tools/compare/lag.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

#define MOST_SECONDS 10
#define CLEARLY 0.794328 /* of what is left unexplained: 1 dB */

enum { MOST_LAG = 1 << 21, LEAST_SIZE = 16 };

/* One channel of a recording is samples[i * channels] for i < frames. */
typedef struct channel {
    const float *samples;
    size_t frames, channels;
    double mean;
    double scale; /* brings the largest sample of the recording to 1, so that float neither overflows nor vanishes */
} channel;

typedef struct correlation {
    size_t most, size, step;
    kiss_fftr_cfg forward, back;
    float *block;                             /* [size] */
    kiss_fft_cpx *reference, *signal, *cross; /* [size / 2 + 1]; cross: the sum */
} correlation;

static void correlation_close(correlation *c)
{
    kiss_fftr_free(c->forward);
    kiss_fftr_free(c->back);
    free(c->block);
    free(c->reference);
    free(c->signal);
    free(c->cross);
}

static bool correlation_open(correlation *c, size_t most)
{
    size_t size = LEAST_SIZE;
    while (size < 4 * most)
        size *= 2;
    const size_t bins = size / 2 + 1;
    *c = (correlation){.most = most, .size = size, .step = size - 2 * most};
    c->forward = kiss_fftr_alloc((int)size, 0, NULL, NULL);
    c->back = kiss_fftr_alloc((int)size, 1, NULL, NULL);
    c->block = malloc(size * sizeof *c->block);
    c->reference = malloc(bins * sizeof *c->reference);
    c->signal = malloc(bins * sizeof *c->signal);
    c->cross = calloc(bins, sizeof *c->cross);
    return c->forward != NULL && c->back != NULL && c->block != NULL && c->reference != NULL && c->signal != NULL &&
           c->cross != NULL;
}

/* Frame i of a channel, less the mean; beyond its ends 0. */
static double frame_at(const channel *x, ptrdiff_t i)
{
    if (i < 0 || (size_t)i >= x->frames)
        return 0;
    return (double)x->samples[(size_t)i * x->channels] - x->mean;
}

/* Of `count` frames from `start` on. */
static void transform(const correlation *c, const channel *x, ptrdiff_t start, size_t count, kiss_fft_cpx *bins)
{
    for (size_t i = 0; i < c->size; i++)
        c->block[i] = i < count ? (float)(frame_at(x, start + (ptrdiff_t)i) * x->scale) : 0.0f;
    kiss_fftr(c->forward, c->block, bins);
}

static void add_block(const correlation *c, const channel *reference, const channel *signal, size_t start)
{
    transform(c, reference, (ptrdiff_t)start, c->step, c->reference);
    transform(c, signal, (ptrdiff_t)start - (ptrdiff_t)c->most, c->size, c->signal);
    for (size_t k = 0; k <= c->size / 2; k++) {
        const kiss_fft_cpx r = c->reference[k], s = c->signal[k];
        c->cross[k].r += r.r * s.r + r.i * s.i;
        c->cross[k].i += r.r * s.i - r.i * s.r;
    }
}

/* The lag at which the sum is largest. */
static ptrdiff_t largest(const correlation *c)
{
    size_t best = c->most;
    kiss_fftri(c->back, c->cross, c->block);
    for (size_t i = 0; i <= 2 * c->most; i++)
        if (fabsf(c->block[i]) > fabsf(c->block[best]))
            best = i;
    return (ptrdiff_t)best - (ptrdiff_t)c->most;
}

typedef struct recordings {
    const float *reference, *signal;
    size_t frames, channels;
    double reference_scale, signal_scale;
} recordings;

static double scale_of(const float *samples, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs((double)samples[i]));
    return most > 0 ? 1 / most : 0;
}

static channel channel_of(const recordings *both, bool signal, size_t index)
{
    channel x = {.samples = (signal ? both->signal : both->reference) + index,
                 .frames = both->frames,
                 .channels = both->channels,
                 .scale = signal ? both->signal_scale : both->reference_scale};
    double sum = 0;
    for (size_t i = 0; i < x.frames; i++)
        sum += frame_at(&x, (ptrdiff_t)i);
    x.mean = sum / (double)x.frames;
    return x;
}

/* sum over i of x[i] y[i + lag] */
static double product(const channel *x, const channel *y, ptrdiff_t lag)
{
    double sum = 0;
    for (size_t i = 0; i < x->frames; i++)
        sum += frame_at(x, (ptrdiff_t)i) * x->scale * frame_at(y, (ptrdiff_t)i + lag) * y->scale;
    return sum;
}

/* The share of the signal that no multiple of the reference explains at this lag. */
static double unexplained(const recordings *both, ptrdiff_t lag)
{
    double cross = 0, reference = 0, signal = 0;
    for (size_t k = 0; k < both->channels; k++) {
        const channel r = channel_of(both, false, k), s = channel_of(both, true, k);
        cross += product(&r, &s, lag);
        reference += product(&r, &r, 0);
        signal += product(&s, &s, 0);
    }
    return reference > 0 && signal > 0 ? 1 - cross * cross / (reference * signal) : 1;
}

static size_t most_lag(size_t frames, uint32_t rate)
{
    const uint64_t seconds = (uint64_t)MOST_SECONDS * rate;
    const size_t most = frames / 2 < MOST_LAG ? frames / 2 : MOST_LAG;
    return most < seconds ? most : (size_t)seconds;
}

bool mbt_lag_find(const float *reference, const float *signal, size_t frames, size_t channels, uint32_t rate,
                  ptrdiff_t *lag)
{
    const recordings both = {.reference = reference,
                             .signal = signal,
                             .frames = frames,
                             .channels = channels,
                             .reference_scale = scale_of(reference, frames * channels),
                             .signal_scale = scale_of(signal, frames * channels)};
    correlation c;
    const bool opened = correlation_open(&c, most_lag(frames, rate));
    *lag = 0;
    if (opened) {
        for (size_t k = 0; k < channels; k++) {
            const channel r = channel_of(&both, false, k), s = channel_of(&both, true, k);
            for (size_t start = 0; start < frames; start += c.step)
                add_block(&c, &r, &s, start);
        }
        const ptrdiff_t best = largest(&c);
        *lag = best != 0 && unexplained(&both, best) < CLEARLY * unexplained(&both, 0) ? best : 0;
    }
    correlation_close(&c);
    return opened;
}
