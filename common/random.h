/* random.h: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). It
 * computes with integers, so it gives the same numbers on every machine. */
#ifndef MBT_COMMON_RANDOM_H
#define MBT_COMMON_RANDOM_H

#include <stdint.h>

#define MBT_RANDOM_STEP UINT64_C(0x9e3779b97f4a7c15)

/* The random number for a state of the generator. */
static inline uint64_t mbt_random_mix(uint64_t state)
{
    state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
    return state ^ (state >> 31);
}

/* The next number. Any initial state is good. */
static inline uint64_t mbt_random_next(uint64_t *state)
{
    return mbt_random_mix(*state += MBT_RANDOM_STEP);
}

/* The number that mbt_random_next returns after `position` earlier calls, starting from state 0. */
static inline uint64_t mbt_random_at(uint64_t position)
{
    return mbt_random_mix((position + 1) * MBT_RANDOM_STEP);
}

/* Converts such a number to a fraction, uniform in [0, 1). */
static inline double mbt_random_fraction(uint64_t number)
{
    return (double)(number >> 11) * 0x1p-53;
}

#endif
