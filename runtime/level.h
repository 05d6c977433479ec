/* level.h: the level of a recording. */
#ifndef MBT_RUNTIME_LEVEL_H
#define MBT_RUNTIME_LEVEL_H

#include <stddef.h>

#include "mambattention/mambattention.h"

/* gain = sqrt(samples / sum x^2), which brings the rms to 1; 0 for silence. Finite, and normal unless 0, for any finite
 * samples. MBT_ERROR_SAMPLE if a sample is NaN or infinite. */
mbt_status mbt_level_gain(const float *x, size_t samples, float *gain);

#endif
