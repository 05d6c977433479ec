/* level.h: the level of a recording. */
#ifndef MBT_RUNTIME_SIGNAL_LEVEL_H
#define MBT_RUNTIME_SIGNAL_LEVEL_H

#include <stddef.h>

#include "mambattention/mambattention.h"

/* A recording times scale times gain has an rms of 1. The scale is a power of two, and 1 at all common levels. It
 * keeps the squares of very small or very large samples in the range of float, so that the network gets the same
 * numbers at every level. */
typedef struct mbt_level {
    float gain; /* 0 for silence */
    double scale;
} mbt_level;

/* gain = sqrt(samples / sum (x scale)^2). MBT_ERROR_SAMPLE if a sample is NaN or infinite. */
mbt_status mbt_level_measure(const float *x, size_t samples, mbt_level *level);

/* MBT_ERROR_SAMPLE if a sample is NaN or beyond MBT_LARGEST_SAMPLE. */
mbt_status mbt_samples_check(const float *x, size_t samples);

/* 10^(-decibels / 20) for 0 to 200 dB, with the same bits everywhere, which libm's pow has not. */
double mbt_level_down(double decibels);

#endif
