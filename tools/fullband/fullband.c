/* fullband.c: down to the model's rate, through the network, back up, and the high band beside it. */
#include "tools/fullband/fullband.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/callback_sample.h"
#include "common/mix.h"
#include "tools/fullband/high_band.h"
#include "tools/fullband/polyphase.h"

enum {
    CHUNK = 256, /* samples at the host's rate that are worked on at a time */
    ALIGN = 64,
    MOST_REMOVED = 100 /* dB */
};

#define METER_SECONDS 0.3
#define DRY_SECONDS 0.01
#define SILENCE 1e-10 /* power, 100 dB below full scale */
#define NOTHING 1e-30 /* less is not kept: sums that fade away for ever become slow to compute with */

/* A ring: what goes in comes out `length` samples later. */
typedef struct delay_line {
    float *samples; /* [length] */
    size_t length, place;
} delay_line;

/* What is above the model's frequencies: the input less its own way down and up, times a gain. */
typedef struct high_part {
    mbt_high_band_gain follower;
    delay_line wait;            /* at the model's rate: as long as the network takes */
    mbt_polyphase_stream noisy; /* on its way up */
    float *at_model, *gains;    /* [model_most + 1]; gains[0] is the last of the chunk before */
    float *low;                 /* [CHUNK] */
    uint32_t phase;             /* of the next sample at the host's rate, in 1 / down.down of one at the model's */
    float gain, step;           /* as it is on its way to the follower's */
} high_part;

struct mbt_fullband {
    mbt_enhancer *enhancer;
    bool same_rate, keep;
    size_t latency, model_most;
    mbt_polyphase down, up;
    mbt_polyphase_stream noisy, clean; /* on the way down; on the way up */
    delay_line wait;
    float *in, *out, *dry_in;     /* [CHUNK], at the host's rate */
    float *at_model;              /* [model_most], at the model's rate */
    high_part high;               /* if keep */
    float dry, dry_now, dry_step; /* as set; as it is on its way there */
    double power_in, power_out, meter_step;
    mbt_release *release;
    void *memory_cookie, *block;
};

/* Counts what is needed with base NULL, hands it out otherwise. */
typedef struct room {
    float *base;
    size_t used;
} room;

static float *take(room *r, size_t count)
{
    float *taken = r->base == NULL ? NULL : r->base + r->used;
    r->used += (count + 15) / 16 * 16;
    return taken;
}

static void plan_stream(const mbt_polyphase *p, mbt_polyphase_stream *s, size_t most, room *r)
{
    s->room = mbt_polyphase_room(p, most);
    s->samples = take(r, s->room);
}

static void plan_delay(delay_line *d, size_t length, room *r)
{
    d->length = length;
    d->samples = take(r, length);
}

static void plan_memory(mbt_fullband *f, size_t model_latency, room *r)
{
    f->in = take(r, CHUNK);
    f->out = take(r, CHUNK);
    f->dry_in = take(r, CHUNK);
    plan_delay(&f->wait, f->latency, r);
    if (f->same_rate)
        return;
    f->at_model = take(r, f->model_most);
    f->down.weights = take(r, mbt_polyphase_weights(&f->down));
    f->up.weights = take(r, mbt_polyphase_weights(&f->up));
    plan_stream(&f->down, &f->noisy, CHUNK, r);
    plan_stream(&f->up, &f->clean, f->model_most, r);
    if (!f->keep)
        return;
    plan_delay(&f->high.wait, model_latency, r);
    plan_stream(&f->up, &f->high.noisy, f->model_most, r);
    f->high.at_model = take(r, f->model_most);
    f->high.gains = take(r, f->model_most + 1);
    f->high.low = take(r, CHUNK);
}

/* The way down takes the least delay, and that up so much more that the whole is a whole number of samples. */
static bool plan_rates(mbt_fullband *f, double rate, uint32_t model_rate, size_t model_latency)
{
    f->same_rate = rate == model_rate;
    f->latency = model_latency;
    if (f->same_rate)
        return true;
    if (!(rate >= 1 && rate <= UINT32_MAX) || rate != floor(rate))
        return false;
    const uint32_t host = (uint32_t)rate;
    if (!mbt_polyphase_plan(&f->down, host, model_rate) || !mbt_polyphase_plan(&f->up, model_rate, host))
        return false;
    const double ratio = rate / model_rate, network = (double)model_latency;
    f->latency = (size_t)ceil(f->down.filter.half + (network + f->up.filter.half) * ratio);
    f->model_most = CHUNK * (size_t)f->down.up / f->down.down + 2;
    return mbt_polyphase_delay(&f->down, f->down.filter.half) &&
           mbt_polyphase_delay(&f->up, ((double)f->latency - f->down.filter.half) / ratio - network);
}

/* options->allocate may return any address. */
static mbt_fullband *allocate(const mbt_options *options, mbt_fullband *planned, size_t model_latency)
{
    const size_t head = (sizeof *planned + ALIGN - 1) / ALIGN * ALIGN;
    room counted = {0};
    plan_memory(planned, model_latency, &counted);
    const size_t bytes = head + counted.used * sizeof(float) + ALIGN - 1;
    void *block = options->allocate != NULL ? options->allocate(options->memory_cookie, bytes) : malloc(bytes);
    if (block == NULL)
        return NULL;
    unsigned char *base = (unsigned char *)block + (ALIGN - (uintptr_t)block % ALIGN) % ALIGN;
    mbt_fullband *f = (mbt_fullband *)(void *)base;
    *f = *planned;
    f->block = block;
    room given = {.base = (float *)(void *)(base + head)};
    plan_memory(f, model_latency, &given);
    return f;
}

/* Around an enhancer. NULL if there is no memory. */
static mbt_fullband *open_around(mbt_enhancer *enhancer, const mbt_options *options, double rate, uint32_t model_rate,
                                 mbt_fullband *planned)
{
    planned->release = options->release;
    planned->memory_cookie = options->memory_cookie;
    planned->meter_step = 1 / (METER_SECONDS * rate);
    planned->dry_step = (float)(1 / (DRY_SECONDS * rate));
    mbt_fullband *f = allocate(options, planned, mbt_latency(enhancer));
    if (f == NULL)
        return NULL;
    f->enhancer = enhancer;
    if (!f->same_rate) {
        f->dry = options->dry;
        mbt_polyphase_compute(&f->down);
        mbt_polyphase_compute(&f->up);
    }
    if (f->keep) {
        mbt_high_band_open(&f->high.follower, model_rate, options->limit);
        f->high.step = mbt_high_band_step(rate);
    }
    mbt_fullband_reset(f);
    return f;
}

mbt_status mbt_fullband_open(const mbt_model *model, const mbt_options *options, double rate, mbt_high_band high_band,
                             mbt_fullband **fullband)
{
    if (fullband == NULL)
        return MBT_ERROR_ARGUMENT;
    *fullband = NULL;
    if (high_band != MBT_HIGH_BAND_DROP && high_band != MBT_HIGH_BAND_KEEP)
        return MBT_ERROR_ARGUMENT;
    mbt_options own;
    mbt_options_init(&own);
    options = options != NULL ? options : &own;
    mbt_model_info info;
    mbt_status status = mbt_model_describe(model, &info);
    if (status != MBT_OK)
        return status;
    if (!info.causal)
        return MBT_ERROR_STREAM;
    mbt_fullband planned = {.keep = high_band == MBT_HIGH_BAND_KEEP && rate > info.sample_rate};
    if (!(options->dry >= 0 && options->dry <= 1) || !plan_rates(&planned, rate, info.sample_rate, info.latency))
        return MBT_ERROR_ARGUMENT;
    own = *options;
    own.dry = planned.same_rate ? options->dry : 0;
    mbt_enhancer *enhancer;
    status = mbt_open(model, &own, &enhancer);
    if (status != MBT_OK)
        return status;
    /* With options->spread the enhancer takes longer than the model says. */
    if (plan_rates(&planned, rate, info.sample_rate, mbt_latency(enhancer)))
        *fullband = open_around(enhancer, options, rate, info.sample_rate, &planned);
    if (*fullband == NULL)
        mbt_close(enhancer);
    return *fullband == NULL ? MBT_ERROR_MEMORY : MBT_OK;
}

size_t mbt_fullband_latency(const mbt_fullband *fullband)
{
    return fullband == NULL ? 0 : fullband->latency;
}

/* Copies in to f->in, with what a network cannot take replaced as mbt_process does. */
static ptrdiff_t take_sound(mbt_fullband *f, const float *in, size_t count)
{
    size_t replaced = 0;
    for (size_t i = 0; i < count; i++)
        f->in[i] = mbt_callback_sample(in[i], &replaced);
    return (ptrdiff_t)replaced;
}

static void delay(delay_line *d, const float *in, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = d->samples[d->place];
        d->samples[d->place] = in[i];
        d->place = d->place + 1 < d->length ? d->place + 1 : 0;
    }
}

/* Adds the high band to f->out. `made` samples have come at the model's rate with these `count` at the host's, the
 * first of them with the host's next sample or, if that stands between two of the model's, a little before it. */
static void add_high_band(mbt_fullband *f, size_t made, size_t count)
{
    high_part *h = &f->high;
    h->gains[0] = h->follower.gain;
    mbt_high_band_follow(&h->follower, h->at_model, f->at_model, h->gains + 1, made);
    mbt_polyphase_put(&f->up, &h->noisy, h->at_model, made);
    mbt_polyphase_get(&f->up, &h->noisy, h->low, count);
    size_t newest = h->phase == 0; /* index of the gain after the newest of the model's samples so far */
    for (size_t i = 0; i < count; i++) {
        h->gain = mbt_approach(h->gain, h->gains[newest], h->step);
        f->out[i] += h->gain * (f->dry_in[i] - h->low[i]);
        h->phase += f->down.up;
        if (h->phase >= f->down.down) {
            h->phase -= f->down.down;
            newest++;
        }
    }
}

static ptrdiff_t enhance(mbt_fullband *f, size_t count)
{
    if (f->same_rate)
        return mbt_process(f->enhancer, f->in, f->out, count);
    mbt_polyphase_put(&f->down, &f->noisy, f->in, count);
    const size_t made = mbt_polyphase_get(&f->down, &f->noisy, f->at_model, f->model_most);
    if (f->keep)
        delay(&f->high.wait, f->at_model, f->high.at_model, made);
    const ptrdiff_t status = mbt_process(f->enhancer, f->at_model, f->at_model, made);
    mbt_polyphase_put(&f->up, &f->clean, f->at_model, made);
    mbt_polyphase_get(&f->up, &f->clean, f->out, count);
    if (f->keep)
        add_high_band(f, made, count);
    return status;
}

static void follow_power(double *power, float sample, double step)
{
    *power += ((double)sample * sample - *power) * step;
    *power = *power > NOTHING ? *power : 0;
}

static void mix_and_measure(mbt_fullband *f, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        f->dry_now = mbt_approach(f->dry_now, f->dry, f->dry_step);
        out[i] = mbt_mix(f->out[i], f->dry_in[i], f->dry_now);
        follow_power(&f->power_in, f->dry_in[i], f->meter_step);
        follow_power(&f->power_out, out[i], f->meter_step);
    }
}

ptrdiff_t mbt_fullband_process(mbt_fullband *fullband, const float *in, float *out, size_t samples)
{
    if (fullband == NULL || (samples > 0 && (in == NULL || out == NULL)))
        return MBT_ERROR_ARGUMENT;
    ptrdiff_t replaced = 0;
    for (size_t done = 0, count; done < samples; done += count) {
        count = samples - done < CHUNK ? samples - done : CHUNK;
        replaced += take_sound(fullband, in + done, count);
        delay(&fullband->wait, fullband->in, fullband->dry_in, count);
        const ptrdiff_t status = enhance(fullband, count);
        if (status < 0)
            return status;
        mix_and_measure(fullband, out + done, count);
    }
    return replaced;
}

void mbt_fullband_set_dry(mbt_fullband *fullband, float dry)
{
    if (fullband != NULL)
        fullband->dry = dry > 0 ? fminf(dry, 1) : 0;
}

float mbt_fullband_removed(const mbt_fullband *fullband)
{
    if (fullband == NULL || fullband->power_in < SILENCE)
        return 0;
    const double removed = 10 * log10(fullband->power_in / (fullband->power_out + NOTHING));
    return (float)fmin(fmax(removed, 0), MOST_REMOVED);
}

static void reset_delay(delay_line *d)
{
    memset(d->samples, 0, d->length * sizeof *d->samples);
    d->place = 0;
}

void mbt_fullband_reset(mbt_fullband *fullband)
{
    mbt_fullband *f = fullband;
    if (f == NULL)
        return;
    mbt_reset(f->enhancer);
    reset_delay(&f->wait);
    f->dry_now = f->dry;
    f->power_in = f->power_out = 0;
    if (f->same_rate)
        return;
    mbt_polyphase_begin(&f->down, &f->noisy);
    mbt_polyphase_begin(&f->up, &f->clean);
    if (!f->keep)
        return;
    mbt_high_band_reset(&f->high.follower);
    reset_delay(&f->high.wait);
    mbt_polyphase_begin(&f->up, &f->high.noisy);
    f->high.phase = 0;
    f->high.gain = f->high.follower.gain;
}

void mbt_fullband_close(mbt_fullband *fullband)
{
    if (fullband == NULL)
        return;
    mbt_close(fullband->enhancer);
    if (fullband->release != NULL)
        fullband->release(fullband->memory_cookie, fullband->block);
    else
        free(fullband->block);
}
