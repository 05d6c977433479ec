/* test_scalar_int8.c: the product on int8 weights, the rounding to int8, and the conversion of binary16. */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/kernelcheck/test_scalar.h"

#define HALF_ULP 0x1p-24 /* of 1: the relative error of one rounding */

enum { ROWS = 5, OUTPUTS = 19, MOST_TAPS = 9, MOST_INPUTS = 24, LD = 28, GROUPS_LD = 7 };

/* A product as its definition has it, before anything is packed. */
typedef struct plain {
    size_t taps, k, groups;
    bool accumulate;
    int8_t w[MOST_TAPS][MOST_INPUTS][OUTPUTS], q[MOST_TAPS][ROWS][LD];
    float w_scale[32], bias[32], scale[MOST_TAPS][ROWS][GROUPS_LD], before[ROWS][LD];
} plain;

static int8_t integer(void)
{
    return (int8_t)floor(mbt_between(-127, 128));
}

static void fill(plain *p)
{
    memset(p->w, 0, sizeof p->w);
    memset(p->q, 0, sizeof p->q);
    for (size_t tap = 0; tap < p->taps; tap++) {
        for (size_t i = 0; i < p->k; i++) {
            for (size_t o = 0; o < OUTPUTS; o++)
                p->w[tap][i][o] = integer();
            for (size_t m = 0; m < ROWS; m++)
                p->q[tap][m][i] = integer();
        }
    }
    mbt_fill_between(p->w_scale, 32, 0.001, 0.01);
    mbt_fill_between(p->bias, 32, -1, 1);
    mbt_fill_between(p->scale[0][0], MOST_TAPS * ROWS * GROUPS_LD, 0.001, 0.01);
    mbt_fill_between(p->before[0], ROWS * LD, -1, 1);
}

/* Weights as model.h has them: panels of 16 outputs, in these taps, in these fours of inputs, in these outputs. */
static void pack(const plain *p, int8_t *data)
{
    for (size_t panel = 0; panel < 2; panel++) {
        for (size_t tap = 0; tap < p->taps; tap++) {
            for (size_t i = 0; i < (p->k + 3) / 4 * 4; i++) {
                for (size_t lane = 0; lane < 16; lane++) {
                    const size_t o = panel * 16 + lane, quad = (panel * p->taps + tap) * ((p->k + 3) / 4) + i / 4;
                    data[(quad * 16 + lane) * 4 + i % 4] = o < OUTPUTS && i < p->k ? p->w[tap][i][o] : 0;
                }
            }
        }
    }
}

/* The definition in double, and the sum of its terms' magnitudes. */
static double true_output(const plain *p, size_t m, size_t o, double *size)
{
    double sum = 0, magnitude = 0;
    for (size_t tap = 0; tap < p->taps; tap++) {
        for (size_t i = 0; i < p->k; i++) {
            const double x = (double)p->scale[tap][m][i / (p->k / p->groups)] * p->q[tap][m][i];
            sum += x * (double)p->w_scale[o] * p->w[tap][i][o];
            magnitude += fabs(x * (double)p->w_scale[o] * p->w[tap][i][o]);
        }
    }
    const double base = (double)p->bias[o] + (p->accumulate ? (double)p->before[m][o] : 0);
    *size = magnitude + 2;
    return sum + base;
}

START_TEST(gemm_int8)
{
    static const struct {
        size_t taps, k, groups;
    } cases[] = {{1, 24, 1}, {1, 11, 1}, {9, 24, 3}, {9, 24, 6}, {3, 1, 1}, {9, 7, 1}};
    static plain p;
    static int8_t data[2 * MOST_TAPS * MOST_INPUTS * 16];
    static float out[ROWS][LD];
    int32_t sums[MOST_TAPS][ROWS][GROUPS_LD];
    p.taps = cases[_i].taps;
    p.k = cases[_i].k;
    p.groups = cases[_i].groups;
    p.accumulate = _i % 2 == 1;
    fill(&p);
    pack(&p, data);
    memset(sums, 0, sizeof sums);
    memcpy(out, p.before, sizeof out);
    const mbt_matrix w = {.type = MBT_WEIGHT_I8,
                          .taps = (uint32_t)p.taps,
                          .k = (uint32_t)p.k,
                          .n = OUTPUTS,
                          .data = data,
                          .scale = p.w_scale,
                          .bias = p.bias};
    mbt_gemm_i8 g = {.w = &w,
                     .ldq = LD,
                     .lds = GROUPS_LD,
                     .groups = p.groups,
                     .out = out[0],
                     .ldo = LD,
                     .rows = ROWS,
                     .accumulate = p.accumulate};
    for (size_t tap = 0; tap < p.taps; tap++) {
        g.a[tap] = (mbt_rows_i8){p.q[tap][0], p.scale[tap][0], sums[tap][0]};
        for (size_t i = 0; i < ROWS * p.k; i++)
            sums[tap][i / p.k][i % p.k / (p.k / p.groups)] += p.q[tap][i / p.k][i % p.k];
    }
    mbt_scalar()->gemm_i8(&g);
    for (size_t m = 0; m < ROWS; m++) {
        for (size_t o = 0; o < LD; o++) {
            if (o >= OUTPUTS) {
                ck_assert(out[m][o] == p.before[m][o]);
                continue;
            }
            double size;
            const double truth = true_output(&p, m, o, &size);
            mbt_expect_near("gemm_i8", m * OUTPUTS + o, out[m][o], truth,
                            ((double)(p.taps * p.groups) + 3) * HALF_ULP * size);
        }
    }
}
END_TEST

/* Sums that can be told by heart: 127^2 = 16129. Each input i is q, or q and -q in turn, and so are the weights, which
 * are negative in the second output. The row's scale is 0.5, the weights' 0.25. A float holds
 * 16129 * 65536 = 1057030144; 16129 * 65533 = 1056981757 is rounded to a multiple of 64, 1056981760. */
START_TEST(gemm_int8_by_hand)
{
    static const struct {
        size_t k;
        int q, w;
        bool turns_q, turns_w;
        float sum;
    } cases[] = {
        {1, 127, 127, false, false, 16129},
        {1, -127, 127, false, false, -16129},
        {1, -127, -127, false, false, 16129},
        {1, 3, -2, false, false, -6},
        {7, 3, -2, false, false, -42},
        {13, 127, -127, false, false, -209677},
        {16, 127, 127, false, false, 258064},
        {5, 127, 127, true, true, 80645},
        {5, 127, 127, true, false, 16129},
        {6, 127, -127, false, true, 0},
        {65536, 127, 127, false, false, 1057030144},
        {65536, -127, 127, false, false, -1057030144},
        {65536, -127, -127, false, false, 1057030144},
        {65536, 127, 127, true, true, 1057030144},
        {65536, 127, 127, true, false, 0},
        {65533, 127, 127, false, false, 1056981760},
        {65533, 127, -127, true, true, -1056981760},
    };
    enum { LONGEST = 65536, TWO = 2 };
    static int8_t data[LONGEST * 16], q[LONGEST];
    static const float w_scale[16] = {0.25f, 0.25f}, bias[16] = {8, -16};
    const size_t k = cases[_i].k;
    const float scale = 0.5f, wanted = cases[_i].sum / 8;
    int32_t sum = 0;
    float out[TWO + 1] = {0, 0, 77};
    memset(data, 0, sizeof data);
    memset(q, 0, sizeof q);
    for (size_t i = 0; i < k; i++) {
        const int w = cases[_i].turns_w && i % 2 ? -cases[_i].w : cases[_i].w;
        q[i] = (int8_t)(cases[_i].turns_q && i % 2 ? -cases[_i].q : cases[_i].q);
        sum += q[i];
        data[i / 4 * 64 + i % 4] = (int8_t)w;
        data[i / 4 * 64 + 4 + i % 4] = (int8_t)-w;
    }
    const mbt_matrix w = {
        .type = MBT_WEIGHT_I8, .taps = 1, .k = (uint32_t)k, .n = TWO, .data = data, .scale = w_scale, .bias = bias};
    const mbt_gemm_i8 g = {.w = &w,
                           .a = {{q, (float[]){scale}, &sum}},
                           .ldq = LONGEST,
                           .lds = 1,
                           .groups = 1,
                           .out = out,
                           .ldo = TWO,
                           .rows = 1};
    mbt_scalar()->gemm_i8(&g);
    ck_assert_msg(out[0] == wanted + 8 && out[1] == -wanted - 16 && out[2] == 77, "%.9g and %.9g for %.9g",
                  (double)out[0], (double)out[1], (double)wanted);
}
END_TEST

/* One row, and what the integers, scale and sum must be. */
static void expect_row(const float *x, size_t channels, const float *center, const int8_t *q, float scale, int32_t sum)
{
    double largest = 0, total = 0;
    for (size_t c = 0; c < channels; c++) {
        const float d = center ? x[c] - center[c] : x[c];
        largest = fabsf(d) > largest ? fabs((double)d) : largest;
    }
    const float factor = (float)(127.0 / largest);
    ck_assert_msg(scale == (float)(largest * (double)(1.0f / 127.0f)), "scale %.9g", (double)scale);
    for (size_t c = 0; c < channels; c++) {
        const double d = (double)(center ? x[c] - center[c] : x[c]);
        ck_assert_msg(q[c] == rint(d * (double)factor), "q[%zu] is %d for %.9g", c, q[c], d);
        ck_assert(fabs((double)scale * q[c] - d) <= 0.500001 * (double)scale);
        total += q[c];
    }
    ck_assert_msg(sum == total, "sum %d, not %g", sum, total);
}

/* Rows of many sizes, odd ones centered; what is beyond a row's integers, rounded up to four, is not touched. */
START_TEST(quantise)
{
    enum { CHANNELS = 37, LDQ = 44, LDS = 3, MANY = 40 };
    static float x[MANY][CHANNELS + 2], center[CHANNELS], scale[MANY][LDS];
    static int8_t q[MANY][LDQ];
    static int32_t sum[MANY][LDS];
    const size_t channels = CHANNELS - (size_t)_i / 2;
    for (size_t row = 0; row < MANY; row++) {
        const double size = pow(10, (double)row - 20);
        mbt_fill_between(x[row], CHANNELS + 2, -size, size);
    }
    mbt_fill_between(center, CHANNELS, -1, 1);
    memset(q, 99, sizeof q);
    mbt_scalar()->quantise(x[0], CHANNELS + 2, MANY, channels, _i % 2 ? center : NULL,
                           (mbt_rows_i8){q[0], scale[0], sum[0]}, LDQ, LDS);
    for (size_t row = 0; row < MANY; row++) {
        expect_row(x[row], channels, _i % 2 ? center : NULL, q[row], scale[row][0], sum[row][0]);
        for (size_t c = channels; c < LDQ; c++)
            ck_assert_int_eq(q[row][c], c < (channels + 3) / 4 * 4 ? 0 : 99);
        for (size_t i = 1; i < LDS; i++)
            ck_assert(scale[row][i] == 0 && sum[row][i] == 0);
    }
}
END_TEST

/* Rows whose integers can be told by heart. */
START_TEST(quantise_by_hand)
{
    static const struct {
        float x[8];
        int q[8];
        float scale;
    } rows[] = {
        {{127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -126.5f, 0}, {127, 0, 2, 2, 0, -2, -126, 0}, 127 * (1.0f / 127)},
        {{-127, 126.5f, 125.5f, 3.5f, 0.49f, 0.51f, -2.5f, 1}, {-127, 126, 126, 4, 0, 1, -2, 1}, 127 * (1.0f / 127)},
        {{0, -0.0f, 0, 0, 0, 0, 0, 0}, {0}, 0},
        {{0.99e-30f, -0.5e-30f, 0x1p-149f, 0, 0, 0, 0, 0}, {0}, 0},
        {{254, NAN, -254, 2, -NAN, 0, 1, 3}, {127, -127, -127, 1, -127, 0, 0, 2}, 254 * (1.0f / 127)},
        {{FLT_MAX, -FLT_MAX, 0, 1, 0, 0, 0, 0}, {127, -127}, FLT_MAX * (1.0f / 127)},
        {{NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN}, {-127, -127, -127, -127, -127, -127, -127, -127}, 0},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        int8_t q[8];
        float scale;
        int32_t sum, total = 0;
        mbt_scalar()->quantise(rows[row].x, 8, 1, 8, NULL, (mbt_rows_i8){q, &scale, &sum}, 8, 1);
        for (size_t c = 0; c < 8; c++) {
            ck_assert_msg(q[c] == rows[row].q[c], "row %zu: q[%zu] is %d, not %d", row, c, q[c], rows[row].q[c]);
            total += q[c];
        }
        ck_assert_msg(scale == rows[row].scale, "row %zu: scale %.9g", row, (double)scale);
        ck_assert_int_eq(sum, total);
    }
}
END_TEST

/* All finite numbers: (-1)^s 2^(e - 25) (1024 + f), or 2^-24 f where e is 0. */
START_TEST(widen)
{
    static uint16_t halves[0x10000];
    static float out[0x10000];
    for (int bits = 0; bits < 0x10000; bits++)
        halves[bits] = (bits & 0x7c00) == 0x7c00 ? 0 : (uint16_t)bits;
    mbt_scalar()->widen(halves, 0x10000, out);
    for (int i = 0; i < 0x10000; i++) {
        const int bits = halves[i], e = bits >> 10 & 31, f = bits & 1023;
        const double size = e == 0 ? ldexp(f, -24) : ldexp(1024 + f, e - 25);
        ck_assert_msg((double)out[i] == (bits & 0x8000 ? -size : size), "0x%04x", (unsigned)bits);
        ck_assert(!signbit(out[i]) == !(bits & 0x8000));
    }
}
END_TEST

TCase *mbt_scalar_int8_tests(void)
{
    TCase *group = tcase_create("int8");
    tcase_add_loop_test(group, gemm_int8, 0, 6);
    tcase_add_loop_test(group, gemm_int8_by_hand, 0, 17);
    tcase_add_loop_test(group, quantise, 0, 10);
    tcase_add_test(group, quantise_by_hand);
    tcase_add_test(group, widen);
    return group;
}
