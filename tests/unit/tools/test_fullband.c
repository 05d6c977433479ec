/* test_fullband.c: sound at the host's rate around a network that this file makes up, so that what has to come out is
 * known: the input delayed, softened, or silence. */
#include "tests/unit/unit_main.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tools/fullband/fullband.h"

#define PI 3.14159265358979323846

enum { MODEL_RATE = 16000, MODEL_LATENCY = 400, HOP = 200, MOST_LATENCY = MODEL_LATENCY + HOP };

/* The network: gain times the input, or that and the sample before it, averaged. */
struct mbt_enhancer {
    float past[MOST_LATENCY];
    size_t latency, place;
    float last;
};
struct mbt_model {
    uint32_t causal;
};
static const struct mbt_model causal = {1}, seeing_all = {0};
static float network_gain;
static bool network_averages;
static size_t blocks_held, opened;

static void play_network(float gain, bool averages)
{
    network_gain = gain;
    network_averages = averages;
}

void mbt_options_init(mbt_options *options)
{
    memset(options, 0, sizeof *options);
}

mbt_status mbt_model_describe(const mbt_model *model, mbt_model_info *info)
{
    if (model == NULL)
        return MBT_ERROR_ARGUMENT;
    *info = (mbt_model_info){.sample_rate = MODEL_RATE, .causal = model->causal, .latency = MODEL_LATENCY};
    return MBT_OK;
}

mbt_status mbt_open(const mbt_model *model, const mbt_options *options, mbt_enhancer **enhancer)
{
    (void)model;
    ck_assert(options->dry == 0);
    *enhancer = calloc(1, sizeof **enhancer);
    ck_assert_ptr_nonnull(*enhancer);
    (*enhancer)->latency = MODEL_LATENCY + (options->spread != 0 ? HOP : 0);
    opened++;
    return MBT_OK;
}

size_t mbt_latency(const mbt_enhancer *enhancer)
{
    return enhancer->latency;
}

ptrdiff_t mbt_process(mbt_enhancer *e, const float *in, float *out, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        const float now = in[i], old = e->past[e->place];
        out[i] = network_gain * (network_averages ? 0.5f * (old + e->last) : old);
        e->last = old;
        e->past[e->place] = now;
        e->place = (e->place + 1) % e->latency;
    }
    return 0;
}

void mbt_reset(mbt_enhancer *enhancer)
{
    memset(enhancer->past, 0, sizeof enhancer->past);
    enhancer->place = 0;
    enhancer->last = 0;
}

void mbt_close(mbt_enhancer *enhancer)
{
    opened -= enhancer != NULL;
    free(enhancer);
}

static const double rates[] = {8000, 11025, 12000, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000};

static uint32_t state = 1;

static uint32_t next(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static mbt_fullband *open_at(double rate, mbt_high_band high_band, const mbt_options *options)
{
    mbt_fullband *f = NULL;
    ck_assert_int_eq(mbt_fullband_open(&causal, options, rate, high_band, &f), MBT_OK);
    ck_assert_ptr_nonnull(f);
    return f;
}

static float *floats(size_t count)
{
    float *x = calloc(count, sizeof *x);
    ck_assert_ptr_nonnull(x);
    return x;
}

static void add_sine(float *x, size_t count, double rate, double hertz, double level)
{
    for (size_t i = 0; i < count; i++)
        x[i] += (float)(level * sin(2 * PI * fmod(hertz * (double)i / rate, 1)));
}

/* What there is of a frequency in x, a second long, as an amplitude. */
static double level_of(const float *x, size_t count, double rate, double hertz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < count; i++) {
        const double turns = 2 * PI * fmod(hertz * (double)i / rate, 1);
        re += x[i] * cos(turns);
        im += x[i] * sin(turns);
    }
    return 2 * hypot(re, im) / (double)count;
}

/* A network that changes nothing: the input comes out, delayed by what the latency says to a hundredth of a sample. Of
 * white noise all frequencies come where there is a high band; else those do that the network's rate and the host's
 * both carry. */
START_TEST(comes_out_delayed)
{
    const double rate = rates[_i];
    const size_t samples = (size_t)rate;
    float *in = floats(samples), *out = floats(samples);
    play_network(1, false);
    if (rate > MODEL_RATE)
        for (size_t i = 0; i < samples; i++)
            in[i] = (float)(next() % 2001) / 2000 - 0.5f;
    else
        for (int i = 1; i <= 6; i++)
            add_sine(in, samples, rate, 0.4 * rate * i / 6, 0.1);
    mbt_fullband *f = open_at(rate, MBT_HIGH_BAND_KEEP, NULL);
    const size_t latency = mbt_fullband_latency(f);
    ck_assert_double_ge((double)latency / rate, 0.025);
    ck_assert_double_le((double)latency / rate, rate < MODEL_RATE ? 0.035 : 0.03);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    double wrong = 0, all = 0;
    for (size_t i = samples / 4; i < samples; i++) {
        wrong += pow((double)out[i] - (double)in[i - latency], 2);
        all += pow((double)in[i - latency], 2);
    }
    ck_assert_double_lt(10 * log10(wrong / all), -65);
    ck_assert_double_lt(mbt_fullband_removed(f), 0.1);
    mbt_fullband_close(f);
    free(in);
    free(out);
}
END_TEST

/* The gain is what the network did to the energy from 5 to 7 kHz, to the power of 3/2, in the band where it did least,
 * with a tenth of that of both: an average of two samples leaves cos(pi f / 16000) of an amplitude. It does not fall
 * below what the limit allows. */
START_TEST(high_band_follows)
{
    static const struct {
        float gain;
        bool averages;
        float limit;
    } cases[] = {{1, false, 0}, {0.5f, false, 0}, {0.1f, false, 0}, {1, true, 0}, {0, false, 0}, {0, false, 6}};
    static const double high[] = {8700, 12000, 19000};
    const size_t samples = 96000, half = samples / 2;
    float *in = floats(samples), *out = floats(samples);
    add_sine(in, samples, 48000, 5500, 0.1);
    add_sine(in, samples, 48000, 6500, 0.1);
    for (int i = 0; i < COUNT(high); i++)
        add_sine(in, samples, 48000, high[i], 0.2);
    play_network(cases[_i].gain, cases[_i].averages);
    mbt_options options = {.limit = cases[_i].limit};
    mbt_fullband *f = open_at(48000, MBT_HIGH_BAND_KEEP, &options);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    const double least = cases[_i].averages ? pow(cos(PI * 5500 / MODEL_RATE), 2) : 1;
    const double most = cases[_i].averages ? pow(cos(PI * 6500 / MODEL_RATE), 2) : 1;
    double gain = pow((double)cases[_i].gain, 3) * pow((least + 0.1 * (least + most)) / 1.2, 1.5);
    if (cases[_i].limit > 0)
        gain = pow(10, -(double)cases[_i].limit / 20);
    for (int i = 0; i < COUNT(high); i++)
        ck_assert_double_eq_tol(level_of(out + half, half, 48000, high[i]) / 0.2, gain, 0.01 * gain + 1e-4);
    mbt_fullband_close(f);
    free(in);
    free(out);
}
END_TEST

/* Where nothing comes from 5 to 7 kHz, or the high band is dropped, nothing is above 8 kHz. */
START_TEST(high_band_gone)
{
    const size_t samples = 96000, half = samples / 2;
    float *in = floats(samples), *out = floats(samples);
    add_sine(in, samples, 48000, 12000, 0.2);
    if (_i == 0)
        add_sine(in, samples, 48000, 6000, 0.2);
    play_network(1, false);
    mbt_fullband *f = open_at(48000, _i == 0 ? MBT_HIGH_BAND_DROP : MBT_HIGH_BAND_KEEP, NULL);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    ck_assert_double_lt(level_of(out + half, half, 48000, 12000), 0.2e-3);
    ck_assert_double_eq_tol(level_of(out + half, half, 48000, 6000), _i == 0 ? 0.2 : 0, 0.2e-3);
    mbt_fullband_close(f);
    free(in);
    free(out);
}
END_TEST

/* A share of the input has all frequencies, as an option and as set later; the meter says what is left. */
START_TEST(dry_share)
{
    const size_t samples = 96000, half = samples / 2;
    float *in = floats(samples), *out = floats(samples);
    add_sine(in, samples, 48000, 3000, 0.2);
    add_sine(in, samples, 48000, 20000, 0.2);
    play_network(0, false);
    mbt_options options = {.dry = _i == 0 ? 0.1f : 0};
    mbt_fullband *f = open_at(48000, MBT_HIGH_BAND_KEEP, &options);
    if (_i == 1)
        mbt_fullband_set_dry(f, 0.1f);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    ck_assert_double_eq_tol(level_of(out + half, half, 48000, 3000), 0.02, 1e-5);
    ck_assert_double_eq_tol(level_of(out + half, half, 48000, 20000), 0.02, 1e-5);
    ck_assert_double_eq_tol(mbt_fullband_removed(f), 20, 0.05);
    mbt_fullband_set_dry(f, NAN);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    ck_assert_double_lt(level_of(out + half, half, 48000, 3000), 1e-6);
    ck_assert_double_ge(mbt_fullband_removed(f), 100);
    mbt_fullband_set_dry(f, 7);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    ck_assert_double_eq_tol(level_of(out + half, half, 48000, 20000), 0.2, 1e-5);
    memset(in, 0, samples * sizeof *in);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 0);
    ck_assert(mbt_fullband_removed(f) == 0);
    mbt_fullband_close(f);
    free(in);
    free(out);
}
END_TEST

/* NaN and infinity are silence, what is too loud is limited, and all of them are counted. */
START_TEST(hostile_samples)
{
    const double rate = rates[_i];
    const size_t samples = (size_t)rate;
    float *in = floats(samples), *tame = floats(samples), *out = floats(samples), *expected = floats(samples);
    play_network(0.7f, false);
    for (size_t i = 0; i < samples; i++)
        in[i] = tame[i] = (float)(next() % 2001) / 1000 - 1;
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -9, 8, -8};
    static const float good[] = {0, 0, 0, 8, -8, 8, -8};
    for (int i = 0; i < COUNT(bad); i++) {
        in[100 + 37 * i] = bad[i];
        tame[100 + 37 * i] = good[i];
    }
    mbt_fullband *f = open_at(rate, MBT_HIGH_BAND_KEEP, NULL);
    ck_assert_int_eq(mbt_fullband_process(f, in, out, samples), 5);
    mbt_fullband_reset(f);
    ck_assert_int_eq(mbt_fullband_process(f, tame, expected, samples), 0);
    ck_assert_mem_eq(out, expected, samples * sizeof *out);
    mbt_fullband_close(f);
    free(in);
    free(tame);
    free(out);
    free(expected);
}
END_TEST

static void *allocate_odd(void *cookie, size_t bytes)
{
    blocks_held += cookie == &blocks_held;
    char *block = malloc(bytes + 1);
    return block == NULL ? NULL : block + 1;
}

static void release_odd(void *cookie, void *block)
{
    blocks_held -= cookie == &blocks_held;
    free((char *)block - 1);
}

static void *allocate_nothing(void *cookie, size_t bytes)
{
    (void)cookie;
    (void)bytes;
    return NULL;
}

START_TEST(memory)
{
    mbt_options options = {.allocate = allocate_odd, .release = release_odd, .memory_cookie = &blocks_held};
    mbt_fullband *f = open_at(44100, MBT_HIGH_BAND_KEEP, &options);
    ck_assert_uint_eq(blocks_held, 1);
    ck_assert_uint_eq(opened, 1);
    mbt_fullband_close(f);
    ck_assert_uint_eq(blocks_held, 0);
    options.allocate = allocate_nothing;
    ck_assert_int_eq(mbt_fullband_open(&causal, &options, 44100, MBT_HIGH_BAND_KEEP, &f), MBT_ERROR_MEMORY);
    ck_assert_ptr_null(f);
    ck_assert_uint_eq(opened, 0);
}
END_TEST

START_TEST(refused)
{
    static const double wrong[] = {0, -1, NAN, INFINITY, 44100.5, 3999, 47999, 768001, 4294967296.0, 1e300};
    mbt_fullband *f;
    for (int i = 0; i < COUNT(wrong); i++) {
        f = (mbt_fullband *)(void *)&state;
        ck_assert_int_eq(mbt_fullband_open(&causal, NULL, wrong[i], MBT_HIGH_BAND_KEEP, &f), MBT_ERROR_ARGUMENT);
        ck_assert_ptr_null(f);
    }
    ck_assert_int_eq(mbt_fullband_open(&causal, NULL, 48000, (mbt_high_band)2, &f), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_fullband_open(&causal, NULL, 48000, MBT_HIGH_BAND_KEEP, NULL), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_fullband_open(NULL, NULL, 48000, MBT_HIGH_BAND_KEEP, &f), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_fullband_open(&seeing_all, NULL, 48000, MBT_HIGH_BAND_KEEP, &f), MBT_ERROR_STREAM);
    const mbt_options options = {.dry = 2};
    ck_assert_int_eq(mbt_fullband_open(&causal, &options, 48000, MBT_HIGH_BAND_KEEP, &f), MBT_ERROR_ARGUMENT);
    ck_assert_uint_eq(opened, 0);
    ck_assert_uint_eq(mbt_fullband_latency(NULL), 0);
    ck_assert(mbt_fullband_removed(NULL) == 0);
    ck_assert_int_eq(mbt_fullband_process(NULL, NULL, NULL, 0), MBT_ERROR_ARGUMENT);
    mbt_fullband_set_dry(NULL, 1);
    mbt_fullband_reset(NULL);
    mbt_fullband_close(NULL);
    f = open_at(48000, MBT_HIGH_BAND_KEEP, NULL);
    ck_assert_int_eq(mbt_fullband_process(f, NULL, NULL, 0), 0);
    ck_assert_int_eq(mbt_fullband_process(f, NULL, NULL, 1), MBT_ERROR_ARGUMENT);
    mbt_fullband_close(f);
}
END_TEST

/* The bits that gcc and clang make on x86-64, with and without AVX and FMA to choose from, and gcc for aarch64: FNV-1a
 * over the bits of the samples, of noise through a network that takes 3 dB away. */
START_TEST(bits_of_all_machines)
{
    static const struct {
        double rate;
        uint64_t hash;
    } cases[] = {{8000, UINT64_C(3400380964709683970)},
                 {44100, UINT64_C(149763505050338630)},
                 {48000, UINT64_C(5404878445608518010)},
                 {192000, UINT64_C(14615510908449006276)}};
    const size_t samples = (size_t)cases[_i].rate;
    float *x = floats(samples);
    state = 1;
    for (size_t i = 0; i < samples; i++)
        x[i] = (float)next() / (1 << 24) - 0.5f;
    play_network(0.7f, false);
    mbt_fullband *f = open_at(cases[_i].rate, MBT_HIGH_BAND_KEEP, NULL);
    mbt_fullband_set_dry(f, 0.1f);
    ck_assert_int_eq(mbt_fullband_process(f, x, x, samples), 0);
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < samples; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(1099511628211);
    }
    ck_assert_uint_eq(hash, cases[_i].hash);
    mbt_fullband_close(f);
    free(x);
}
END_TEST

/* A network that spreads its work is a hop later, 12.5 ms. */
START_TEST(spread)
{
    const mbt_options options = {.spread = 1};
    mbt_fullband *one = open_at(48000, MBT_HIGH_BAND_KEEP, NULL), *two = open_at(48000, MBT_HIGH_BAND_KEEP, &options);
    ck_assert_uint_eq(mbt_fullband_latency(two), mbt_fullband_latency(one) + 600);
    play_network(1, false);
    float in[4096] = {[1000] = 1}, out[4096];
    ck_assert_int_eq(mbt_fullband_process(two, in, out, 4096), 0);
    for (size_t i = 0; i < 4096; i++)
        ck_assert(i == 1000 + mbt_fullband_latency(two) ? out[i] > 0.3f : out[i] < 0.3f);
    mbt_fullband_close(one);
    mbt_fullband_close(two);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fullband");
    tcase_add_loop_test(tests, comes_out_delayed, 0, COUNT(rates));
    tcase_add_loop_test(tests, high_band_follows, 0, 6);
    tcase_add_loop_test(tests, high_band_gone, 0, 2);
    tcase_add_loop_test(tests, dry_share, 0, 2);
    tcase_add_loop_test(tests, hostile_samples, 0, COUNT(rates));
    tcase_add_loop_test(tests, bits_of_all_machines, 0, 4);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, spread);
    return unit_main(tests, "fullband");
}
