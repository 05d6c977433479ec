/* test_scalar_sequence.c: attention, also of streams, causal convolution, softplus, selective scan. */
#include <math.h>
#include <string.h>

#include "tests/kernelcheck/test_scalar.h"

#define SOFTPLUS_ULPS 2.5

static double silu(double x)
{
    return x / (1.0 + exp(-x));
}

/* q carries log2(e), so the softmax is of powers of two. */
START_TEST(attend)
{
    enum { QUERIES = 43, KEYS = 29, DIMS = 7, LD = 9 };
    static float q[QUERIES * LD], k[KEYS * LD], v[KEYS * LD], out[QUERIES * LD];
    static MBT_ALIGN float scratch[MBT_ATTEND_QUERIES * (KEYS + DIMS)];
    const mbt_attend a = {.q = q,
                          .k = k,
                          .v = v,
                          .ld = LD,
                          .queries = QUERIES,
                          .keys = KEYS,
                          .dims = DIMS,
                          .out = out,
                          .ldo = LD,
                          .scratch = scratch};
    mbt_fill_between(q, QUERIES * LD, -3, 3);
    mbt_fill_between(k, KEYS * LD, -3, 3);
    mbt_fill_between(v, KEYS * LD, -1, 1);
    mbt_scalar()->attend(&a);
    for (size_t i = 0; i < QUERIES; i++) {
        for (size_t d = 0; d < DIMS; d++) {
            double weighted = 0, sum = 0;
            for (size_t j = 0; j < KEYS; j++) {
                double score = 0;
                for (size_t e = 0; e < DIMS; e++)
                    score += (double)q[i * LD + e] * (double)k[j * LD + e];
                weighted += exp2(score) * (double)v[j * LD + d];
                sum += exp2(score);
            }
            mbt_expect_near("attend", i * DIMS + d, out[i * LD + d], weighted / sum, 5e-6);
        }
    }
}
END_TEST

START_TEST(attend_far_apart)
{
    /* Scores of +-30000: the largest wins, nothing overflows. */
    const float q[] = {1000, -1000}, k[] = {30, -30, 29}, v[] = {0.25f, 0.5f, 0.75f};
    static MBT_ALIGN float scratch[16 * 4];
    float out[2];
    const mbt_attend a = {
        .q = q, .k = k, .v = v, .ld = 1, .queries = 2, .keys = 3, .dims = 1, .out = out, .ldo = 1, .scratch = scratch};
    mbt_scalar()->attend(&a);
    ck_assert_float_eq(out[0], 0.25f);
    ck_assert_float_eq(out[1], 0.5f);
}
END_TEST

/* The nearest number of binary16 of |x| <= 65504, by its definition: 11 bits, or multiples of 2^-24. */
static double rounded_to_half(double x)
{
    const int unit = fabs(x) < 0x1p-14 ? -24 : ilogb(x) - 10;
    return ldexp(nearbyint(ldexp(x, -unit)), unit);
}

/* A stream of frames through rings that they fill and then wrap in. The history of frames is kept apart. q carries
 * log2(e), as above. */
START_TEST(attend_past)
{
    enum { GROUPS = 3, DIMS = 5, WINDOW = 7, FRAMES = 24, FRAME = GROUPS * DIMS * 16 };
    static float k[FRAMES][FRAME], v[FRAMES][FRAME], q[FRAME], out[FRAME], scores[WINDOW * 16];
    static float keys[WINDOW * FRAME], values[WINDOW * FRAME];
    const int half = _i;
    mbt_fill_between(k[0], FRAMES * FRAME, -3, 3);
    mbt_fill_between(v[0], FRAMES * FRAME, -1, 1);
    for (size_t t = 0; t < FRAMES; t++) {
        mbt_fill_between(q, FRAME, -3, 3);
        memcpy(out, q, sizeof q);
        const size_t count = t < WINDOW ? t + 1 : WINDOW;
        mbt_scalar()->attend_past(&(mbt_attend_past){.q = out,
                                                     .k = k[t],
                                                     .v = v[t],
                                                     .keys = keys,
                                                     .values = values,
                                                     .half = half,
                                                     .groups = GROUPS,
                                                     .dims = DIMS,
                                                     .window = WINDOW,
                                                     .newest = t % WINDOW,
                                                     .count = count,
                                                     .scores = scores});
        for (size_t i = 0; i < FRAME; i++) {
            const size_t first = i / (DIMS * 16) * DIMS * 16 + i % 16; /* dimension 0 of the lane */
            double weighted = 0, sum = 0;
            for (size_t past = t + 1 - count; past <= t; past++) {
                double score = 0;
                for (size_t at = first; at < first + (size_t)DIMS * 16; at += 16)
                    score += (double)q[at] * (half ? rounded_to_half((double)k[past][at]) : (double)k[past][at]);
                weighted += exp2(score) * (half ? rounded_to_half((double)v[past][i]) : (double)v[past][i]);
                sum += exp2(score);
            }
            mbt_expect_near("attend_past", t * FRAME + i, out[i], weighted / sum, 5e-6);
        }
    }
}
END_TEST

/* Of one frame, the result is its value. Binary16 keeps 65504 of what is beyond, and multiples of 2^-24 near zero. */
START_TEST(attend_past_limits)
{
    static const struct {
        float value, kept;
    } cases[] = {{NAN, -65504},
                 {1e30f, 65504},
                 {-65520, -65504},
                 {INFINITY, 65504},
                 {65519, 65504},
                 {0x1p-25f, 0},
                 {0x1.8p-24f, 0x1p-23f},
                 {-0x1p-24f, -0x1p-24f},
                 {0x1.ffep-15f, 0x1p-14f},
                 {0x1.002p+0f, 1},
                 {0x1.006p+0f, 0x1.008p+0f}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float q[16] = {0}, k[16] = {0}, v[16], scores[16];
        uint16_t keys[16], values[16];
        for (size_t lane = 0; lane < 16; lane++)
            v[lane] = cases[i].value;
        mbt_scalar()->attend_past(&(mbt_attend_past){.q = q,
                                                     .k = k,
                                                     .v = v,
                                                     .keys = keys,
                                                     .values = values,
                                                     .half = 1,
                                                     .groups = 1,
                                                     .dims = 1,
                                                     .window = 1,
                                                     .count = 1,
                                                     .scores = scores});
        for (size_t lane = 0; lane < 16; lane++)
            ck_assert_float_eq(q[lane], cases[i].kept);
    }
}
END_TEST

/* Scores of +-30000, as above: the largest wins, nothing overflows. */
START_TEST(attend_past_far_apart)
{
    static const float frames[3][2] = {{30, 0.25f}, {-30, 0.5f}, {29, 0.75f}};
    float q[16], k[16], v[16], keys[3 * 16], values[3 * 16], scores[3 * 16];
    for (size_t t = 0; t < 3; t++) {
        for (size_t lane = 0; lane < 16; lane++) {
            q[lane] = lane % 2 ? -1000 : 1000;
            k[lane] = frames[t][0];
            v[lane] = frames[t][1];
        }
        mbt_scalar()->attend_past(&(mbt_attend_past){.q = q,
                                                     .k = k,
                                                     .v = v,
                                                     .keys = keys,
                                                     .values = values,
                                                     .groups = 1,
                                                     .dims = 1,
                                                     .window = 3,
                                                     .newest = t,
                                                     .count = t + 1,
                                                     .scores = scores});
    }
    for (size_t lane = 0; lane < 16; lane++)
        ck_assert_float_eq(q[lane], lane % 2 ? 0.5f : 0.25f);
}
END_TEST

START_TEST(conv1d_silu)
{
    enum { ROWS = 9, CHANNELS = 32, D_CONV = 4, LD = 35 };
    static float x[(ROWS + D_CONV - 1) * LD], weight[D_CONV * CHANNELS], bias[CHANNELS], out[ROWS * CHANNELS];
    mbt_fill_between(x, sizeof x / sizeof *x, -4, 4);
    mbt_fill_between(weight, D_CONV * CHANNELS, -1, 1);
    mbt_fill_between(bias, CHANNELS, -1, 1);
    /* Also backwards in time: the last row first. */
    const ptrdiff_t ld = _i ? -LD : LD;
    const float *oldest = _i ? x + (ROWS + D_CONV - 2) * LD : x;
    mbt_scalar()->conv1d_silu(oldest, ld, ROWS, CHANNELS, D_CONV, weight, bias, out, CHANNELS);
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t c = 0; c < CHANNELS; c++) {
            double s = (double)bias[c];
            for (size_t j = 0; j < D_CONV; j++)
                s += (double)weight[j * CHANNELS + c] * (double)oldest[(ptrdiff_t)(r + j) * ld + (ptrdiff_t)c];
            mbt_expect_near("conv1d_silu", r * CHANNELS + c, out[r * CHANNELS + c], silu(s), 3e-6);
        }
    }
}
END_TEST

START_TEST(softplus)
{
    enum { COUNT = 20000 };
    static float x[COUNT], before[COUNT];
    mbt_fill_between(before, COUNT / 2, -86, 90);
    mbt_fill_between(before + COUNT / 2, COUNT / 2, -8, 8);
    for (size_t i = 0; i < COUNT; i++)
        x[i] = before[i];
    mbt_scalar()->softplus(x, COUNT);
    double worst = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const double b = (double)before[i], truth = fmax(b, 0) + log1p(exp(-fabs(b)));
        worst = fmax(worst, mbt_ulps(x[i], truth));
    }
    ck_assert_msg(worst <= SOFTPLUS_ULPS, "the error is up to %g ulp", worst);
}
END_TEST

START_TEST(softplus_of_special_numbers)
{
    float x[] = {0.0f, -0.0f, -1000.0f, -3e38f, 1000.0f, 3e38f, 1e-40f, INFINITY, -INFINITY};
    mbt_scalar()->softplus(x, sizeof x / sizeof *x);
    ck_assert(mbt_ulps(x[0], log(2)) <= 1 && mbt_ulps(x[1], log(2)) <= 1 && mbt_ulps(x[6], log(2)) <= 1);
    ck_assert(x[2] >= 0 && x[2] < 1e-37f && x[3] >= 0 &&
              x[3] < 1e-37f); /* exp is clamped near the smallest normal number */
    ck_assert(x[4] == 1000.0f && x[5] == 3e38f && x[7] == INFINITY && x[8] >= 0 && x[8] < 1e-37f);
}
END_TEST

/* The tolerance follows the size of what is added up. */
START_TEST(scan)
{
    enum { STEPS = 23, CHANNELS = 32, STATES = 18, LD = 34, LDBC = 19, GROUPS = CHANNELS / 16 };
    static float dt[STEPS * LD], u[STEPS * LD], z[STEPS * LD], y[STEPS * LD], b[STEPS * LDBC], c[STEPS * LDBC];
    static float a[GROUPS * STATES * 16], d[CHANNELS], h[GROUPS * STATES * 16], start[GROUPS * STATES * 16];
    const mbt_scan s = {.dt = dt,
                        .u = u,
                        .z = z,
                        .b = b,
                        .c = c,
                        .a = a,
                        .d = d,
                        .h = h,
                        .y = y,
                        .ld = LD,
                        .ldz = LD,
                        .ldbc = LDBC,
                        .steps = STEPS,
                        .channels = CHANNELS,
                        .d_state = STATES};
    mbt_fill_between(dt, STEPS * LD, 0.001, 0.3);
    mbt_fill_between(u, STEPS * LD, -2, 2);
    mbt_fill_between(z, STEPS * LD, -4, 4);
    mbt_fill_between(b, STEPS * LDBC, -1, 1);
    mbt_fill_between(c, STEPS * LDBC, -1, 1);
    mbt_fill_between(a, sizeof a / sizeof *a, -20, -0.5);
    mbt_fill_between(d, CHANNELS, -1, 1);
    mbt_fill_between(start, sizeof start / sizeof *start, -1, 1);
    for (size_t i = 0; i < sizeof h / sizeof *h; i++)
        h[i] = start[i];
    mbt_scalar()->scan(&s);
    for (size_t e = 0; e < CHANNELS; e++) {
        double state[STATES];
        for (size_t n = 0; n < STATES; n++)
            state[n] = (double)start[(e / 16 * STATES + n) * 16 + e % 16];
        for (size_t t = 0; t < STEPS; t++) {
            const double step = (double)dt[t * LD + e], input = (double)u[t * LD + e],
                         gate = silu((double)z[t * LD + e]);
            double sum = (double)d[e] * input, size = fabs(sum);
            for (size_t n = 0; n < STATES; n++) {
                const double decay = exp2(step * (double)a[(e / 16 * STATES + n) * 16 + e % 16]);
                state[n] = decay * state[n] + step * input * (double)b[t * LDBC + n];
                sum += state[n] * (double)c[t * LDBC + n];
                size += fabs(state[n]) + 0.1;
            }
            mbt_expect_near("y", t * CHANNELS + e, y[t * LD + e], sum * gate, 1e-6 * size * (fabs(gate) + 0.1));
        }
        for (size_t n = 0; n < STATES; n++)
            mbt_expect_near("h", e * STATES + n, h[(e / 16 * STATES + n) * 16 + e % 16], state[n], 1e-6);
    }
}
END_TEST

/* A decay below 2^-125 forgets the state: h = dt u B. */
START_TEST(scan_forgets)
{
    enum { STATES = 17 };
    static float a[STATES * 16], h[STATES * 16], dt[16], u[16], z[16], d[16], y[16], b[STATES], c[STATES];
    const mbt_scan s = {.dt = dt,
                        .u = u,
                        .z = z,
                        .b = b,
                        .c = c,
                        .a = a,
                        .d = d,
                        .h = h,
                        .y = y,
                        .ld = 16,
                        .ldz = 16,
                        .ldbc = STATES,
                        .steps = 1,
                        .channels = 16,
                        .d_state = STATES};
    for (size_t i = 0; i < STATES * 16; i++) {
        a[i] = i % 2 ? -3e38f : -130.0f;
        h[i] = 1.0f;
        b[i / 16] = c[i / 16] = 0.5f;
    }
    for (size_t i = 0; i < 16; i++) {
        dt[i] = 1.0f;
        u[i] = 2.0f;
        z[i] = 100.0f;
    }
    mbt_scalar()->scan(&s);
    for (size_t i = 0; i < STATES * 16; i++)
        ck_assert_float_eq(h[i], 1.0f);
    for (size_t i = 0; i < 16; i++)
        ck_assert_float_eq(y[i], 0.5f * STATES * 100.0f);
}
END_TEST

TCase *mbt_scalar_sequence_tests(void)
{
    TCase *group = tcase_create("sequence");
    tcase_add_test(group, attend);
    tcase_add_test(group, attend_far_apart);
    tcase_add_loop_test(group, attend_past, 0, 2);
    tcase_add_test(group, attend_past_limits);
    tcase_add_test(group, attend_past_far_apart);
    tcase_add_loop_test(group, conv1d_silu, 0, 2);
    tcase_add_test(group, softplus);
    tcase_add_test(group, softplus_of_special_numbers);
    tcase_add_test(group, scan);
    tcase_add_test(group, scan_forgets);
    return group;
}
