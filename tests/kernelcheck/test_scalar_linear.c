/* test_scalar_linear.c: products, normalisations, activation, sum. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/kernelcheck/test_scalar.h"

#define HALF_ULP 0x1p-24 /* of 1: the relative error of one rounding */
#define ROWS 7
#define CHANNELS 37
#define LD 41

/* Rounds weights to binary16: bits in halves, and what the bits stand for, by IEEE 754's definition (-1)^s 2^(e - 15)
 * (1 + f / 1024), 2^-14 f / 1024 where e is 0, in numbers. Three of four are in [-1, 1), the others anything finite. */
static void fill_halves(uint16_t *halves, double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int e = (int)mbt_between(0, i % 4 == 0 ? 31 : 15), f = (int)mbt_between(0, 1024);
        const int s = mbt_between(0, 2) < 1;
        halves[i] = (uint16_t)(s << 15 | e << 10 | f);
        numbers[i] = (s ? -1 : 1) * (e == 0 ? ldexp(f / 1024., -14) : ldexp(1 + f / 1024., e - 15));
    }
}

/* A 3 x 3 convolution's shape: 9 taps, one left out, 19 outputs in two panels. The bound is that of a sum of fused
 * multiply-adds: each adds at most one rounding of what has been summed so far. Odd runs add to the outputs; the last
 * two have binary16 weights. */
START_TEST(gemm)
{
    enum { TAPS = 9, K = 11, N = 19, LEFT_OUT = 4, WEIGHTS = 2 * TAPS * K * 16 };
    static float weights[WEIGHTS], bias[32], a[TAPS][ROWS * LD], out[ROWS * LD], before[ROWS * LD];
    static uint16_t halves[WEIGHTS];
    static double numbers[WEIGHTS];
    const bool accumulate = _i % 2 == 1, is_half = _i >= 2;
    const mbt_matrix w = {.type = is_half ? MBT_WEIGHT_F16 : MBT_WEIGHT_F32,
                          .taps = TAPS,
                          .k = K,
                          .n = N,
                          .data = is_half ? (const void *)halves : weights,
                          .bias = bias};
    mbt_gemm g = {.w = &w, .lda = LD, .out = out, .ldo = LD, .rows = ROWS, .accumulate = accumulate};
    mbt_fill_between(weights, WEIGHTS, -1, 1);
    for (size_t i = 0; i < WEIGHTS; i++)
        numbers[i] = (double)weights[i];
    if (is_half)
        fill_halves(halves, numbers, WEIGHTS);
    mbt_fill_between(bias, N, -1, 1);
    mbt_fill_between(a[0], TAPS * ROWS * LD, -1, 1);
    mbt_fill_between(before, ROWS * LD, -1, 1);
    for (size_t tap = 0; tap < TAPS; tap++)
        g.a[tap] = tap == LEFT_OUT ? NULL : a[tap];
    for (size_t i = 0; i < ROWS * LD; i++)
        out[i] = before[i];
    (is_half ? mbt_scalar()->gemm_f16 : mbt_scalar()->gemm_f32)(&g);
    for (size_t m = 0; m < ROWS; m++) {
        for (size_t o = 0; o < N; o++) {
            double sum = (double)bias[o] + (accumulate ? (double)before[m * LD + o] : 0), size = fabs(sum) + 1;
            for (size_t i = 0; i < TAPS * K; i++) {
                if (i / K != LEFT_OUT) {
                    const double term =
                        (double)a[i / K][m * LD + i % K] * numbers[(o / 16 * TAPS * K + i) * 16 + o % 16];
                    sum += term;
                    size += fabs(term);
                }
            }
            mbt_expect_near("gemm", m * N + o, out[m * LD + o], sum, (TAPS * K + 1) * HALF_ULP * size);
        }
    }
}
END_TEST

/* Both transforms with products in double between them, against the convolution by three taps that they stand for. The
 * last bins are fewer than a tile; a row that repeats (ld 0) is a constant input. Weights as model.h has them. */
START_TEST(winograd)
{
    enum { BINS = 4 * ROWS - 2, POINT = ROWS * LD };
    static const double points[5] = {0, 0.75, -0.75, 1.5, -1.5};
    static float x[(BINS + 2) * LD], v[6 * POINT], m[6 * POINT], out[BINS * LD];
    const double taps[3] = {mbt_between(-1, 1), mbt_between(-1, 1), mbt_between(-1, 1)};
    const size_t ld = _i ? 0 : LD;
    mbt_fill_between(x, sizeof x / sizeof *x, -1, 1);
    mbt_scalar()->winograd_input(x, (ptrdiff_t)ld, BINS, CHANNELS, v, LD, POINT);
    for (size_t p = 0; p < 6; p++) {
        double weight = taps[2];
        if (p < 5) {
            weight = taps[0] + points[p] * taps[1] + points[p] * points[p] * taps[2];
            for (size_t other = 0; other < 5; other++)
                weight /= other == p ? 1 : points[p] - points[other];
        }
        for (size_t i = 0; i < POINT; i++)
            m[p * POINT + i] = (float)(weight * (double)v[p * POINT + i]);
    }
    mbt_scalar()->winograd_output(m, LD, POINT, BINS, CHANNELS, out, LD);
    for (size_t f = 0; f < BINS; f++) {
        for (size_t c = 0; c < CHANNELS; c++) {
            double sum = 0;
            for (size_t j = 0; j < 3 && (ld == 0 || f + j < BINS + 2); j++)
                sum += taps[j] * (double)x[(f + j) * ld + c];
            mbt_expect_near("winograd", f * CHANNELS + c, out[f * LD + c], sum, 100 * HALF_ULP);
        }
    }
}
END_TEST

START_TEST(channel_stats)
{
    static float x[ROWS * LD], mean[CHANNELS], m2[CHANNELS];
    mbt_fill_between(x, ROWS * LD, -1, 3);
    mbt_scalar()->channel_stats(x, LD, ROWS, CHANNELS, mean, m2);
    for (size_t c = 0; c < CHANNELS; c++) {
        double sum = 0, squares = 0;
        for (size_t r = 0; r < ROWS; r++)
            sum += (double)x[r * LD + c];
        for (size_t r = 0; r < ROWS; r++)
            squares += pow((double)x[r * LD + c] - sum / ROWS, 2);
        mbt_expect_near("mean", c, mean[c], sum / ROWS, 3 * (ROWS + 1) * HALF_ULP);
        mbt_expect_near("m2", c, m2[c], squares, (2 * ROWS + 4) * HALF_ULP * (squares + 1));
    }
}
END_TEST

/* One fused multiply-add is exactly rounded; the slope adds one rounding. */
START_TEST(norm_prelu)
{
    static float x[ROWS * LD], before[ROWS * LD], scale[CHANNELS], shift[CHANNELS], slope[CHANNELS];
    mbt_fill_between(before, ROWS * LD, -2, 2);
    mbt_fill_between(scale, CHANNELS, -2, 2);
    mbt_fill_between(shift, CHANNELS, -1, 1);
    mbt_fill_between(slope, CHANNELS, -0.5, 1.5);
    for (size_t i = 0; i < ROWS * LD; i++)
        x[i] = before[i];
    mbt_scalar()->norm_prelu(x, LD, ROWS, CHANNELS, scale, shift, slope);
    for (size_t i = 0; i < ROWS * LD; i++) {
        const size_t c = i % LD;
        if (c >= CHANNELS) {
            ck_assert(x[i] == before[i]);
            continue;
        }
        const double y = (double)before[i] * (double)scale[c] + (double)shift[c];
        const double truth = y > 0 ? y : y * (double)slope[c];
        ck_assert_msg(mbt_ulps(x[i], truth) <= (y > 0 ? 0.5 : 1.6), "x[%zu] is %.9g, not %.12g", i, (double)x[i],
                      truth);
    }
}
END_TEST

/* Rows with a mean of 2 and a deviation of about 0.6, so that the mean matters; and with eps as large as the variance.
 */
START_TEST(row_norms)
{
    static const float eps[] = {1e-5f, 0.3f};
    static float x[ROWS * LD], layer[ROWS * LD], rms[ROWS * LD];
    mbt_fill_between(x, ROWS * LD, 1, 3);
    mbt_scalar()->layer_norm(x, LD, ROWS, CHANNELS, eps[_i], layer, LD);
    mbt_scalar()->rms_norm(x, LD, ROWS, CHANNELS, eps[_i], rms, LD);
    for (size_t r = 0; r < ROWS; r++) {
        double sum = 0, variance = 0, power = 0;
        for (size_t c = 0; c < CHANNELS; c++) {
            sum += (double)x[r * LD + c];
            power += pow((double)x[r * LD + c], 2) / CHANNELS;
        }
        for (size_t c = 0; c < CHANNELS; c++)
            variance += pow((double)x[r * LD + c] - sum / CHANNELS, 2) / CHANNELS;
        for (size_t c = 0; c < CHANNELS; c++) {
            const double v = (double)x[r * LD + c], e = (double)eps[_i];
            mbt_expect_near("layer_norm", r * LD + c, layer[r * LD + c], (v - sum / CHANNELS) / sqrt(variance + e),
                            1e-6);
            mbt_expect_near("rms_norm", r * LD + c, rms[r * LD + c], v / sqrt(power + e), 4e-7);
        }
    }
}
END_TEST

START_TEST(add)
{
    static float x[ROWS * LD], before[ROWS * LD], y[ROWS * LD];
    mbt_fill_between(before, ROWS * LD, -2, 2);
    mbt_fill_between(y, ROWS * LD, -2, 2);
    for (size_t i = 0; i < ROWS * LD; i++)
        x[i] = before[i];
    mbt_scalar()->add(x, LD, y, LD, ROWS, CHANNELS);
    for (size_t i = 0; i < ROWS * LD; i++) {
        const double sum = (double)before[i] + (double)y[i]; /* exact */
        ck_assert(x[i] == (i % LD < CHANNELS ? (float)sum : before[i]));
    }
}
END_TEST

/* One input of 1: the outputs are the weights, exactly. All finite binary16 numbers. */
START_TEST(all_halves)
{
    static uint16_t halves[16];
    static float bias[16], out[16];
    const float one = 1;
    const mbt_matrix w = {.type = MBT_WEIGHT_F16, .taps = 1, .k = 1, .n = 16, .data = halves, .bias = bias};
    const mbt_gemm g = {.w = &w, .a = {&one}, .lda = 1, .out = out, .ldo = 16, .rows = 1};
    for (int bits = 0; bits < 0x10000; bits += 16) {
        const int e = bits >> 10 & 31;
        for (int i = 0; i < 16; i++)
            halves[i] = (uint16_t)(bits + i);
        mbt_scalar()->gemm_f16(&g);
        for (int i = 0; e != 31 && i < 16; i++) {
            const int f = (bits + i) & 1023;
            const double size = e == 0 ? ldexp(f, -24) : ldexp(1024 + f, e - 25);
            ck_assert_msg((double)out[i] == (bits & 0x8000 ? -size : size), "0x%04x", (unsigned)(bits + i));
        }
    }
}
END_TEST

TCase *mbt_scalar_linear_tests(void)
{
    TCase *group = tcase_create("linear");
    tcase_add_loop_test(group, gemm, 0, 4);
    tcase_add_test(group, all_halves);
    tcase_add_loop_test(group, winograd, 0, 2);
    tcase_add_test(group, channel_stats);
    tcase_add_test(group, norm_prelu);
    tcase_add_loop_test(group, row_norms, 0, 2);
    tcase_add_test(group, add);
    return group;
}
