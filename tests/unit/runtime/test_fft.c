/* test_fft.c: the Fourier transform, compared with KissFFT and with its definition in double precision. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <kiss_fftr.h>
#include <math.h>
#include <string.h>

#include "runtime/signal/fft.h"

#define PI 3.14159265358979323846

/* Powers of 2 and 4, factors 3, 5, 7, 11 and larger primes, and the sizes that are used in practice. */
static const size_t sizes[] = {4,   8,   12,  16,  20,  24,  28,  32,  36,  40,  44,   48,   52,   60,
                               64,  68,  76,  80,  84,  100, 120, 128, 140, 160, 196,  200,  220,  256,
                               300, 320, 400, 404, 440, 480, 500, 512, 600, 640, 1000, 1024, 2044, 2048};

typedef struct transform {
    mbt_fft fft;
    mbt_arena arena;
    float *input, *x, *scratch, *re, *im;
    double *cosines; /* of 2 pi i / n */
    double norm;     /* sqrt(sum input^2): the rms of |X[k]| over all n bins */
} transform;

static void plan(transform *t, size_t n, mbt_arena *arena)
{
    mbt_fft_plan(&t->fft, n, arena);
    t->input = mbt_arena_floats(arena, n);
    t->x = mbt_arena_floats(arena, n);
    t->scratch = mbt_arena_floats(arena, n);
    t->re = mbt_arena_floats(arena, n / 2 + 1);
    t->im = mbt_arena_floats(arena, n / 2 + 1);
    t->cosines = mbt_arena_take(arena, n, sizeof(double));
}

/* A transform of n points with noise for input. */
static transform open_transform(size_t n)
{
    transform t;
    mbt_arena counted = {0};
    plan(&t, n, &counted);
    t.arena = fixture_arena(&counted);
    plan(&t, n, &t.arena);
    uint32_t state = (uint32_t)n;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        t.cosines[i] = cos(2 * PI * (double)i / (double)n);
        t.input[i] = fixture_noise(&state);
        sum += (double)t.input[i] * (double)t.input[i];
    }
    t.norm = sqrt(sum);
    return t;
}

static void close_transform(transform *t)
{
    free(t->arena.base);
}

static void forward(transform *t)
{
    memcpy(t->x, t->input, t->fft.size * sizeof(float));
    mbt_fft_forward(&t->fft, t->x, t->scratch, t->re, t->im);
}

/* Bound of the error of one bin. A pass of radix r rounds each output at most r + 1 times: r products with twiddle
 * factors, themselves rounded, and r - 1 additions, of values whose rms is at most norm. Were all these to add up,
 * the error would be 2^-24 norm sum (r + 1); rounding errors of both signs stay well within it. */
static double tolerance(size_t n, double norm)
{
    size_t roundings = 0;
    for (size_t r = 2; n > 1; r++)
        for (; n % r == 0; n /= r)
            roundings += r + 1;
    return norm * (double)roundings * 0x1p-24;
}

/* Bin k of x by definition. */
static void define(const transform *t, const float *x, size_t k, double *re, double *im)
{
    const size_t n = t->fft.size;
    *re = *im = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t turn = i * k % n;
        *re += (double)x[i] * t->cosines[turn];
        *im -= (double)x[i] * t->cosines[(turn + n / 4 * 3) % n]; /* sin a = cos(a - pi / 2) */
    }
}

START_TEST(forward_is_the_definition)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    forward(&t);
    const double tol = tolerance(n, t.norm);
    for (size_t k = 0; k <= n / 2; k++) {
        double re, im;
        define(&t, t.input, k, &re, &im);
        ck_assert_double_eq_tol((double)t.re[k], re, tol);
        ck_assert_double_eq_tol((double)t.im[k], im, tol);
    }
    close_transform(&t);
}
END_TEST

/* Two programs in float, so twice the bound. */
START_TEST(forward_is_kissfft)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    forward(&t);
    kiss_fftr_cfg kiss = kiss_fftr_alloc((int)n, 0, NULL, NULL);
    kiss_fft_cpx *bins = malloc((n / 2 + 1) * sizeof *bins);
    ck_assert(kiss != NULL && bins != NULL);
    kiss_fftr(kiss, t.input, bins);
    const double tol = 2 * tolerance(n, t.norm);
    for (size_t k = 0; k <= n / 2; k++) {
        ck_assert_double_eq_tol((double)t.re[k], (double)bins[k].r, tol);
        ck_assert_double_eq_tol((double)t.im[k], (double)bins[k].i, tol);
    }
    free(bins);
    kiss_fftr_free(kiss);
    close_transform(&t);
}
END_TEST

/* There and back: each way adds an error that is the bound in the 2-norm, and the result is n times the input. */
START_TEST(inverse_undoes_forward)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    forward(&t);
    t.im[0] = 7; /* count as 0 */
    t.im[n / 2] = -7;
    mbt_fft_inverse(&t.fft, t.re, t.im, t.x, t.scratch);
    const double tol = 2 * tolerance(n, t.norm);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq_tol((double)t.x[i] / sqrt((double)n), (double)t.input[i] * sqrt((double)n), tol);
    close_transform(&t);
}
END_TEST

/* Not through forward: single bins come out as cosines and sines. */
START_TEST(inverse_is_the_definition)
{
    const size_t n = sizes[_i], half = n / 2;
    transform t = open_transform(n);
    const size_t bins[] = {0, 1, half / 2, half - 1, half};
    for (int b = 0; b < COUNT(bins); b++) {
        const size_t k = bins[b];
        const bool real = k == 0 || k == half;
        memset(t.re, 0, (half + 1) * sizeof(float));
        memset(t.im, 0, (half + 1) * sizeof(float));
        t.re[k] = 3;
        t.im[k] = real ? 0.0f : -2.0f;
        mbt_fft_inverse(&t.fft, t.re, t.im, t.x, t.scratch);
        for (size_t i = 0; i < n; i++) {
            const double c = t.cosines[i * k % n], s = t.cosines[(i * k % n + n / 4 * 3) % n];
            const double wanted = real ? 3 * c : 2 * (3 * c + 2 * s);
            ck_assert_double_eq_tol((double)t.x[i], wanted, tolerance(n, 8));
        }
    }
    close_transform(&t);
}
END_TEST

static void expect_real_ends(const transform *t)
{
    const size_t half = t->fft.size / 2;
    ck_assert(t->im[0] == 0 && !signbit(t->im[0]));
    ck_assert(t->im[half] == 0 && !signbit(t->im[half]));
}

START_TEST(first_and_last_bin_are_real_with_a_positive_zero)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    forward(&t);
    expect_real_ends(&t);
    for (size_t i = 0; i < n; i++)
        t.input[i] = -t.input[i];
    forward(&t);
    expect_real_ends(&t);
    for (size_t i = 0; i < n; i++)
        t.input[i] = -0.0f;
    forward(&t);
    expect_real_ends(&t);
    for (size_t k = 0; k <= n / 2; k++)
        ck_assert(t.re[k] == 0 && t.im[k] == 0);
    close_transform(&t);
}
END_TEST

/* No rounding is involved: sums of one number and zeros, products with 1. */
START_TEST(an_impulse_is_flat)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    memset(t.input, 0, n * sizeof(float));
    t.input[0] = 0.3f;
    forward(&t);
    for (size_t k = 0; k <= n / 2; k++)
        ck_assert(t.re[k] == 0.3f && t.im[k] == 0);
    close_transform(&t);
}
END_TEST

/* x[i] = x[n - i], as in the first frame of a recording: no imaginary part but rounding. */
START_TEST(a_mirror_image_has_a_real_spectrum)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    double sum = 0;
    for (size_t i = 1; i < n / 2; i++)
        t.input[n - i] = t.input[i];
    for (size_t i = 0; i < n; i++)
        sum += (double)t.input[i] * (double)t.input[i];
    forward(&t);
    for (size_t k = 0; k <= n / 2; k++)
        ck_assert_double_eq_tol((double)t.im[k], 0, tolerance(n, sqrt(sum)));
    close_transform(&t);
}
END_TEST

/* The roots in the table are rounded correctly, which only their double counterparts can tell: within half a unit in
 * the last place of 1, 2^-25 below 1/2. */
START_TEST(roots_are_rounded_once)
{
    const size_t n = sizes[_i];
    transform t = open_transform(n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_double_eq_tol((double)t.fft.root[2 * i], t.cosines[i], 0x1.01p-25);
        ck_assert_double_eq_tol((double)t.fft.root[2 * i + 1], t.cosines[(i + n / 4 * 3) % n], 0x1.01p-25);
    }
    close_transform(&t);
}
END_TEST

/* The largest size, and the one with most factors: a few bins. */
START_TEST(large_sizes)
{
    static const size_t large[] = {65536, 26244, 65500};
    for (int i = 0; i < COUNT(large); i++) {
        const size_t n = large[i], bins[] = {0, 1, n / 3, n / 2 - 1, n / 2};
        transform t = open_transform(n);
        forward(&t);
        for (int b = 0; b < COUNT(bins); b++) {
            double re, im;
            define(&t, t.input, bins[b], &re, &im);
            ck_assert_double_eq_tol((double)t.re[bins[b]], re, tolerance(n, t.norm));
            ck_assert_double_eq_tol((double)t.im[bins[b]], im, tolerance(n, t.norm));
        }
        close_transform(&t);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fft");
    tcase_add_loop_test(tests, forward_is_the_definition, 0, COUNT(sizes));
    tcase_add_loop_test(tests, forward_is_kissfft, 0, COUNT(sizes));
    tcase_add_loop_test(tests, inverse_undoes_forward, 0, COUNT(sizes));
    tcase_add_loop_test(tests, inverse_is_the_definition, 0, COUNT(sizes));
    tcase_add_loop_test(tests, first_and_last_bin_are_real_with_a_positive_zero, 0, COUNT(sizes));
    tcase_add_loop_test(tests, an_impulse_is_flat, 0, COUNT(sizes));
    tcase_add_loop_test(tests, a_mirror_image_has_a_real_spectrum, 0, COUNT(sizes));
    tcase_add_loop_test(tests, roots_are_rounded_once, 0, COUNT(sizes));
    tcase_add_test(tests, large_sizes);
    return unit_main(tests, "fft");
}
