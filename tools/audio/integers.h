/* integers.h: samples as integers. */
#ifndef MBT_TOOLS_AUDIO_INTEGERS_H
#define MBT_TOOLS_AUDIO_INTEGERS_H

#include <stddef.h>

/* round(2^(bits-1) x), saturated, in the upper bits of 32. It is the inverse of how libsndfile reads, which its own
 * conversion of floats (2^(bits-1) - 1) is not. Returns how many samples were beyond the range. */
size_t mbt_to_integers(const float *in, int *out, size_t samples, int bits);

#endif
