/* sinc.c: low passes by series, exact to some 1e-9: weights are float. */
#include "tools/fullband/sinc.h"

#define PI 3.14159265358979323846

double mbt_kaiser_beta(double attenuation)
{
    return 0.1102 * (attenuation - 8.7);
}

double mbt_kaiser_half(double attenuation, double transition)
{
    return (attenuation - 8) / (2.285 * 2 * PI * transition) / 2;
}

/* sin(pi x) for |x| up to some millions: Taylor's series of sin(pi y) / y in y^2, |y| <= 1. */
static double sine_of_pi(double x)
{
    static const double terms[] = {
        3.141592653589793,     -5.16771278004997,       2.5501640398773455,     -0.5992645293207921,
        0.08214588661112823,   -0.0073704309457143504,  0.00046630280576761255, -2.1915353447830217e-05,
        7.952054001475513e-07, -2.2948428997269873e-08, 5.392664662608129e-10,  -1.0518471716932065e-11,
    };
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: a sum with it is rounded to a whole number */
    const double turns = (0.5 * x + shift) - shift, y = x - 2 * turns, square = y * y;
    double sum = 0;
    for (int i = (int)(sizeof terms / sizeof terms[0]) - 1; i >= 0; i--)
        sum = sum * square + terms[i];
    return sum * y;
}

/* 1 / k!^2: the modified Bessel function I0(z) is their sum with (z / 2)^(2k). */
enum { BESSEL_TERMS = 20 };

static void bessel_terms(double terms[BESSEL_TERMS])
{
    terms[0] = 1;
    for (int k = 1; k < BESSEL_TERMS; k++)
        terms[k] = terms[k - 1] / ((double)k * k);
}

static double window(const mbt_sinc *sinc, const double terms[BESSEL_TERMS], double time)
{
    const double place = time / sinc->half, x = sinc->beta * sinc->beta / 4 * (1 - place * place);
    double sum = 0;
    for (int k = BESSEL_TERMS - 1; k >= 0; k--)
        sum = sum * x + terms[k];
    return x < 0 ? 0 : sum;
}

void mbt_sinc_weights(const mbt_sinc *sinc, double first, float *weights, size_t count)
{
    double terms[BESSEL_TERMS], sum = 0;
    bessel_terms(terms);
    for (size_t i = 0; i < count; i++) {
        const double time = first + (double)i, x = 2 * sinc->cutoff * time;
        const double at_zero = x == 0, sine = at_zero != 0 ? PI : sine_of_pi(x);
        const double weight = sine / (x + at_zero) * window(sinc, terms, time);
        weights[i] = (float)weight;
        sum += weight;
    }
    for (size_t i = 0; i < count; i++)
        weights[i] = (float)((double)weights[i] / sum);
}

/* Eight sums beside each other: they fill vectors of any width in the same order. */
float mbt_dot(const float *a, const float *b, size_t count)
{
    float sums[MBT_DOT_LANES] = {0};
    for (size_t i = 0; i < count; i += MBT_DOT_LANES)
        for (size_t k = 0; k < MBT_DOT_LANES; k++)
            sums[k] += a[i + k] * b[i + k];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}
