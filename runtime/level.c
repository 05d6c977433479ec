/* level.c: the gain that the network's input is normalised with. */
#include "level.h"

#include <float.h>
#include <math.h>

#define LANES 32u /* running sums: 4 vectors of 8 */
#define LEVELS 4u /* sums of sums of sums */

/* sum x^2 in float, in the order in which the reference adds: the last bit of the gain is a matter of this order, and
 * the noise that decides the phases of frame 0 (fft.c) a matter of that bit. Element i belongs to lane i mod 32. A lane
 * adds 2^power elements before the sum is handed to the next level, which does likewise; what no longer fills 32 lanes,
 * or a vector, is added last. (Pairwise summation as in PyTorch's sum on one thread, after Higham, "The accuracy of
 * floating point summation", 1993.) */
static float sum_of_squares(const float *x, size_t samples)
{
    float sum[LEVELS][LANES] = {{0}};
    const size_t rows = samples / LANES;
    size_t bits = 0;
    while (rows > (size_t)1 << bits)
        bits++;
    const size_t power = bits / LEVELS > 4 ? bits / LEVELS : 4;
    for (size_t row = 0; row < rows; row++) {
        for (size_t lane = 0; lane < LANES; lane++)
            sum[0][lane] += x[row * LANES + lane] * x[row * LANES + lane];
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
            sum[0][lane] += x[i + lane] * x[i + lane];
    for (size_t lane = 8; lane < LANES; lane++)
        sum[0][lane % 8] += sum[0][lane];
    float total = 0;
    for (; i < samples; i++)
        total += x[i] * x[i];
    for (size_t lane = 0; lane < 8; lane++)
        total += sum[0][lane];
    return total;
}

mbt_status mbt_level_gain(const float *x, size_t samples, float *gain)
{
    double energy = 0; /* squares of floats are exact in double, and cannot overflow */
    for (size_t i = 0; i < samples; i++) {
        if (!isfinite(x[i]))
            return MBT_ERROR_SAMPLE;
        energy += (double)x[i] * (double)x[i];
    }
    *gain = 0;
    if (energy > 0) {
        const float sum = sum_of_squares(x, samples);
        const float wanted = isnormal(sum) ? sqrtf(1.0f / sum * (float)samples) : (float)sqrt((double)samples / energy);
        *gain = wanted > FLT_MAX ? FLT_MAX : wanted < FLT_MIN ? FLT_MIN : wanted;
    }
    return MBT_OK;
}
