/* resample_check.c: tools/audio/resample.c on sines, whose samples at the new rate are known: no delay, same level. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audio/resample.h"

static double worst_error(uint32_t from, uint32_t to)
{
    size_t in_samples = from / 2 + 7, out_samples = mbt_resampled_length(in_samples, from, to);
    float *in = malloc(in_samples * sizeof *in), *out = malloc(out_samples * sizeof *out);
    const char *reason = "out of memory";
    double step = 2.0 * acos(-1.0) * 1000.0, worst = HUGE_VAL;
    for (size_t i = 0; in != NULL && i < in_samples; i++)
        in[i] = (float)sin(step * (double)i / from + 0.3);
    if (in != NULL && out != NULL && mbt_resample(in, in_samples, from, out, out_samples, to, &reason)) {
        worst = 0.0;
        for (size_t i = out_samples / 4; i < out_samples - out_samples / 4; i++)
            worst = fmax(worst, fabs(out[i] - sin(step * (double)i / to + 0.3)));
    } else {
        fprintf(stderr, "resample_check: %s\n", reason);
    }
    free(in);
    free(out);
    return worst;
}

/* The bits do not depend on the pieces that the signal comes and goes in. */
static int in_pieces(uint32_t from, uint32_t to, size_t piece, size_t room)
{
    enum { SAMPLES = 5000 };
    static float in[SAMPLES], whole[40 * SAMPLES], got[40 * SAMPLES];
    size_t wanted = mbt_resampled_length(SAMPLES, from, to), taken = 0, given = 0, used, made;
    const char *reason = "the pieces differ";
    for (size_t i = 0; i < SAMPLES; i++)
        in[i] = (float)(i * i % 101) / 101.0f;
    mbt_resampler *resampler = mbt_resampler_open(from, to, &reason);
    int good = mbt_resample(in, SAMPLES, from, whole, wanted, to, &reason) && resampler != NULL;
    do {
        size_t left = SAMPLES - taken;
        good = good && mbt_resampler_run(resampler, in + taken, left < piece ? left : piece, &used, got + given, room,
                                         &made, &reason);
        taken += good ? used : 0;
        given += good ? made : 0;
    } while (good && (taken < SAMPLES || made > 0));
    mbt_resampler_close(resampler);
    good = good && given == wanted && memcmp(got, whole, wanted * sizeof *got) == 0;
    if (!good)
        fprintf(stderr, "resample_check: %u to %u Hz by %zu and %zu: %s\n", from, to, piece, room, reason);
    return good;
}

/* Sample by sample: how far the output is behind at most is what mbt_resampler_latency says, and little less. */
static int is_behind(uint32_t from, uint32_t to)
{
    enum { SAMPLES = 20000, ROOM = 64 };
    float out[ROOM];
    const float in = 1;
    size_t used, made, given = 0;
    double worst = 0;
    const char *reason;
    mbt_resampler *resampler = mbt_resampler_open(from, to, &reason);
    int good = resampler != NULL;
    for (size_t i = 1; good && i <= SAMPLES; i++) {
        good = mbt_resampler_run(resampler, &in, 1, &used, out, ROOM, &made, &reason) && used == 1;
        given += made;
        worst = fmax(worst, (double)i - (double)given * from / to);
    }
    mbt_resampler_close(resampler);
    const double told = (double)mbt_resampler_latency(from, to), lower = from < to ? 1 : (double)from / to;
    good = good && worst <= told && worst >= told - 2 * lower;
    if (!good)
        fprintf(stderr, "resample_check: %u to %u Hz: %g behind, told %g\n", from, to, worst, told);
    return good;
}

int main(void)
{
    static const uint32_t rates[] = {8000, 11025, 16000, 22050, 44100, 48000, 96000};
    enum { RATES = sizeof rates / sizeof rates[0] };
    int failed = 0;
    for (int i = 0; i < RATES; i++) {
        for (int j = 0; j < RATES; j++) {
            double error = i == j ? 0.0 : worst_error(rates[i], rates[j]);
            if (!(error < 1e-5)) {
                fprintf(stderr, "resample_check: %u to %u Hz: off by %g\n", rates[i], rates[j], error);
                failed = 1;
            }
        }
    }
    for (size_t piece = 1; piece < 5000; piece = 3 * piece + 1) {
        failed |= !in_pieces(48000, 16000, piece, 1000) || !in_pieces(16000, 44100, 777, piece) ||
                  !in_pieces(8000, 16000, piece, piece) || !in_pieces(16000, 16000, piece, 50) ||
                  !in_pieces(44100, 16000, 5000, piece);
    }
    for (int i = 0; i < RATES; i++)
        failed |= rates[i] != 16000 && (!is_behind(rates[i], 16000) || !is_behind(16000, rates[i]));
    failed |= mbt_resampler_latency(16000, 16000) != 0;
    failed |= mbt_resampled_length(1, 48000, 16000) != 1 || mbt_resampled_length(441, 44100, 16000) != 160 ||
              mbt_resampled_length(442, 44100, 16000) != 161 || mbt_resampled_length(0, 8000, 16000) != 0;
    failed |= mbt_can_resample(16000, 16000 * 300) || !mbt_can_resample(8000, 16000) || mbt_can_resample(0, 16000);
    return failed;
}
