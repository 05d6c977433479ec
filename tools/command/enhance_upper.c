/* enhance_upper.c: three signals that wait for each other: what went into the model, until it comes out; the gains,
 * until the resampler gives the samples of their time; and what the resampler gives for what went in. */
#include "tools/command/enhance_upper.h"

#include <stdlib.h>

#include "tools/audio/fifo.h"
#include "tools/audio/resample.h"
#include "tools/fullband/high_band.h"

enum { BLOCK = 4096 };

struct mbt_upper {
    mbt_high_band_gain follower;
    mbt_resampler *back;
    mbt_fifo waiting, gains; /* at the model's rate */
    const float *noisy;      /* the end of what was followed */
    uint32_t model_rate, rate;
    uint64_t next, first; /* sample of the result; sample of the model's that gains begin with */
    float gain, step;
    float block[BLOCK];
};

mbt_upper *mbt_upper_open(uint32_t model_rate, uint32_t rate, float limit, const char **reason)
{
    mbt_upper *u = calloc(1, sizeof *u);
    *reason = "out of memory";
    if (u == NULL)
        return NULL;
    u->model_rate = model_rate;
    u->rate = rate;
    u->step = mbt_high_band_step(rate);
    mbt_high_band_open(&u->follower, model_rate, limit);
    u->gain = u->follower.gain;
    u->back = mbt_resampler_open(model_rate, rate, reason);
    if (u->back != NULL)
        return u;
    mbt_upper_close(u);
    return NULL;
}

void mbt_upper_close(mbt_upper *upper)
{
    if (upper == NULL)
        return;
    mbt_resampler_close(upper->back);
    mbt_fifo_free(&upper->waiting);
    mbt_fifo_free(&upper->gains);
    free(upper);
}

bool mbt_upper_put(mbt_upper *upper, const float *noisy, size_t samples)
{
    return mbt_fifo_put(&upper->waiting, noisy, samples);
}

bool mbt_upper_follow(mbt_upper *upper, const float *clean, size_t samples)
{
    const float *noisy = mbt_fifo_take(&upper->waiting, samples);
    for (size_t done = 0, count; done < samples; done += count) {
        count = samples - done < BLOCK ? samples - done : BLOCK;
        mbt_high_band_follow(&upper->follower, noisy + done, clean + done, upper->block, count);
        if (!mbt_fifo_put(&upper->gains, upper->block, count))
            return false;
    }
    if (samples > 0)
        upper->noisy = noisy + samples;
    return true;
}

/* The gain for the next sample of the result. It is measured a little later. After the end the last one stays. */
static float next_gain(mbt_upper *u)
{
    const uint64_t wanted = u->next * u->model_rate / u->rate + MBT_HIGH_BAND_LEAD;
    size_t passed = wanted - u->first < u->gains.held ? (size_t)(wanted - u->first) : u->gains.held - 1;
    mbt_fifo_take(&u->gains, passed);
    u->first += passed;
    u->next++;
    return u->gains.samples[u->gains.start];
}

bool mbt_upper_add(mbt_upper *upper, size_t left, const float *input, size_t stride, float *out, size_t samples,
                   const char **reason)
{
    const float *noisy = left > 0 ? upper->noisy - left : NULL;
    size_t used, made;
    if (!mbt_resampler_run(upper->back, noisy, left, &used, upper->block, BLOCK, &made, reason))
        return false;
    for (size_t i = 0; i < samples && i < made; i++) {
        upper->gain = mbt_approach(upper->gain, next_gain(upper), upper->step);
        out[i] += upper->gain * (input[i * stride] - upper->block[i]);
    }
    return true;
}
