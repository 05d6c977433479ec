/* speech.c: the synthetic recordings that bench measures with. */
#include "tools/bench/speech.h"

#include <math.h>

#include "common/random.h"

enum { HARMONICS = 12 };

static const double turn = 2 * 3.14159265358979;

double mbt_bench_noise(uint64_t position)
{
    return 2 * mbt_random_fraction(mbt_random_at(position)) - 1;
}

/* The sum of sin(h p) / h for h from 1 to HARMONICS, by sin((h + 1) p) = 2 cos(p) sin(h p) - sin((h - 1) p). */
static double harmonics(double p)
{
    const double factor = 2 * cos(p);
    double before = 0, sine = sin(p), sum = 0;
    for (int h = 1; h <= HARMONICS; h++) {
        const double next = factor * sine - before;
        sum += sine / h;
        before = sine;
        sine = next;
    }
    return sum;
}

void mbt_bench_speech(float *samples, size_t count, uint64_t position, double rate)
{
    for (size_t i = 0; i < count; i++) {
        const double t = (double)(position + i) / rate;
        const double syllable = fmax(0, sin(turn * 2 * t)) * fmax(0, sin(turn * 0.4 * t + 1) + 0.8);
        /* The integral of the pitch, 130 + 30 sin(2 pi 0.7 t) Hz. */
        const double turns = 130 * t - 30 / (turn * 0.7) * cos(turn * 0.7 * t);
        const double voice = syllable > 0 ? harmonics(turn * (turns - floor(turns))) : 0;
        samples[i] = (float)(0.15 * syllable * voice + 0.03 * mbt_bench_noise(position + i));
    }
}

void mbt_bench_talk(float *samples, size_t count, uint64_t position, double rate)
{
    const double period = 600, begin = 10, end = 70; /* s */
    mbt_bench_speech(samples, count, position, rate);
    for (size_t i = 0; i < count; i++) {
        const double at = fmod((double)(position + i) / rate, period);
        if (at >= begin && at < end)
            samples[i] = 0;
    }
}
