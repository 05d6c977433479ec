/* demo_mix.c: makes the demo's sounds: recorded voice, and the same voice in generated noise.
 *
 *     mbt_demo_mix [--rate HZ] SNR_DB CLEAN.wav NOISY.wav VOICE.wav...
 *
 * 16 kHz unless it says otherwise, mono, 16 bits, from the first channels.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

#include "common/random.h"
#include "tools/audio/resample.h"

enum { DEFAULT_RATE = 16000, LEAST_RATE = 8000, MOST_RATE = 192000 };

typedef struct signal {
    float *samples;
    size_t count;
    uint32_t rate;
} signal;

static bool fail(const char *what, const char *why)
{
    fprintf(stderr, "mbt_demo_mix: %s: %s\n", what, why);
    return false;
}

/* The first channel of a file. */
static bool read_first_channel(const char *path, signal *voice)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL)
        return fail(path, sf_strerror(NULL));
    size_t channels = (size_t)info.channels, frames = (size_t)info.frames;
    float *all = frames < SIZE_MAX / 8 / channels ? calloc(frames * channels + 1, sizeof *all) : NULL;
    sf_count_t got = all != NULL ? sf_readf_float(file, all, info.frames) : 0;
    sf_close(file);
    if (all == NULL || got < 1) {
        free(all);
        return fail(path, all == NULL ? "out of memory" : "no samples");
    }
    for (size_t i = 0; i < (size_t)got; i++)
        all[i] = all[i * channels];
    *voice = (signal){all, (size_t)got, (uint32_t)info.samplerate};
    return true;
}

/* Appends a file at the rate of all, and a pause. */
static bool append_voice(const char *path, signal *all)
{
    signal voice;
    if (!read_first_channel(path, &voice))
        return false;
    size_t added = mbt_resampled_length(voice.count, voice.rate, all->rate), pause = all->rate / 4;
    float *grown = realloc(all->samples, (all->count + added + pause) * sizeof *grown);
    const char *reason = "out of memory";
    bool done = grown != NULL;
    if (done) {
        all->samples = grown;
        done = mbt_resample(voice.samples, voice.count, voice.rate, grown + all->count, added, all->rate, &reason);
        memset(grown + all->count + added, 0, pause * sizeof *grown);
        all->count += added + pause;
    }
    free(voice.samples);
    return done || fail(path, reason);
}

/* Pink noise (white noise through Paul Kellet's economy filter), swelling slowly like wind or traffic. */
static double next_noise(double pole[3], double seconds, uint64_t *state)
{
    double white = 2.0 * mbt_random_fraction(mbt_random_next(state)) - 1.0;
    pole[0] = 0.99765 * pole[0] + 0.0990460 * white;
    pole[1] = 0.96300 * pole[1] + 0.2965164 * white;
    pole[2] = 0.57000 * pole[2] + 1.0526913 * white;
    double pink = pole[0] + pole[1] + pole[2] + 0.1848 * white;
    return pink * (1.0 + 0.5 * sin(2.0 * seconds) + 0.3 * sin(5.1 * seconds + 1.0));
}

static double energy(const float *x, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += (double)x[i] * x[i];
    return sum;
}

/* noisy = clean + noise at snr_db; both scaled alike so that neither clips. */
static void mix(float *clean, float *noisy, size_t count, uint32_t rate, double snr_db)
{
    double pole[3] = {0.0, 0.0, 0.0};
    uint64_t state = 1;
    for (size_t i = 0; i < count; i++)
        noisy[i] = (float)next_noise(pole, (double)i / rate, &state);
    double gain = sqrt(energy(clean, count) / energy(noisy, count) * pow(10.0, -snr_db / 10.0));
    double peak = 0.0;
    for (size_t i = 0; i < count; i++) {
        noisy[i] = (float)(clean[i] + gain * noisy[i]);
        peak = fmax(peak, fmax(fabs((double)noisy[i]), fabs((double)clean[i])));
    }
    for (size_t i = 0; i < count; i++) {
        clean[i] = (float)(clean[i] * 0.9 / peak);
        noisy[i] = (float)(noisy[i] * 0.9 / peak);
    }
}

static bool write_wav(const char *path, const float *samples, size_t count, uint32_t rate)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = (int)rate;
    info.channels = 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    if (file == NULL)
        return fail(path, sf_strerror(NULL));
    bool done = sf_writef_float(file, samples, (sf_count_t)count) == (sf_count_t)count;
    done = sf_close(file) == 0 && done;
    return done || fail(path, "cannot write");
}

static bool run_mix(uint32_t rate, double snr_db, const char *clean_path, const char *noisy_path, char **voices)
{
    signal clean = {NULL, 0, rate};
    bool done = true;
    for (; done && *voices != NULL; voices++)
        done = append_voice(*voices, &clean);
    float *noisy = done ? malloc((clean.count + 1) * sizeof *noisy) : NULL;
    if (done && (noisy == NULL || energy(clean.samples, clean.count) <= 0.0))
        done = fail("mix", noisy == NULL ? "out of memory" : "the voice is silent");
    if (done) {
        mix(clean.samples, noisy, clean.count, rate, snr_db);
        done =
            write_wav(clean_path, clean.samples, clean.count, rate) && write_wav(noisy_path, noisy, clean.count, rate);
    }
    free(noisy);
    free(clean.samples);
    return done;
}

/* A number within limits; NAN if text is none. */
static double number(const char *text, double least, double most)
{
    char *end;
    const double value = strtod(text, &end);
    return end != text && *end == '\0' && value >= least && value <= most ? value : NAN;
}

int main(int argc, char **argv)
{
    double rate = DEFAULT_RATE;
    if (argc >= 3 && strcmp(argv[1], "--rate") == 0) {
        rate = floor(number(argv[2], LEAST_RATE, MOST_RATE));
        argc -= 2;
        argv += 2;
    }
    const double snr_db = argc >= 5 ? number(argv[1], -100, 100) : NAN;
    if (!isnan(rate) && !isnan(snr_db))
        return run_mix((uint32_t)rate, snr_db, argv[2], argv[3], argv + 4) ? 0 : 1;
    fputs("usage: mbt_demo_mix [--rate HZ] SNR_DB CLEAN.wav NOISY.wav VOICE.wav...\n", stderr);
    return 2;
}
