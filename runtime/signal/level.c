/* level.c: the gain that normalises the network's input. */
#include "runtime/signal/level.h"

#include <float.h>
#include <math.h>

#include "runtime/port.h"

#define LANES 32u          /* running sums: 4 vectors of 8 */
#define COMMON_EXPONENT 24 /* an rms from 2^-24 (the last bit of a 24-bit file) to 2^24 needs no scale */
#define LEVELS 4u          /* levels of partial sums */

static float square(float x, double scale)
{
    const float scaled = (float)((double)x * scale);
    return scaled * scaled;
}

/* Computes sum (x scale)^2 in float, adding in the same order as the reference. The last bit of the gain depends on
 * this order, and the noise that decides the phases of frame 0 (fft.c) depends on that bit. Element i belongs to lane
 * i mod 32. After 2^power elements a lane adds its sum to the next level and starts again from 0; each level does the
 * same. Elements that do not fill 32 lanes, or a vector of 8, are added last. This is pairwise summation as in
 * PyTorch's sum on one thread (after Higham, "The accuracy of floating point summation", 1993). */
static float sum_of_squares(const float *x, size_t samples, double scale)
{
    float sum[LEVELS][LANES] = {{0}};
    const size_t rows = samples / LANES;
    size_t bits = 0;
    while (rows > (size_t)1 << bits)
        bits++;
    const size_t power = bits / LEVELS > 4 ? bits / LEVELS : 4;
    for (size_t row = 0; row < rows; row++) {
        for (size_t lane = 0; lane < LANES; lane++)
            sum[0][lane] += square(x[row * LANES + lane], scale);
        for (size_t level = 1; level < LEVELS && (row + 1) % ((size_t)1 << (level * power)) == 0; level++)
            for (size_t lane = 0; lane < LANES; lane++) {
                sum[level][lane] += sum[level - 1][lane];
                sum[level - 1][lane] = 0;
            }
    }
    for (size_t level = 1; level < LEVELS; level++)
        for (size_t lane = 0; lane < LANES; lane++)
            sum[0][lane] += sum[level][lane];
    size_t i = rows * LANES;
    for (; i + 8 <= samples; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            sum[0][lane] += square(x[i + lane], scale);
    for (size_t lane = 8; lane < LANES; lane++)
        sum[0][lane % 8] += sum[0][lane];
    float total = 0;
    for (; i < samples; i++)
        total += square(x[i], scale);
    for (size_t lane = 0; lane < 8; lane++)
        total += sum[0][lane];
    return total;
}

/* MBT_ERROR_SAMPLE if a sample is NaN or larger than that. */
static mbt_status check(const float *x, size_t samples, float largest)
{
    for (size_t i = 0; i < samples; i++)
        if (!(fabsf(x[i]) <= largest))
            return MBT_ERROR_SAMPLE;
    return MBT_OK;
}

mbt_status mbt_samples_check(const float *x, size_t samples)
{
    return check(x, samples, MBT_LARGEST_SAMPLE);
}

mbt_status mbt_level_measure(const float *x, size_t samples, mbt_level *level)
{
    if (check(x, samples, FLT_MAX) != MBT_OK)
        return MBT_ERROR_SAMPLE;
    double energy = 0; /* in double, squares of floats are exact, and neither overflow nor underflow */
    for (size_t i = 0; i < samples; i++)
        energy += (double)x[i] * (double)x[i];
    *level = (mbt_level){.gain = 0, .scale = 1};
    if (energy > 0) {
        const int exponent = ilogb(energy / (double)samples) / 2; /* of the rms */
        if (exponent < -COMMON_EXPONENT || exponent > COMMON_EXPONENT)
            level->scale = ldexp(1, -exponent);
        level->gain = sqrtf(1.0f / sum_of_squares(x, samples, level->scale) * (float)samples);
    }
    return MBT_OK;
}

/* The power of e by its series for a small part of the exponent, squared as often as that was halved. Ten squares make
 * the error a thousandfold, some 1e-13. */
double mbt_level_down(double decibels)
{
    const double x = decibels * (-0x1.26bb1bbb55516p+1 / 20) / 1024; /* ln 10 = 0x1.26bb1bbb55516p+1 */
    double power = 1;
    for (int n = 8; n > 0; n--)
        power = 1 + x / n * power;
    for (int i = 0; i < 10; i++)
        power *= power;
    return power;
}
