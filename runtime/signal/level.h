/* level.h: the level of a recording. */
#ifndef MBT_RUNTIME_SIGNAL_LEVEL_H
#define MBT_RUNTIME_SIGNAL_LEVEL_H

#include <stddef.h>

#include "mambattention/mambattention.h"

/* What brings a recording to an rms of 1: x scale gain. The scale is a power of two, 1 at all common levels: it keeps
 * the squares of very small or large samples in the range of float, so that every level gives the network the same
 * numbers. */
typedef struct mbt_level {
    float gain; /* 0 for silence */
    double scale;
} mbt_level;

/* gain = sqrt(samples / sum (x scale)^2). MBT_ERROR_SAMPLE if a sample is NaN or infinite. */
mbt_status mbt_level_measure(const float *x, size_t samples, mbt_level *level);

/* MBT_ERROR_SAMPLE if a sample is NaN or infinite. */
mbt_status mbt_samples_check(const float *x, size_t samples);

#endif
