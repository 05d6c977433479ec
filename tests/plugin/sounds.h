/* sounds.h: what the tests of the plugin put in, and what has to come out by mbt_fullband. */
#ifndef MBT_TESTS_PLUGIN_SOUNDS_H
#define MBT_TESTS_PLUGIN_SOUNDS_H

#include <check.h>
#include <stdlib.h>

#include "tools/bench/speech.h"
#include "tools/fullband/fullband.h"

extern const mbt_model mbt_model_live_int8;

static inline float *silence(size_t samples)
{
    float *x = calloc(samples, sizeof *x);
    ck_assert_ptr_nonnull(x);
    return x;
}

/* Speech, from another place of the recording for each channel; the channels lie one after the other. */
static inline float *speech(size_t samples, unsigned channels, double rate)
{
    float *x = silence(samples * channels);
    for (unsigned c = 0; c < channels; c++)
        mbt_bench_speech(x + c * samples, samples, (uint64_t)(5 * c * rate), rate);
    return x;
}

/* The lag at which b is most like a, among all within 5 ms of the one told, from sample `from` on. */
static inline size_t find_lag(const float *a, const float *b, size_t from, size_t samples, size_t told, double rate)
{
    const size_t most = (size_t)(0.005 * rate);
    size_t best = 0;
    double highest = 0;
    for (size_t lag = told - most; lag <= told + most; lag++) {
        double sum = 0;
        for (size_t i = from; i < samples; i++)
            sum += (double)b[i] * a[i - lag];
        best = sum > highest ? lag : best;
        highest = sum > highest ? sum : highest;
    }
    return best;
}

/* One channel through an mbt_fullband of its own, in place, with that share of the input. Returns its latency. */
static inline size_t enhance_here(float *x, size_t samples, double rate, int spread, float dry)
{
    mbt_options options;
    mbt_options_init(&options);
    options.spread = (unsigned char)spread;
    mbt_fullband *f = NULL;
    ck_assert_int_eq(mbt_fullband_open(&mbt_model_live_int8, &options, rate, MBT_HIGH_BAND_KEEP, &f), MBT_OK);
    mbt_fullband_set_dry(f, dry);
    ck_assert_int_ge(mbt_fullband_process(f, x, x, samples), 0);
    const size_t latency = mbt_fullband_latency(f);
    mbt_fullband_close(f);
    return latency;
}

#endif
