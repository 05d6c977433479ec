/* fullband.c: down to the model's rate, through the network, back up. */
#include "tools/fullband/fullband.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/mix.h"
#include "tools/fullband/polyphase.h"

enum { CHUNK = 256 }; /* samples at the host's rate that are worked on at a time */

#define LOUDEST 8.0f

struct mbt_fullband {
    mbt_enhancer *enhancer;
    bool same_rate;
    size_t latency;
    mbt_polyphase down, up;
    mbt_polyphase_stream noisy, clean; /* on the way down; on the way up */
    float *delayed;                    /* [latency]; a ring of the last input samples */
    size_t place;                      /* of the oldest of these */
    float *in, *out, *dry_in;          /* [CHUNK], at the host's rate */
    float *at_model;                   /* [model_most], at the model's rate */
    size_t model_most;
    float dry, dry_now, dry_step; /* as set; as it is on its way there */
    double power_in, power_out, meter_step;
    mbt_release *release;
    void *memory_cookie;
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

static void plan_memory(mbt_fullband *f, room *r)
{
    f->in = take(r, CHUNK);
    f->out = take(r, CHUNK);
    f->dry_in = take(r, CHUNK);
    f->delayed = take(r, f->latency);
    if (f->same_rate)
        return;
    f->at_model = take(r, f->model_most);
    f->down.weights = take(r, mbt_polyphase_weights(&f->down));
    f->up.weights = take(r, mbt_polyphase_weights(&f->up));
    plan_stream(&f->down, &f->noisy, CHUNK, r);
    plan_stream(&f->up, &f->clean, f->model_most, r);
}

/* The way down takes the least delay, and that up so much more that the whole is a whole number of samples. */
static bool plan_rates(mbt_fullband *f, double rate, const mbt_model_info *info)
{
    f->same_rate = rate == info->sample_rate;
    f->latency = info->latency;
    if (f->same_rate)
        return true;
    if (!(rate >= 1 && rate <= UINT32_MAX) || rate != floor(rate))
        return false;
    const uint32_t host = (uint32_t)rate;
    if (!mbt_polyphase_plan(&f->down, host, info->sample_rate) || !mbt_polyphase_plan(&f->up, info->sample_rate, host))
        return false;
    const double ratio = rate / info->sample_rate;
    f->latency = (size_t)ceil(f->down.half + (info->latency + f->up.half) * ratio);
    f->model_most = CHUNK * (size_t)f->down.up / f->down.down + 2;
    return mbt_polyphase_delay(&f->down, f->down.half) &&
           mbt_polyphase_delay(&f->up, ((double)f->latency - f->down.half) / ratio - info->latency);
}

static void *allocate(const mbt_options *options, size_t bytes)
{
    return options->allocate != NULL ? options->allocate(options->memory_cookie, bytes) : malloc(bytes);
}

static mbt_status open_planned(const mbt_model *model, const mbt_options *options, mbt_fullband *planned,
                               mbt_fullband **fullband)
{
    room counted = {0};
    plan_memory(planned, &counted);
    const size_t head = (sizeof *planned + 63) / 64 * 64;
    if (counted.used > (SIZE_MAX - head) / sizeof(float))
        return MBT_ERROR_MEMORY;
    unsigned char *block = allocate(options, head + counted.used * sizeof(float));
    if (block == NULL)
        return MBT_ERROR_MEMORY;
    mbt_fullband *f = (mbt_fullband *)(void *)block;
    *f = *planned;
    room given = {.base = (float *)(void *)(block + head)};
    plan_memory(f, &given);
    mbt_options own = *options;
    if (!f->same_rate) {
        own.dry = 0;
        f->dry = options->dry;
        mbt_polyphase_compute(&f->down);
        mbt_polyphase_compute(&f->up);
    }
    const mbt_status status = mbt_open(model, &own, &f->enhancer);
    if (status != MBT_OK) {
        mbt_fullband_close(f);
        return status;
    }
    mbt_fullband_reset(f);
    *fullband = f;
    return MBT_OK;
}

mbt_status mbt_fullband_open(const mbt_model *model, const mbt_options *options, double rate, mbt_high_band high_band,
                             mbt_fullband **fullband)
{
    if (fullband == NULL)
        return MBT_ERROR_ARGUMENT;
    *fullband = NULL;
    mbt_options defaults;
    mbt_options_init(&defaults);
    options = options != NULL ? options : &defaults;
    mbt_model_info info;
    const mbt_status status = mbt_model_describe(model, &info);
    if (status != MBT_OK)
        return status;
    if (!info.causal)
        return MBT_ERROR_STREAM;
    mbt_fullband planned = {.release = options->release, .memory_cookie = options->memory_cookie};
    if (!plan_rates(&planned, rate, &info) || (high_band != MBT_HIGH_BAND_DROP && high_band != MBT_HIGH_BAND_KEEP) ||
        !(options->dry >= 0 && options->dry <= 1) || (options->allocate == NULL) != (options->release == NULL))
        return MBT_ERROR_ARGUMENT;
    planned.meter_step = 1 / (0.3 * rate);
    planned.dry_step = (float)(1 / (0.01 * rate));
    return open_planned(model, options, &planned, fullband);
}

size_t mbt_fullband_latency(const mbt_fullband *fullband)
{
    return fullband == NULL ? 0 : fullband->latency;
}

/* Copies in to f->in, with what a network cannot take replaced as mbt_process does. */
static ptrdiff_t take_sound(mbt_fullband *f, const float *in, size_t count)
{
    ptrdiff_t replaced = 0;
    for (size_t i = 0; i < count; i++) {
        const float x = isfinite(in[i]) ? fminf(fmaxf(in[i], -LOUDEST), LOUDEST) : 0;
        replaced += !(x == in[i]);
        f->in[i] = x;
    }
    return replaced;
}

/* f->in, as it was `latency` samples ago, to f->dry_in. */
static void delay(mbt_fullband *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        f->dry_in[i] = f->delayed[f->place];
        f->delayed[f->place] = f->in[i];
        f->place = f->place + 1 < f->latency ? f->place + 1 : 0;
    }
}

static ptrdiff_t enhance(mbt_fullband *f, size_t count)
{
    if (f->same_rate)
        return mbt_process(f->enhancer, f->in, f->out, count);
    mbt_polyphase_put(&f->down, &f->noisy, f->in, count);
    const size_t made = mbt_polyphase_get(&f->down, &f->noisy, f->at_model, f->model_most);
    const ptrdiff_t status = mbt_process(f->enhancer, f->at_model, f->at_model, made);
    mbt_polyphase_put(&f->up, &f->clean, f->at_model, made);
    mbt_polyphase_get(&f->up, &f->clean, f->out, count);
    return status;
}

static void mix_and_measure(mbt_fullband *f, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float rest = f->dry - f->dry_now;
        f->dry_now = fabsf(rest) > 1e-6f ? f->dry_now + rest * f->dry_step : f->dry;
        out[i] = mbt_mix(f->out[i], f->dry_in[i], f->dry_now);
        f->power_in += ((double)f->dry_in[i] * f->dry_in[i] - f->power_in) * f->meter_step;
        f->power_out += ((double)out[i] * out[i] - f->power_out) * f->meter_step;
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
        delay(fullband, count);
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
    const double least = 1e-10; /* -100 dB of full scale: silence */
    if (fullband == NULL || fullband->power_in < least)
        return 0;
    const double ratio = fullband->power_in / fmax(fullband->power_out, fullband->power_in * 1e-10);
    return (float)fmax(0, 10 * log10(ratio));
}

void mbt_fullband_reset(mbt_fullband *fullband)
{
    mbt_fullband *f = fullband;
    if (f == NULL)
        return;
    mbt_reset(f->enhancer);
    memset(f->delayed, 0, f->latency * sizeof *f->delayed);
    f->place = 0;
    f->dry_now = f->dry;
    f->power_in = f->power_out = 0;
    if (!f->same_rate) {
        mbt_polyphase_begin(&f->down, &f->noisy);
        mbt_polyphase_begin(&f->up, &f->clean);
    }
}

void mbt_fullband_close(mbt_fullband *fullband)
{
    if (fullband == NULL)
        return;
    mbt_close(fullband->enhancer);
    if (fullband->release != NULL)
        fullband->release(fullband->memory_cookie, fullband);
    else
        free(fullband);
}
