/* test_metrics.c: the measures of `mambattention compare` against those that tools/dev/make-metrics-data computed with
 * numpy and scipy, and against values worked out by hand. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tools/compare/metric.h"
#include "tools/compare/metric_spectrum.h"
#include "tests/unit/unit_main.h"

#define PI 3.14159265358979323846

/* Of double-precision sums in another order, and of transforms in float, whose errors cancel in the mean over
 * frames. */
#define CLOSE 1e-6

/* STOI's signals resampled by another filter: measured at most 3.5e-5. At 8 kHz, where the highest band ends beyond
 * the recording's 4 kHz and holds what each filter leaves there, 8e-4 for STOI and 4e-3 for ESTOI. */
#define CLOSE_RESAMPLED 1e-4
#define CLOSE_BEYOND 5e-3

/* Power of a bin for each sample of the frame, of samples up to 0.5: KissFFT works in float. Measured at most
 * 1.6e-7. */
#define CLOSE_SPECTRUM 3e-7

enum { CASES = 24, LONGEST = 88200 };

typedef struct expected {
    char name[16];
    uint32_t rate;
    size_t samples;
    long sum_reference, sum_signal;
    double values[MBT_METRICS];
} expected;

static expected cases[CASES];
static float reference[LONGEST], degraded[LONGEST];

static void read_cases(void)
{
    FILE *file = fopen(MBT_UNIT_DATA "/metrics.txt", "r");
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < CASES; i++) {
        expected *e = &cases[i];
        double *v = e->values;
        ck_assert_int_eq(fscanf(file, "%15s %u %zu %ld %ld %lf %lf %lf %lf %lf %lf", e->name, &e->rate, &e->samples,
                                &e->sum_reference, &e->sum_signal, &v[MBT_METRIC_SNR], &v[MBT_METRIC_SI_SDR],
                                &v[MBT_METRIC_SEGMENTAL_SNR], &v[MBT_METRIC_STOI], &v[MBT_METRIC_ESTOI],
                                &v[MBT_METRIC_LSD]),
                         11);
        ck_assert_uint_le(e->samples, LONGEST);
    }
    ck_assert_int_eq(fscanf(file, " %*c"), EOF);
    fclose(file);
}

static double draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state / 4294967296.0;
}

static float to_int16(double x)
{
    const double whole = floor(x + 0.5);
    return (float)((whole < -32768.0 ? -32768.0 : whole > 32767.0 ? 32767.0 : whole) / 32768.0);
}

/* The three signals of make-metrics-data, which explains them. */
static void make_voice(float *out, uint32_t rate, size_t samples, uint32_t state)
{
    const size_t syllable = rate / 8;
    size_t period = 1;
    double loudness = 0, resonance = 0, breath = 0, y1 = 0, y2 = 0;
    for (size_t n = 0; n < samples; n++) {
        const size_t at = n % syllable;
        if (at == 0) {
            loudness = floor(draw(&state) * 6) * 300;
            period = rate / 200 + (size_t)floor(draw(&state) * (rate / 200));
            resonance = draw(&state) * 3.0 - 1.2;
            breath = draw(&state);
        }
        const double noise = draw(&state) - 0.5;
        const double envelope = loudness * (double)(at < syllable - at ? at : syllable - at) / (double)syllable;
        const double y = envelope * ((n % period == 0 ? 8.0 : 0.0) + breath * noise) + resonance * y1 - 0.9 * y2;
        y2 = y1;
        y1 = y;
        out[n] = to_int16(y);
    }
}

static void make_noisy(float *out, const float *in, size_t samples, double level, uint32_t state)
{
    for (size_t n = 0; n < samples; n++)
        out[n] = to_int16(32768.0 * in[n] + level * (draw(&state) - 0.5));
}

static void make_muffled(float *out, const float *in, size_t samples, double gain, double offset)
{
    double y = 0;
    for (size_t n = 0; n < samples; n++) {
        y = 0.5 * y + 0.5 * (32768.0 * in[n]);
        out[n] = to_int16(gain * y + offset);
    }
}

static void expect_sum(const float *x, size_t samples, long wanted)
{
    double sum = 0;
    for (size_t n = 0; n < samples; n++)
        sum += 32768.0 * fabs((double)x[n]);
    ck_assert_double_eq(sum, (double)wanted);
}

static void make_signals(const expected *e)
{
    make_voice(reference, e->rate, e->samples, 2011);
    if (strncmp(e->name, "noisy-", 6) == 0) {
        make_noisy(degraded, reference, e->samples, atof(e->name + 6), 5);
    } else if (strcmp(e->name, "muffled") == 0) {
        make_muffled(degraded, reference, e->samples, 0.8, 0);
    } else if (strcmp(e->name, "offset") == 0) {
        make_muffled(degraded, reference, e->samples, -1.7, 900);
        make_noisy(degraded, degraded, e->samples, 200, 8);
    } else {
        ck_assert_str_eq(e->name, "other");
        make_voice(degraded, e->rate, e->samples, 1948);
    }
    expect_sum(reference, e->samples, e->sum_reference);
    expect_sum(degraded, e->samples, e->sum_signal);
}

/* A signal of the test's, whose samples live as long as the test. */
static mbt_metric_signal begin(const float *samples, size_t count, uint32_t rate)
{
    mbt_metric_signal signal;
    const char *reason = "";
    ck_assert_msg(mbt_metric_signal_begin(&signal, samples, count, rate, &reason), "%s", reason);
    return signal;
}

static void measure(size_t samples, uint32_t rate, double values[MBT_METRICS])
{
    mbt_metric_signal r = begin(reference, samples, rate), s = begin(degraded, samples, rate);
    ck_assert(mbt_metrics(&r, &s, values));
    mbt_metric_signal_end(&r);
    mbt_metric_signal_end(&s);
}

START_TEST(as_numpy)
{
    static const char *const names[] = {"SNR", "SI-SDR", "segmental SNR", "STOI", "ESTOI", "LSD"};
    const expected *e = &cases[_i];
    double values[MBT_METRICS];
    make_signals(e);
    measure(e->samples, e->rate, values);
    for (int m = 0; m < MBT_METRICS; m++) {
        const bool resampled = e->rate != MBT_STOI_RATE && (m == MBT_METRIC_STOI || m == MBT_METRIC_ESTOI);
        const double tolerance = !resampled ? CLOSE : e->rate < 2 * 4277 ? CLOSE_BEYOND : CLOSE_RESAMPLED;
        ck_assert_msg(fabs(values[m] - e->values[m]) <= tolerance, "%s at %u Hz: %s is %.9g, not %.9g", e->name,
                      e->rate, names[m], values[m], e->values[m]);
    }
}
END_TEST

START_TEST(equal_recordings)
{
    const size_t samples = 32000;
    double values[MBT_METRICS];
    make_voice(reference, 16000, samples, 2011);
    memcpy(degraded, reference, sizeof degraded);
    measure(samples, 16000, values);
    ck_assert(isinf(values[MBT_METRIC_SNR]) && values[MBT_METRIC_SNR] > 0);
    ck_assert(isinf(values[MBT_METRIC_SI_SDR]) && values[MBT_METRIC_SI_SDR] > 0);
    ck_assert_double_eq(values[MBT_METRIC_SEGMENTAL_SNR], 35); /* silent frames among them */
    ck_assert_double_eq_tol(values[MBT_METRIC_STOI], 1, 1e-12);
    ck_assert_double_eq_tol(values[MBT_METRIC_ESTOI], 1, 1e-12);
    ck_assert_double_eq(values[MBT_METRIC_LSD], 0);
}
END_TEST

/* Half the level: |r - s|^2 is a quarter of |r|^2, everywhere. */
START_TEST(half_the_level)
{
    const size_t samples = 32000;
    double values[MBT_METRICS];
    make_voice(reference, 16000, samples, 2011);
    for (size_t i = 0; i < samples; i++)
        degraded[i] = 0.5f * reference[i];
    measure(samples, 16000, values);
    ck_assert_double_eq_tol(values[MBT_METRIC_SNR], 6.0205999132796, 1e-9);
    ck_assert(isinf(values[MBT_METRIC_SI_SDR]) && values[MBT_METRIC_SI_SDR] > 0);
    ck_assert_double_eq_tol(values[MBT_METRIC_SEGMENTAL_SNR], 6.0205999132796, 1e-9);
    ck_assert_double_eq_tol(values[MBT_METRIC_STOI], 1, 1e-5);
    ck_assert_double_eq_tol(values[MBT_METRIC_ESTOI], 1, 1e-5);
    ck_assert_double_le(values[MBT_METRIC_LSD], 6.0206); /* less where the floor cuts in */
    ck_assert_double_gt(values[MBT_METRIC_LSD], 0.5);
}
END_TEST

/* r and n are orthogonal, without mean and of the same energy, so that SI-SDR of g r + h n + offset is
 * 20 log10(g / h). */
START_TEST(si_sdr_by_hand)
{
    const float r[] = {1, -1, 1, -1, 1, -1, 1, -1}, n[] = {1, 1, -1, -1, 1, 1, -1, -1};
    float s[8];
    for (int i = 0; i < 8; i++)
        s[i] = 2.5f * r[i] + 0.25f * n[i] + 7;
    ck_assert_double_eq_tol(mbt_metric_si_sdr(r, s, 8), 20, 1e-12);
    ck_assert_double_eq(mbt_metric_si_sdr(r, n, 8), -INFINITY);
    ck_assert_double_eq_tol(mbt_metric_snr(r, n, 8), -3.0102999566398, 1e-12);
    for (int i = 0; i < 8; i++)
        s[i] = 0.1f; /* its mean is no double */
    ck_assert_double_nan(mbt_metric_si_sdr(r, s, 8));
    ck_assert_double_nan(mbt_metric_si_sdr(s, r, 8));
}
END_TEST

START_TEST(silence)
{
    const size_t samples = 32000;
    double values[MBT_METRICS];
    memset(reference, 0, sizeof reference);
    make_voice(degraded, 16000, samples, 2011);
    measure(samples, 16000, values);
    ck_assert_double_nan(values[MBT_METRIC_SNR]);
    ck_assert_double_nan(values[MBT_METRIC_SI_SDR]);
    ck_assert_double_eq(values[MBT_METRIC_SEGMENTAL_SNR], -10);
    ck_assert_double_nan(values[MBT_METRIC_STOI]);
    ck_assert_double_nan(values[MBT_METRIC_ESTOI]);
    ck_assert_double_nan(values[MBT_METRIC_LSD]);
    memset(degraded, 0, sizeof degraded);
    measure(samples, 16000, values);
    for (int m = 0; m < MBT_METRICS; m++)
        ck_assert_double_nan(values[m]);
    make_voice(reference, 16000, samples, 2011); /* and the signal is silent */
    measure(samples, 16000, values);
    ck_assert_double_eq(values[MBT_METRIC_SNR], 0);
    ck_assert_double_nan(values[MBT_METRIC_SI_SDR]);
    ck_assert_double_eq(values[MBT_METRIC_SEGMENTAL_SNR], 0);
    ck_assert_double_eq(values[MBT_METRIC_STOI], 0);
    ck_assert_double_eq(values[MBT_METRIC_ESTOI], 0);
    ck_assert_double_gt(values[MBT_METRIC_LSD], 1);
}
END_TEST

/* 30 spectra of half-overlapping frames need 31 frames, which begin before samples - 256: at 4097 samples. */
START_TEST(shortest)
{
    double stoi, estoi, other;
    uint32_t state = 3;
    for (size_t i = 0; i < LONGEST; i++) {
        reference[i] = (float)(draw(&state) - 0.5);
        degraded[i] = reference[i] + 0.1f * (float)(draw(&state) - 0.5);
    }
    ck_assert(mbt_metric_stoi(reference, degraded, 4096, &stoi, &estoi));
    ck_assert(isnan(stoi) && isnan(estoi));
    ck_assert(mbt_metric_stoi(reference, degraded, 4097, &stoi, &estoi));
    ck_assert(stoi > 0.9 && stoi < 1 && estoi > 0.9 && estoi < 1);
    for (size_t samples = 0; samples < 3; samples++) {
        ck_assert(mbt_metric_stoi(reference, degraded, samples, &stoi, &estoi) && isnan(stoi) && isnan(estoi));
        ck_assert(mbt_metric_lsd(reference, degraded, samples, 16000, &other) && isnan(other));
        ck_assert(mbt_metric_segmental_snr(reference, degraded, samples, 16000, &other) && isnan(other));
        ck_assert(samples > 1 || isnan(mbt_metric_si_sdr(reference, degraded, samples)));
    }
    ck_assert(mbt_metric_lsd(reference, degraded, 511, 16000, &other) && isnan(other));
    ck_assert(mbt_metric_lsd(reference, degraded, 512, 16000, &other) && other > 0);
    ck_assert(mbt_metric_segmental_snr(reference, degraded, 599, 16000, &other) && isnan(other));
    ck_assert(mbt_metric_segmental_snr(reference, degraded, 600, 16000, &other) && other > 0);
}
END_TEST

/* Rates from the header of a file: no crash, no huge allocation, and no value where there is none. */
START_TEST(strange_rates_and_levels)
{
    static const uint32_t rates[] = {1, 50, 133, 4999, 5000, 2560001, UINT32_MAX};
    double values[MBT_METRICS];
    make_voice(reference, 16000, 32000, 2011);
    make_voice(degraded, 16000, 32000, 1948);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        measure(32000, rates[i], values);
        ck_assert(isfinite(values[MBT_METRIC_SNR]));
        ck_assert((rates[i] == 5000) == !isnan(values[MBT_METRIC_STOI]));
    }
    for (size_t i = 0; i < 32000; i++) {
        reference[i] = i / 50 % 2 == 0 ? 3.4e38f : -3.4e38f;
        degraded[i] *= 1e-40f;
    }
    measure(32000, 16000, values);
    ck_assert_double_eq_tol(values[MBT_METRIC_SNR], 0, 1e-9);
    ck_assert_double_nan(values[MBT_METRIC_STOI]);
    ck_assert(isfinite(values[MBT_METRIC_LSD]));
}
END_TEST

START_TEST(spectrum_by_definition)
{
    const size_t size = (size_t)4 << _i;
    static double x[2048], power[1025];
    uint32_t state = 7;
    mbt_power_spectrum spectrum;
    ck_assert(mbt_power_spectrum_open(&spectrum, size));
    for (size_t n = 0; n < size; n++)
        x[n] = draw(&state) - 0.5;
    mbt_power_spectrum_of(&spectrum, x, power);
    for (size_t k = 0; k <= size / 2; k++) {
        double re = 0, im = 0;
        for (size_t n = 0; n < size; n++) {
            const double angle = 2 * PI * (double)(n * k % size) / (double)size;
            re += x[n] * cos(angle);
            im -= x[n] * sin(angle);
        }
        ck_assert_double_eq_tol(power[k], re * re + im * im, CLOSE_SPECTRUM * (double)size);
    }
    memset(x, 0, sizeof x);
    mbt_power_spectrum_of(&spectrum, x, power);
    for (size_t k = 0; k <= size / 2; k++)
        ck_assert_double_eq(power[k], 0);
    mbt_power_spectrum_close(&spectrum);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("metrics");
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, read_cases, NULL);
    tcase_add_loop_test(tests, as_numpy, 0, CASES);
    tcase_add_test(tests, equal_recordings);
    tcase_add_test(tests, half_the_level);
    tcase_add_test(tests, si_sdr_by_hand);
    tcase_add_test(tests, silence);
    tcase_add_test(tests, shortest);
    tcase_add_test(tests, strange_rates_and_levels);
    tcase_add_loop_test(tests, spectrum_by_definition, 0, 10);
    return unit_main(tests, "metrics");
}
