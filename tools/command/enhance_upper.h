/* enhance_upper.h: what lies above a model's frequencies in one channel of a recording of a higher rate: the input less
 * its own way down to the model's rate and back, times a gain that follows what the model did just below
 * (tools/fullband/high_band.h). */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_UPPER_H
#define MBT_TOOLS_COMMAND_ENHANCE_UPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mbt_upper mbt_upper;

/* limit: as in mbt_options. NULL on failure, and *reason says why. */
mbt_upper *mbt_upper_open(uint32_t model_rate, uint32_t rate, float limit, const char **reason);

/* Takes what goes into the model next. False when out of memory. */
bool mbt_upper_put(mbt_upper *upper, const float *noisy, size_t samples);

/* Takes what comes out of the model next, for samples that were put. False when out of memory. */
bool mbt_upper_follow(mbt_upper *upper, const float *clean, size_t samples);

/* Adds to the next samples of the result, at the recording's rate; input[0], input[stride], ... are those of the
 * recording. They are what a resampler gives, in one call, for the last `left` samples that were followed; left 0: at
 * the end. On failure false, and *reason says why. */
bool mbt_upper_add(mbt_upper *upper, size_t left, const float *input, size_t stride, float *out, size_t samples,
                   const char **reason);

/* NULL is fine. */
void mbt_upper_close(mbt_upper *upper);

#endif
