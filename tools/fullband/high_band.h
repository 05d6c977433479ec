/* high_band.h: what becomes of the frequencies above those of the network: a gain that follows what the network did to
 * the highest of its own, from 5/8 to 7/8 of half its rate: 5 to 7 kHz of 16.
 *
 * In two bands the energy that came out of the network is compared with the energy that went in, over some 6 ms; a
 * tenth of the energy of both counts in each. The gain is the larger of the two ratios, to the power of 3/2: where the
 * network took d dB away, 3 d go. docs/live.md says how this was chosen. */
#ifndef MBT_TOOLS_FULLBAND_HIGH_BAND_H
#define MBT_TOOLS_FULLBAND_HIGH_BAND_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MBT_HIGH_BANDS = 2,
    MBT_HIGH_BAND_TAPS = 64,
    MBT_HIGH_BAND_DELAY = 31, /* the gain after sample n is that of the time of sample n - 31 */
    MBT_HIGH_BAND_LEAD = 38,  /* which it is best used for: it lags behind, and gets where it shall be in 8 samples */
    MBT_HIGH_BAND_BLOCK = 64
};

typedef struct mbt_high_band_gain {
    float weights[MBT_HIGH_BANDS][MBT_HIGH_BAND_TAPS];
    float noisy[MBT_HIGH_BAND_TAPS + MBT_HIGH_BAND_BLOCK], clean[MBT_HIGH_BAND_TAPS + MBT_HIGH_BAND_BLOCK];
    double energy_in[MBT_HIGH_BANDS], energy_out[MBT_HIGH_BANDS];
    double step;
    uint32_t clock; /* samples since the last measurement */
    float least, gain;
} mbt_high_band_gain;

/* rate: the model's, in Hz. limit: as in mbt_options; the gain does not fall below what it allows. */
void mbt_high_band_open(mbt_high_band_gain *h, double rate, float limit);

/* The step of mbt_approach with which a gain is smoothed that changes at the model's rate and is used at `rate`. */
float mbt_high_band_step(double rate);

/* Goes a share of the way to where it shall be, and the last bit at once. */
static inline float mbt_approach(float now, float target, float step)
{
    const float rest = target - now;
    return fabsf(rest) > 1e-6f ? now + rest * step : target;
}

/* Begins anew. */
void mbt_high_band_reset(mbt_high_band_gain *h);

/* Takes what went into the network and what came out for it. gains[i] is the gain after sample i. */
void mbt_high_band_follow(mbt_high_band_gain *h, const float *noisy, const float *clean, float *gains, size_t count);

#endif
