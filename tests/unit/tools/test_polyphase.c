/* test_polyphase.c: sines through the change of rate, compared with the sines that they should be. */
#include "tests/unit/unit_main.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tools/fullband/polyphase.h"

#define PI 3.14159265358979323846

enum { MODEL_RATE = 16000, MOST = 768 };

static const uint32_t rates[] = {8000,  11025, 12000, 22050, 24000, 32000,  37800,
                                 44056, 44100, 48000, 88200, 96000, 176400, 192000};

static uint32_t state = 1;

static size_t up_to(size_t most)
{
    state = state * 1664525u + 1013904223u;
    return 1 + (state >> 8) % most;
}

typedef struct line {
    mbt_polyphase filter;
    mbt_polyphase_stream stream;
} line;

static line open_line(uint32_t from, uint32_t to, double more_delay)
{
    line l;
    ck_assert(mbt_polyphase_plan(&l.filter, from, to));
    ck_assert(mbt_polyphase_delay(&l.filter, l.filter.filter.half + more_delay));
    l.filter.weights = malloc(mbt_polyphase_weights(&l.filter) * sizeof(float));
    l.stream.room = mbt_polyphase_room(&l.filter, MOST);
    l.stream.samples = malloc(l.stream.room * sizeof(float));
    ck_assert(l.filter.weights != NULL && l.stream.samples != NULL);
    mbt_polyphase_compute(&l.filter);
    mbt_polyphase_begin(&l.filter, &l.stream);
    return l;
}

static void close_line(line *l)
{
    free(l->filter.weights);
    free(l->stream.samples);
}

/* All of the input in blocks of up to `block` samples; returns how many came out. */
static size_t run(line *l, const float *in, size_t samples, float *out, size_t room, size_t block)
{
    size_t made = 0;
    mbt_polyphase_begin(&l->filter, &l->stream);
    for (size_t done = 0, count; done < samples; done += count) {
        count = up_to(block);
        count = count < samples - done ? count : samples - done;
        mbt_polyphase_put(&l->filter, &l->stream, in + done, count);
        made += mbt_polyphase_get(&l->filter, &l->stream, out + made, room - made);
    }
    return made;
}

/* The loudest that the output differs from `level` times a sine delayed by the filter, relative to the input, in dB. */
static double error_of_sine(line *l, uint32_t from, uint32_t to, double hertz, double level)
{
    const size_t samples = from / 4, room = to / 4 + 16;
    float *in = malloc(samples * sizeof *in), *out = malloc(room * sizeof *out);
    for (size_t i = 0; i < samples; i++)
        in[i] = (float)sin(2 * PI * fmod(hertz * (double)i / from, 1));
    const size_t made = run(l, in, samples, out, room, MOST);
    ck_assert_uint_eq(made, (samples * (uint64_t)to + from - 1) / from);
    double most = 1e-9;
    for (size_t i = made / 2; i < made; i++) {
        const double seconds = (double)i / to - l->filter.delay / from;
        most = fmax(most, fabs((double)out[i] - level * sin(2 * PI * fmod(hertz * seconds, 1))));
    }
    free(in);
    free(out);
    return 20 * log10(most);
}

/* 7/8 of what both rates can carry passes as it is, with the delay told, and without images. */
START_TEST(passes)
{
    const uint32_t host = rates[_i];
    const double top = 0.875 * (host < MODEL_RATE ? host : MODEL_RATE) / 2;
    line down = open_line(host, MODEL_RATE, 0), up = open_line(MODEL_RATE, host, 0.37);
    for (int i = 1; i <= 8; i++) {
        ck_assert_double_lt(error_of_sine(&down, host, MODEL_RATE, top * i / 8, 1), -70);
        ck_assert_double_lt(error_of_sine(&up, MODEL_RATE, host, top * i / 8, 1), -70);
    }
    close_line(&down);
    close_line(&up);
}
END_TEST

/* Of what the lower rate cannot carry nothing is left, so that nothing is folded back. */
START_TEST(stops)
{
    const uint32_t host = rates[_i], low = host < MODEL_RATE ? host : MODEL_RATE,
                   high = host < MODEL_RATE ? MODEL_RATE : host;
    line down = open_line(high, low, 0);
    for (int i = 0; i < 12; i++) {
        const double bottom = 0.5 * low, top = 0.499 * high;
        ck_assert_double_lt(error_of_sine(&down, high, low, bottom + (top - bottom) * i / 11, 0), -72);
    }
    close_line(&down);
}
END_TEST

/* The same bits whatever the blocks, for long. */
START_TEST(same_bits)
{
    static const size_t blocks[] = {1, 7, 64, MOST};
    const uint32_t host = rates[_i];
    const size_t samples = host, room = 2 * (size_t)MODEL_RATE;
    float *in = malloc(samples * sizeof *in), *out[2];
    for (size_t i = 0; i < samples; i++)
        in[i] = (float)up_to(2001) / 1000 - 1;
    for (int k = 0; k < 2; k++)
        out[k] = malloc(room * sizeof *out[k]);
    line down = open_line(host, MODEL_RATE, 0);
    const size_t made = run(&down, in, samples, out[0], room, MOST / 2);
    for (int i = 0; i < COUNT(blocks); i++) {
        ck_assert_uint_eq(run(&down, in, samples, out[1], room, blocks[i]), made);
        ck_assert_mem_eq(out[0], out[1], made * sizeof **out);
    }
    close_line(&down);
    free(in);
    free(out[0]);
    free(out[1]);
}
END_TEST

/* Weights for each of thousands of phases are refused, and so are rates that nobody has. */
START_TEST(refused)
{
    static const uint32_t far[] = {0, 1, 3999, 768001, UINT32_MAX};
    mbt_polyphase p;
    for (int i = 0; i < COUNT(far); i++)
        ck_assert(!mbt_polyphase_plan(&p, far[i], MODEL_RATE) && !mbt_polyphase_plan(&p, MODEL_RATE, far[i]));
    ck_assert(mbt_polyphase_plan(&p, 47999, MODEL_RATE) && !mbt_polyphase_delay(&p, p.filter.half));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("polyphase");
    tcase_add_loop_test(tests, passes, 0, COUNT(rates));
    tcase_add_loop_test(tests, stops, 0, COUNT(rates));
    tcase_add_loop_test(tests, same_bits, 0, COUNT(rates));
    tcase_add_test(tests, refused);
    return unit_main(tests, "polyphase");
}
