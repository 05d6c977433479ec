/* test_upper.c: what lies above a model's frequencies, beside models that this file makes up, so that what has to come
 * out is known. */
#include "tests/unit/unit_main.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tools/audio/resample.h"
#include "tools/command/enhance_upper.h"

#define PI 3.14159265358979323846

enum { MODEL_RATE = 16000, MOST = 4096, LAG = 3000 };

static const uint32_t rates[] = {16001, 22050, 32000, 44100, 48000, 96000, 192000};
static const char *reason;

static float *floats(size_t count)
{
    float *x = calloc(count, sizeof *x);
    ck_assert_ptr_nonnull(x);
    return x;
}

/* What the model does: a gain, always or in every other tenth of a second. */
typedef struct model {
    float gain, limit;
    bool pauses;
} model;

/* As enhance does it: `clean` comes from the model LAG samples after it went in, in pieces. */
static void enhance(const float *in, size_t samples, uint32_t rate, model m, size_t piece, float *out)
{
    const size_t model_samples = mbt_resampled_length(samples, rate, MODEL_RATE);
    float *noisy = floats(model_samples), *clean = floats(model_samples);
    ck_assert(mbt_resample(in, samples, rate, noisy, model_samples, MODEL_RATE, &reason));
    for (size_t i = 0; i < model_samples; i++)
        clean[i] = m.pauses && i / (MODEL_RATE / 10) % 2 == 1 ? 0 : m.gain * noisy[i];
    mbt_upper *upper = mbt_upper_open(MODEL_RATE, rate, m.limit, &reason);
    mbt_resampler *back = mbt_resampler_open(MODEL_RATE, rate, &reason);
    ck_assert(upper != NULL && back != NULL);
    size_t put = 0, got = 0, given = 0;
    while (given < samples) {
        const size_t more = model_samples - put < piece ? model_samples - put : piece;
        ck_assert(mbt_upper_put(upper, noisy + put, more));
        put += more;
        const size_t ready = put < model_samples ? (put > LAG ? put - LAG : 0) : put;
        const size_t count = ready - got < MOST ? ready - got : MOST;
        if (count == 0 && put < model_samples)
            continue;
        ck_assert(mbt_upper_follow(upper, clean + got, count));
        size_t done = 0, used, made;
        do {
            float block[MOST];
            ck_assert(mbt_resampler_run(back, clean + got + done, count - done, &used, block, MOST, &made, &reason));
            made = made < samples - given ? made : samples - given;
            ck_assert(mbt_upper_add(upper, count - done, in + given, 1, block, made, &reason));
            memcpy(out + given, block, made * sizeof *block);
            given += made;
            done += used;
        } while (done < count);
        got += count;
    }
    mbt_upper_close(upper);
    mbt_resampler_close(back);
    free(noisy);
    free(clean);
}

/* A model that changes nothing: the recording comes out, of white noise too, from the first hundredth of a second on,
 * which it takes until the gain is up. */
START_TEST(all_of_it)
{
    const uint32_t rate = rates[_i];
    const size_t samples = rate, begin = rate / 20;
    float *in = floats(samples), *out = floats(samples), *other = floats(samples);
    uint32_t state = 1;
    for (size_t i = 0; i < samples; i++) {
        state = state * 1664525u + 1013904223u;
        in[i] = (float)(state >> 8) / (1 << 23) - 1;
    }
    enhance(in, samples, rate, (model){.gain = 1}, 1000, out);
    double wrong = 0, all = 0;
    for (size_t i = begin; i < samples; i++) {
        wrong += pow((double)out[i] - (double)in[i], 2);
        all += pow(in[i], 2);
    }
    ck_assert_double_lt(10 * log10(wrong / all), -80);
    enhance(in, samples, rate, (model){.gain = 1}, 77, other);
    ck_assert_mem_eq(out, other, samples * sizeof *out);
    free(in);
    free(out);
    free(other);
}
END_TEST

static double level_of(const float *x, size_t count, double turns)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < count; i++) {
        re += x[i] * cos(2 * PI * fmod(turns * (double)i, 1));
        im += x[i] * sin(2 * PI * fmod(turns * (double)i, 1));
    }
    return 2 * hypot(re, im) / (double)count;
}

/* The gain of 10 kHz is that of 6 kHz, cubed, but no less than the limit: of a sine that is as loud all the time, and
 * of one that begins in the middle, from the same sample on. */
START_TEST(follows)
{
    enum { RATE = 48000, HALF = RATE / 2 };
    static const struct {
        float gain, limit;
        double expected;
    } cases[] = {{1, 0, 1}, {0.5f, 0, 0.125}, {0.25f, 0, 1.0 / 64}, {0, 0, 0}, {0, 12, 0.251189}};
    float *in = floats(RATE), *out = floats(RATE);
    for (size_t i = 0; i < RATE; i++)
        in[i] = (float)(0.2 * sin(2 * PI * fmod((double)i / 8, 1)) + 0.2 * sin(2 * PI * fmod((double)i * 10 / 48, 1)));
    enhance(in, RATE, RATE, (model){.gain = cases[_i].gain, .limit = cases[_i].limit}, 1000, out);
    const double expected = cases[_i].expected;
    ck_assert_double_eq_tol(level_of(out + HALF, HALF, 10.0 / 48) / 0.2, expected, 0.01 * expected + 1e-4);
    memset(in, 0, HALF * sizeof *in);
    enhance(in, RATE, RATE, (model){.gain = cases[_i].gain, .limit = cases[_i].limit}, 1000, out);
    for (size_t i = 0; i < HALF - 600; i++) /* but for what the filters' ring before it */
        ck_assert_float_lt(fabsf(out[i]), 1e-4f);
    ck_assert_double_eq_tol(level_of(out + HALF + 480, HALF - 480, 10.0 / 48) / 0.2, expected, 0.01 * expected + 1e-4);
    free(in);
    free(out);
}
END_TEST

/* The gain is that of its time: it goes with the pauses of the model. */
START_TEST(pauses)
{
    enum { RATE = 44100, STRETCH = RATE / 10 };
    float *in = floats(2 * RATE), *out = floats(2 * RATE);
    for (size_t i = 0; i < 2 * RATE; i++)
        in[i] = (float)(0.2 * sin(2 * PI * fmod((double)i / 7, 1)) + 0.2 * sin(2 * PI * fmod((double)i / 4, 1)));
    enhance(in, 2 * RATE, RATE, (model){.gain = 1, .pauses = true}, 1000, out);
    for (size_t i = 0; i < 20; i++) { /* but for 20 ms after each change */
        const double level = level_of(out + i * STRETCH + RATE / 50, STRETCH - 2 * (RATE / 50), 1.0 / 4) / 0.2;
        ck_assert_double_eq_tol(level, i % 2 == 0 ? 1 : 0, 0.06);
    }
    double early = 0;
    for (size_t i = 1; i < 20; i++) { /* half way within 6 ms */
        const double level = level_of(out + i * STRETCH + 6 * RATE / 1000, RATE / 200, 1.0 / 4) / 0.2;
        early = fmax(early, fabs(level - (i % 2 == 0)));
    }
    ck_assert_double_lt(early, 0.5);
    free(in);
    free(out);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("upper");
    tcase_add_loop_test(tests, all_of_it, 0, COUNT(rates));
    tcase_add_loop_test(tests, follows, 0, 5);
    tcase_add_test(tests, pauses);
    return unit_main(tests, "upper");
}
