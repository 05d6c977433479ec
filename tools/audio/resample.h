/* resample.h: changes the rate of a signal without moving it in time. */
#ifndef MBT_TOOLS_AUDIO_RESAMPLE_H
#define MBT_TOOLS_AUDIO_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Samples at rate `to` that span `samples` samples at rate `from`, rounded up. SIZE_MAX if too many to count. */
size_t mbt_resampled_length(size_t samples, uint32_t from, uint32_t to);

/* Whether this change of rate can be made: a factor of 256 either way at most. */
bool mbt_can_resample(uint32_t from, uint32_t to);

/* Output sample j stands for the time j / to seconds, as input sample i does for i / from: no delay either way. Beyond
 * its ends the input counts as silence. in and out do not overlap. On failure false, and *reason says why. */
bool mbt_resample(const float *in, size_t in_samples, uint32_t from, float *out, size_t out_samples, uint32_t to,
                  const char **reason);

/* The same for a signal that comes in pieces. */
typedef struct mbt_resampler mbt_resampler;

/* How many samples of the input it takes at most that were not yet given, beside those that the output spans. */
size_t mbt_resampler_latency(uint32_t from, uint32_t to);

/* NULL on failure, and *reason says why. */
mbt_resampler *mbt_resampler_open(uint32_t from, uint32_t to, const char **reason);

/* Takes *used samples of in and gives *made samples to out, as many of both as there is need and room for. With
 * in_samples 0 the signal has ended: the rest comes, until *made is less than room. On failure false. */
bool mbt_resampler_run(mbt_resampler *resampler, const float *in, size_t in_samples, size_t *used, float *out,
                       size_t room, size_t *made, const char **reason);

/* NULL is fine. */
void mbt_resampler_close(mbt_resampler *resampler);

#endif
