/* test_fullband_live.c: the causal network at the rates of hosts: the same bits whatever the blocks, the delay that is
 * told, and nothing from the heap after opening. */
#include "tests/unit/unit_main.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tools/bench/speech.h"
#include "tools/fullband/fullband.h"

extern const mbt_model mbt_model_live_int8;

static const double rates[] = {8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000};

/* The linker sends all calls here (--wrap). */
static bool counting;
static size_t calls;
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *block, size_t bytes);
void __real_free(void *block);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);
void __wrap_free(void *block);

void *__wrap_malloc(size_t bytes)
{
    calls += counting;
    return __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    calls += counting;
    return __real_calloc(count, bytes);
}

void *__wrap_realloc(void *block, size_t bytes)
{
    calls += counting;
    return __real_realloc(block, bytes);
}

void __wrap_free(void *block)
{
    calls += counting;
    __real_free(block);
}

static uint32_t state = 1;

static size_t up_to(size_t most)
{
    state = state * 1664525u + 1013904223u;
    return 1 + (state >> 8) % most;
}

static mbt_fullband *open_at(double rate, mbt_high_band high_band, const mbt_options *options)
{
    mbt_fullband *f = NULL;
    ck_assert_int_eq(mbt_fullband_open(&mbt_model_live_int8, options, rate, high_band, &f), MBT_OK);
    return f;
}

static float *speech(double rate, size_t count)
{
    float *x = malloc(count * sizeof *x);
    ck_assert_ptr_nonnull(x);
    mbt_bench_speech(x, count, 0, rate);
    return x;
}

/* In place, in blocks of up to `most`. The checks of the tests take memory of their own. */
static void process(mbt_fullband *f, float *x, size_t samples, size_t most)
{
    for (size_t done = 0, count; done < samples; done += count) {
        count = up_to(most);
        count = count < samples - done ? count : samples - done;
        counting = true;
        const ptrdiff_t replaced = mbt_fullband_process(f, x + done, x + done, count);
        counting = false;
        ck_assert_int_eq(replaced, 0);
    }
    ck_assert_uint_eq(calls, 0);
}

START_TEST(same_bits)
{
    static const size_t blocks[] = {1, 32, 441, 5000, 65536};
    const double rate = rates[_i];
    const size_t samples = (size_t)rate;
    float *in = speech(rate, samples), *expected = malloc(samples * sizeof *in), *out = malloc(samples * sizeof *in);
    mbt_fullband *f = open_at(rate, MBT_HIGH_BAND_KEEP, NULL);
    ck_assert_int_eq(mbt_fullband_process(f, in, expected, samples), 0);
    for (int i = 0; i < COUNT(blocks); i++) {
        memcpy(out, in, samples * sizeof *in);
        mbt_fullband_reset(f);
        process(f, out, samples, blocks[i]);
        ck_assert_mem_eq(out, expected, samples * sizeof *out);
    }
    mbt_fullband_close(f);
    mbt_fullband *other = open_at(rate, MBT_HIGH_BAND_KEEP, NULL);
    memcpy(out, in, samples * sizeof *in);
    process(other, out, samples, 1000);
    ck_assert_mem_eq(out, expected, samples * sizeof *out);
    mbt_fullband_close(other);
    free(in);
    free(expected);
    free(out);
}
END_TEST

/* At the model's own rate it is mbt_process. */
START_TEST(own_rate)
{
    enum { SAMPLES = 32000 };
    mbt_options options;
    mbt_options_init(&options);
    options.limit = _i == 0 ? 0 : 12;
    options.dry = _i == 0 ? 0 : 0.25f;
    float *in = speech(16000, SAMPLES), *expected = malloc(SAMPLES * sizeof *in), *out = malloc(SAMPLES * sizeof *in);
    in[1234] = NAN;
    in[2345] = 1e9f;
    mbt_enhancer *enhancer;
    ck_assert_int_eq(mbt_open(&mbt_model_live_int8, &options, &enhancer), MBT_OK);
    mbt_fullband *f = open_at(16000, MBT_HIGH_BAND_KEEP, &options);
    ck_assert_uint_eq(mbt_fullband_latency(f), mbt_latency(enhancer));
    ck_assert_int_eq(mbt_process(enhancer, in, expected, SAMPLES), 2);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, SAMPLES), 2);
    ck_assert_mem_eq(out, expected, SAMPLES * sizeof *out);
    mbt_close(enhancer);
    mbt_fullband_close(f);
    free(in);
    free(expected);
    free(out);
}
END_TEST

/* The lag at which the result is most like the input, among all within 5 ms of the one told. The network takes next to
 * nothing away, and moves phases a little. */
START_TEST(delay_as_told)
{
    const double rate = rates[_i];
    const size_t samples = 2 * (size_t)rate, most = (size_t)(0.005 * rate);
    mbt_options options;
    mbt_options_init(&options);
    options.limit = 0.1f;
    float *in = speech(rate, samples), *out = malloc(samples * sizeof *in);
    mbt_fullband *f = open_at(rate, MBT_HIGH_BAND_KEEP, &options);
    const size_t latency = mbt_fullband_latency(f);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    size_t best = 0;
    double highest = 0;
    for (size_t lag = latency - most; lag <= latency + most; lag++) {
        double sum = 0;
        for (size_t i = samples / 4; i < samples; i++)
            sum += (double)out[i] * in[i - lag];
        best = sum > highest ? lag : best;
        highest = sum > highest ? sum : highest;
    }
    ck_assert_uint_eq(best, latency);
    mbt_fullband_close(f);
    free(in);
    free(out);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fullband_live");
    tcase_add_loop_test(tests, same_bits, 0, COUNT(rates));
    tcase_add_loop_test(tests, own_rate, 0, 2);
    tcase_add_loop_test(tests, delay_as_told, 0, COUNT(rates));
    return unit_main(tests, "fullband_live");
}
