/* test_lag.c: shifts that are known are found, to the sample, and none is found where there is none. */
#include "tests/unit/unit_main.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tools/compare/lag.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

enum { FRAMES = 30000, RATE = 16000 };

static float source[2 * FRAMES], reference[2 * FRAMES], signal[2 * FRAMES];

static float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 8388608.0f - 1;
}

/* source: noise of half a sample's memory, as voices have more of; white where a test computes with it. */
static void fill(float *samples, size_t count, float memory, uint32_t state)
{
    float last = 0;
    for (size_t i = 0; i < count; i++)
        samples[i] = last = memory * last + noise(&state);
}

/* Frames from FRAMES / 2 + offset on. */
static void cut(float *samples, ptrdiff_t offset, size_t frames)
{
    memcpy(samples, source + FRAMES / 2 + offset, frames * sizeof *samples);
}

static ptrdiff_t found(size_t frames, size_t channels, uint32_t rate)
{
    ptrdiff_t lag = 77;
    ck_assert(mbt_lag_find(reference, signal, frames, channels, rate, &lag));
    return lag;
}

/* A signal that is later by 5 has at frame 5 what the reference has at 0. */
static const ptrdiff_t shifts[] = {1, -1, 5, -160, 1234, -1234, 7000, -7499};

START_TEST(shifts_are_found)
{
    fill(source, 2 * FRAMES, 0.5f, 1);
    cut(reference, 0, 15000);
    cut(signal, -shifts[_i], 15000);
    ck_assert_int_eq(found(15000, 1, RATE), shifts[_i]);
    for (size_t i = 0; i < 15000; i++)
        signal[i] = -1e-3f * signal[i] + 0.3f; /* inverted, quieter, and with a mean */
    ck_assert_int_eq(found(15000, 1, RATE), shifts[_i]);
}
END_TEST

/* 10000 frames at most, in blocks of less than all frames. */
START_TEST(shifts_of_long_recordings)
{
    static const ptrdiff_t offsets[] = {9999, -10000, 3};
    fill(source, 2 * FRAMES, 0.5f, 2);
    for (int i = 0; i < COUNT(offsets); i++) {
        memset(signal, 0, sizeof signal);
        memcpy(reference, source, sizeof reference);
        const ptrdiff_t by = offsets[i];
        if (by > 0)
            memcpy(signal + by, source, (2 * FRAMES - (size_t)by) * sizeof *signal);
        else
            memcpy(signal, source - by, (2 * FRAMES - (size_t)-by) * sizeof *signal);
        ck_assert_int_eq(found(2 * FRAMES, 1, 1000), by);
        if (by % 2 == 0) /* the same as two channels */
            ck_assert_int_eq(found(FRAMES, 2, 1000), by / 2);
    }
}
END_TEST

/* Channel 0 is silent in both, channel 1 is shifted. */
START_TEST(one_channel_of_two)
{
    fill(source, 2 * FRAMES, 0.5f, 3);
    memset(reference, 0, sizeof reference);
    memset(signal, 0, sizeof signal);
    for (size_t i = 0; i < 10000; i++) {
        reference[2 * i + 1] = source[i + 100];
        signal[2 * i + 1] = source[i];
    }
    ck_assert_int_eq(found(10000, 2, RATE), 100);
}
END_TEST

/* White noise and its echo of gain g after 100 frames: no lag leaves g^2 / (1 + g^2), a lag of 100 frames 1 / (1 + g^2)
 * of it unexplained. The one is 1 dB better than the other from g = 1.122 on. Estimates from 30000 frames are within
 * 2 %. */
START_TEST(what_is_clearly_better)
{
    static const struct {
        float gain;
        ptrdiff_t lag;
    } cases[] = {{0.9f, 0}, {1.0f, 0}, {1.09f, 0}, {1.16f, 100}, {1.5f, 100}, {-1.5f, 100}, {20, 100}};
    fill(source, 2 * FRAMES, 0, 4);
    for (int i = 0; i < COUNT(cases); i++) {
        cut(reference, 0, FRAMES);
        for (ptrdiff_t n = 0; n < FRAMES; n++)
            signal[n] = source[FRAMES / 2 + n] + cases[i].gain * source[FRAMES / 2 + n - 100];
        ck_assert_int_eq(found(FRAMES, 1, RATE), cases[i].lag);
    }
}
END_TEST

/* The same, another recording, noise in the way, silence, a constant, a tone of whole periods. */
START_TEST(no_lag)
{
    fill(source, 2 * FRAMES, 0.5f, 5);
    cut(reference, 0, 15000);
    cut(signal, 0, 15000);
    ck_assert_int_eq(found(15000, 1, RATE), 0);
    uint32_t state = 6;
    for (size_t i = 0; i < 15000; i++)
        signal[i] += 5 * noise(&state);
    ck_assert_int_eq(found(15000, 1, RATE), 0);
    fill(signal, 15000, 0.5f, 7);
    ck_assert_int_eq(found(15000, 1, RATE), 0);
    memset(signal, 0, sizeof signal);
    ck_assert_int_eq(found(15000, 1, RATE), 0);
    for (size_t i = 0; i < 15000; i++)
        signal[i] = 0.5f;
    ck_assert_int_eq(found(15000, 1, RATE), 0);
    memset(reference, 0, sizeof reference);
    ck_assert_int_eq(found(15000, 1, RATE), 0);
    for (size_t i = 0; i < 16000; i++)
        reference[i] = signal[i] = (float)sin(0.39269908169872414 * (double)i);
    ck_assert_int_eq(found(16000, 1, RATE), 0);
}
END_TEST

/* Noise as loud as the voice does not hide the lag. */
START_TEST(in_noise)
{
    fill(source, 2 * FRAMES, 0.5f, 8);
    cut(reference, 0, 15000);
    cut(signal, 321, 15000);
    uint32_t state = 9;
    for (size_t i = 0; i < 15000; i++)
        signal[i] += noise(&state);
    ck_assert_int_eq(found(15000, 1, RATE), -321);
}
END_TEST

START_TEST(any_length_level_and_rate)
{
    static const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 100};
    static const uint32_t rates[] = {1, 8000, UINT32_MAX};
    fill(source, 2 * FRAMES, 0.5f, 10);
    for (int i = 0; i < COUNT(lengths); i++)
        for (int r = 0; r < COUNT(rates); r++) {
            cut(reference, 0, lengths[i]);
            cut(signal, 0, lengths[i]);
            ck_assert_int_eq(found(lengths[i], 1, rates[r]), 0);
        }
    cut(reference, 0, 1000);
    cut(signal, -3, 1000);
    for (size_t i = 0; i < 1000; i++) {
        reference[i] *= 1e-38f;
        signal[i] *= 3e37f;
    }
    ck_assert_int_eq(found(1000, 1, UINT32_MAX), 3);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("lag");
    tcase_set_timeout(tests, 600);
    tcase_add_loop_test(tests, shifts_are_found, 0, COUNT(shifts));
    tcase_add_test(tests, shifts_of_long_recordings);
    tcase_add_test(tests, one_channel_of_two);
    tcase_add_test(tests, what_is_clearly_better);
    tcase_add_test(tests, no_lag);
    tcase_add_test(tests, in_noise);
    tcase_add_test(tests, any_length_level_and_rate);
    return unit_main(tests, "lag");
}
