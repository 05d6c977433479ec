/* test_scalar_spectral.c: powers and angles of the spectrum, the mask, and from pairs back to a spectrum. */
#include <math.h>

#include "tests/kernelcheck/test_scalar.h"

#define COUNT 20000
#define NEIGHBOURS 16

/* Complex numbers of all directions, with magnitudes from 1e-6 to 1e6. */
static void fill_complex(float *re, float *im, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double size = pow(10, mbt_between(-6, 6)), angle = mbt_between(-3.14159265358979, 3.14159265358979);
        re[i] = (float)(size * cos(angle));
        im[i] = (float)(size * sin(angle));
    }
}

START_TEST(spectrum)
{
    static const float factors[] = {0.3f, 0.5f, 1.0f};
    static float re[COUNT], im[COUNT], planes[2 * COUNT];
    fill_complex(re, im, COUNT);
    mbt_scalar()->spectrum(re, im, COUNT, factors[_i], planes);
    double worst_magnitude = 0, worst_phase = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const double x = (double)re[i], y = (double)im[i];
        worst_magnitude = fmax(worst_magnitude, mbt_ulps(planes[2 * i], pow(hypot(x, y), (double)factors[_i])));
        worst_phase = fmax(worst_phase, mbt_ulps(planes[2 * i + 1], atan2(y, x)));
    }
    ck_assert_msg(worst_magnitude <= MBT_MAGNITUDE_ULPS, "the magnitude is off by up to %g ulp", worst_magnitude);
    ck_assert_msg(worst_phase <= MBT_PHASE_ULPS, "the phase is off by up to %g ulp", worst_phase);
}
END_TEST

/* IEEE 754's atan2 on the axes. The zero frequency and the Nyquist frequency of the network's input live there: +0 and
 * a negative real part must give +pi. */
START_TEST(phase_on_the_axes)
{
    static const float re[] = {-1.0f, -1.0f, 1.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f, -0.0f, -0.0f, -2.5e-38f, -1e15f};
    static const float im[] = {0.0f, -0.0f, 0.0f, -0.0f, 3.0f, -3.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, 0.0f};
    enum { AXES = sizeof re / sizeof *re };
    float planes[2 * AXES];
    mbt_scalar()->spectrum(re, im, AXES, 0.3f, planes);
    for (size_t i = 0; i < AXES; i++) {
        const double truth = atan2((double)im[i], (double)re[i]);
        ck_assert_msg(mbt_ulps(planes[2 * i + 1], truth) <= 0.5 && !signbit(planes[2 * i + 1]) == !signbit(truth),
                      "the phase of (%g, %g) is %.9g, not %.9g", (double)re[i], (double)im[i],
                      (double)planes[2 * i + 1], truth);
    }
}
END_TEST

START_TEST(magnitude_of_zero)
{
    const float re[] = {0.0f, -0.0f}, im[] = {0.0f, 0.0f};
    float planes[4];
    mbt_scalar()->spectrum(re, im, 2, 0.3f, planes);
    ck_assert(planes[0] == 0.0f && planes[2] == 0.0f);
}
END_TEST

/* Without a floor, with one that some of the masks are below, and with one that all are below. */
START_TEST(mask)
{
    static const float floors[] = {0.0f, 0.75f, 2.5f};
    enum { BINS = 1001 };
    static float x[BINS], compressed[2 * BINS], slope[BINS], masks[BINS], magnitude[BINS];
    const mbt_mask m = {.x = x,
                        .compressed = compressed,
                        .slope = slope,
                        .mask = masks,
                        .magnitude = magnitude,
                        .bins = BINS,
                        .scale = 1.5f,
                        .shift = -0.25f,
                        .prelu = 0.2f,
                        .out_scale = -1.25f,
                        .out_bias = 0.3f,
                        .beta = 2.0f,
                        .floor = floors[_i],
                        .expand = 1.0f / 0.3f};
    mbt_fill_between(x, BINS, -3, 3);
    mbt_fill_between(compressed, 2 * BINS, 0, 8);
    mbt_fill_between(slope, BINS, 0.5, 2);
    mbt_scalar()->mask(&m);
    for (size_t f = 0; f < BINS; f++) {
        const double y = (double)m.scale * (double)x[f] + (double)m.shift, active = y > 0 ? y : (double)m.prelu * y;
        const double logit = (double)slope[f] * ((double)m.out_scale * active + (double)m.out_bias);
        const double truth = fmax((double)m.floor, (double)m.beta / (1.0 + exp(-logit)));
        const double expanded = pow(truth * (double)compressed[2 * f], (double)m.expand);
        /* The exponent, up to 9 here, is rounded to float before exp: 9 * 6e-8, and a few ulp more. */
        mbt_expect_near("mask", f, masks[f], truth, 2e-6 * truth);
        mbt_expect_near("magnitude", f, magnitude[f], expanded, 4e-6 * expanded);
    }
}
END_TEST

/* compressed^expand by the mask kernel: the mask is 1. */
static void raise(const float *pairs, size_t count, float expand, float *power)
{
    static const float zeros[NEIGHBOURS], ones[NEIGHBOURS] = {1.0f};
    static float masks[NEIGHBOURS];
    ck_assert_uint_le(count, NEIGHBOURS);
    const mbt_mask m = {.x = zeros,
                        .compressed = pairs,
                        .slope = ones,
                        .mask = masks,
                        .magnitude = power,
                        .bins = count,
                        .beta = 2.0f,
                        .expand = expand};
    mbt_scalar()->mask(&m);
    for (size_t i = 0; i < count; i++)
        ck_assert(masks[i] == 1.0f);
}

/* Powers as large and as small as vec_math.h promises, for all exponents that a model may ask for. The power's own
 * exponent is split into eighths and a rest: the numbers around those whose rest lies in the middle are the hard ones.
 */
START_TEST(powers)
{
    static const float exponents[] = {0.125f, 0.3f, 1.0f, 2.0f, 1.0f / 0.3f, 5.0f, 7.0f, 8.0f};
    const float y = exponents[_i];
    double worst = 0;
    for (int sixteenth = -125 * 16 + 1; sixteenth < 127 * 16; sixteenth += 2) {
        float pairs[2 * NEIGHBOURS], power[NEIGHBOURS];
        float x = (float)exp2(sixteenth / 16.0 / (double)y);
        if (!(x > 0x1p-125f && x < 0x1p127f))
            continue;
        for (size_t i = 0; i < NEIGHBOURS / 2; i++)
            x = nextafterf(x, 0);
        for (size_t i = 0; i < NEIGHBOURS; i++, x = nextafterf(x, INFINITY)) {
            pairs[2 * i] = x;
            pairs[2 * i + 1] = 0.0f;
        }
        raise(pairs, NEIGHBOURS, y, power);
        for (size_t i = 0; i < NEIGHBOURS; i++)
            worst = fmax(worst, mbt_ulps(power[i], pow((double)pairs[2 * i], (double)y)));
    }
    ck_assert_msg(worst <= MBT_POWER_ULPS(y), "x^%g is off by up to %g ulp", (double)y, worst);
}
END_TEST

START_TEST(mask_of_silence)
{
    const float compressed[] = {0.0f, 5.0f}, slope[] = {1.0f};
    float x[] = {0.5f};
    const mbt_mask m = {.x = x,
                        .compressed = compressed,
                        .slope = slope,
                        .magnitude = x,
                        .bins = 1,
                        .scale = 1.0f,
                        .prelu = 0.2f,
                        .out_scale = 1.0f,
                        .beta = 2.0f,
                        .expand = 1.0f / 0.3f};
    mbt_scalar()->mask(&m);
    ck_assert(x[0] == 0.0f);
}
END_TEST

START_TEST(polar)
{
    enum { BINS = 5000 };
    static float r[BINS], i[BINS], pairs[2 * BINS], magnitude[BINS], re[BINS], im[BINS];
    fill_complex(r, i, BINS);
    mbt_fill_between(magnitude, BINS, 0, 100);
    for (size_t f = 0; f < BINS; f++) {
        pairs[2 * f] = r[f];
        pairs[2 * f + 1] = i[f];
    }
    pairs[0] = pairs[1] = 0.0f;
    mbt_scalar()->polar(magnitude, pairs, BINS, re, im);
    for (size_t f = 0; f < BINS; f++) {
        const double m = (double)magnitude[f], angle = atan2((double)pairs[2 * f + 1], (double)pairs[2 * f]);
        mbt_expect_near("re", f, re[f], m * cos(angle), 2.5e-7 * m);
        mbt_expect_near("im", f, im[f], m * sin(angle), 2.5e-7 * m);
    }
}
END_TEST

/* From the least denormal number to the largest: the squares of most of these are no normal floats. */
START_TEST(polar_of_extremes)
{
    enum { SIZES = 276, DIRECTIONS = 16, BINS = SIZES * DIRECTIONS };
    static float pairs[2 * BINS], magnitude[BINS], re[BINS], im[BINS];
    for (size_t f = 0; f < BINS; f++) {
        const double size = ldexp(1.0, (int)(f / DIRECTIONS) - 149), angle = mbt_between(-3.14159, 3.14159);
        pairs[2 * f] = (float)(size * cos(angle));
        pairs[2 * f + 1] = (float)(size * sin(angle));
        magnitude[f] = 1.0f;
    }
    mbt_scalar()->polar(magnitude, pairs, BINS, re, im);
    for (size_t f = 0; f < BINS; f++) {
        const double r = (double)pairs[2 * f], i = (double)pairs[2 * f + 1], length = hypot(r, i);
        mbt_expect_near("re", f, re[f], length > 0 ? r / length : 1, 2.5e-7);
        mbt_expect_near("im", f, im[f], length > 0 ? i / length : 0, 2.5e-7);
    }
}
END_TEST

TCase *mbt_scalar_spectral_tests(void)
{
    TCase *group = tcase_create("spectral");
    tcase_add_loop_test(group, spectrum, 0, 3);
    tcase_add_test(group, phase_on_the_axes);
    tcase_add_test(group, magnitude_of_zero);
    tcase_add_loop_test(group, mask, 0, 3);
    tcase_add_loop_test(group, powers, 0, 8);
    tcase_add_test(group, mask_of_silence);
    tcase_add_test(group, polar);
    tcase_add_test(group, polar_of_extremes);
    return group;
}
