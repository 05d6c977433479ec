/* callback_sample.h: what becomes of a sample that an audio callback, which cannot refuse, should not get. */
#ifndef MBT_COMMON_CALLBACK_SAMPLE_H
#define MBT_COMMON_CALLBACK_SAMPLE_H

#include <float.h>
#include <stddef.h>

/* The largest sample that a callback takes, of either sign: 18 dB above full scale. */
#define MBT_LOUDEST_SAMPLE 8.0f

/* NaN and infinity become silence, and the rest is limited. Counts the samples that are replaced. */
static inline float mbt_callback_sample(float x, size_t *replaced)
{
    if (x >= -MBT_LOUDEST_SAMPLE && x <= MBT_LOUDEST_SAMPLE)
        return x;
    (*replaced)++;
    if (x > MBT_LOUDEST_SAMPLE && x <= FLT_MAX)
        return MBT_LOUDEST_SAMPLE;
    return x < -MBT_LOUDEST_SAMPLE && x >= -FLT_MAX ? -MBT_LOUDEST_SAMPLE : 0;
}

#endif
