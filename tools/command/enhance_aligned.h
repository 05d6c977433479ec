/* enhance_aligned.h: a causal model at another rate than its own, as mbt_push and mbt_pull: as many samples come out as
 * go in, and the result is not shifted in time. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_ALIGNED_H
#define MBT_TOOLS_COMMAND_ENHANCE_ALIGNED_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/fullband/fullband.h"

typedef struct mbt_aligned mbt_aligned;

/* As mbt_fullband_open. MBT_ERROR_ARGUMENT: the rate, in Hz, cannot be served. */
mbt_status mbt_aligned_open(const mbt_model *model, const mbt_options *options, double rate, mbt_high_band high_band,
                            mbt_aligned **aligned);

/* How far the result is behind, in samples. */
size_t mbt_aligned_latency(const mbt_aligned *aligned);

/* Takes samples, at most until there is something to get, and returns how many. *replaced: how many of them are beyond
 * what mbt_fullband_process takes. */
size_t mbt_aligned_put(mbt_aligned *aligned, const float *in, size_t samples, size_t *replaced);

/* No more samples come. */
void mbt_aligned_finish(mbt_aligned *aligned);

/* Gives the next samples of the result, at most room, and returns how many. */
size_t mbt_aligned_get(mbt_aligned *aligned, float *out, size_t room);

/* NULL is fine. */
void mbt_aligned_close(mbt_aligned *aligned);

#endif
