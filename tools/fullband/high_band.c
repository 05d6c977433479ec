/* high_band.c: band passes, energies, and the gain that they make. */
#include "tools/fullband/high_band.h"

#include <math.h>
#include <string.h>

#include "tools/fullband/sinc.h"

/* Every second sample of a band tells its energy. Of every fourth a steady 6 kHz might have nothing but zeros. */
enum { EVERY = 2, CENTER = MBT_HIGH_BAND_TAPS - 1 - MBT_HIGH_BAND_DELAY };

#define FIRST_EDGE (5.0 / 16) /* cycles per sample */
#define WIDTH (1.0 / 16)
#define ATTENUATION 60.0
#define SECONDS 0.006
#define OTHERS 0.1 /* share of the energy of all bands that counts in each */
#define SMOOTH_SECONDS 0.0005
/* 150 dB below full scale. Less than that in a band says nothing of what lies above. */
#define SILENCE 1e-15

/* A band pass is the difference of two low passes. */
static void band_pass(double lower, double upper, float *weights)
{
    float below[MBT_HIGH_BAND_TAPS];
    mbt_sinc sinc = {lower, mbt_kaiser_beta(ATTENUATION), CENTER};
    mbt_sinc_weights(&sinc, -CENTER, below, MBT_HIGH_BAND_TAPS);
    sinc.cutoff = upper;
    mbt_sinc_weights(&sinc, -CENTER, weights, MBT_HIGH_BAND_TAPS);
    for (size_t i = 0; i < MBT_HIGH_BAND_TAPS; i++)
        weights[i] -= below[i];
}

void mbt_high_band_open(mbt_high_band_gain *h, double rate, float limit)
{
    for (int band = 0; band < MBT_HIGH_BANDS; band++)
        band_pass(FIRST_EDGE + band * WIDTH, FIRST_EDGE + (band + 1) * WIDTH, h->weights[band]);
    h->step = EVERY / (rate * SECONDS);
    h->least = limit > 0 ? (float)pow(10, -(double)limit / 20) : 0;
    mbt_high_band_reset(h);
}

float mbt_high_band_step(double rate)
{
    return (float)(1 / (SMOOTH_SECONDS * rate));
}

void mbt_high_band_reset(mbt_high_band_gain *h)
{
    memset(h->noisy, 0, sizeof h->noisy);
    memset(h->clean, 0, sizeof h->clean);
    memset(h->energy_in, 0, sizeof h->energy_in);
    memset(h->energy_out, 0, sizeof h->energy_out);
    h->clock = 0;
    h->gain = h->least;
}

/* What is far below silence is none: sums that fade away for ever become slow to compute with. */
static void follow_energy(double *energy, float sample, double step)
{
    *energy += ((double)sample * sample - *energy) * step;
    *energy = *energy > SILENCE * SILENCE ? *energy : 0;
}

/* A band with next to nothing in it goes with the others: what rings in it when the network lets go is not speech. */
static double ratio_of(const mbt_high_band_gain *h, int band)
{
    double in = h->energy_in[band], out = h->energy_out[band];
    for (int i = 0; i < MBT_HIGH_BANDS; i++) {
        in += OTHERS * h->energy_in[i];
        out += OTHERS * h->energy_out[i];
    }
    return out / (in + SILENCE);
}

/* noisy and clean: the last MBT_HIGH_BAND_TAPS samples of each. */
static void measure(mbt_high_band_gain *h, const float *noisy, const float *clean)
{
    for (int band = 0; band < MBT_HIGH_BANDS; band++) {
        follow_energy(&h->energy_in[band], mbt_dot(h->weights[band], noisy, MBT_HIGH_BAND_TAPS), h->step);
        follow_energy(&h->energy_out[band], mbt_dot(h->weights[band], clean, MBT_HIGH_BAND_TAPS), h->step);
    }
    double most = 0;
    for (int band = 0; band < MBT_HIGH_BANDS; band++)
        most = fmax(most, ratio_of(h, band));
    const double ratio = fmin(most, 1);
    h->gain = fmaxf((float)(ratio * sqrt(ratio)), h->least);
}

static void follow_block(mbt_high_band_gain *h, const float *noisy, const float *clean, float *gains, size_t count)
{
    memcpy(h->noisy + MBT_HIGH_BAND_TAPS, noisy, count * sizeof *noisy);
    memcpy(h->clean + MBT_HIGH_BAND_TAPS, clean, count * sizeof *clean);
    for (size_t i = 0; i < count; i++) {
        if (++h->clock == EVERY) {
            h->clock = 0;
            measure(h, h->noisy + i + 1, h->clean + i + 1);
        }
        gains[i] = h->gain;
    }
    memmove(h->noisy, h->noisy + count, MBT_HIGH_BAND_TAPS * sizeof *h->noisy);
    memmove(h->clean, h->clean + count, MBT_HIGH_BAND_TAPS * sizeof *h->clean);
}

void mbt_high_band_follow(mbt_high_band_gain *h, const float *noisy, const float *clean, float *gains, size_t count)
{
    for (size_t done = 0, part; done < count; done += part) {
        part = count - done < MBT_HIGH_BAND_BLOCK ? count - done : MBT_HIGH_BAND_BLOCK;
        follow_block(h, noisy + done, clean + done, gains + done, part);
    }
}
