/* mix.h: part of the sound as it was, and the rest enhanced. */
#ifndef MBT_COMMON_MIX_H
#define MBT_COMMON_MIX_H

/* share of the dry sample, and 1 - share of the wet one; 0 <= share <= 1. In double, so that with equal samples, and
 * with a share of 0 or 1, nothing is rounded. */
static inline float mbt_mix(float wet, float dry, float share)
{
    return (float)((1 - (double)share) * (double)wet + (double)share * (double)dry);
}

#endif
