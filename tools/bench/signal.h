/* signal.h: what bench lets the network hear. */
#ifndef MBT_TOOLS_BENCH_SIGNAL_H
#define MBT_TOOLS_BENCH_SIGNAL_H

#include <stddef.h>
#include <stdint.h>

/* White noise in [-1, 1): sample `position` of it. */
double mbt_bench_noise(uint64_t position);

/* Samples position .. position + count - 1 of an endless recording at `rate` Hz: voiced speech, more or less, that is
 * harmonics of a gliding pitch, four syllables a second, in white noise. The same bits in whatever pieces. */
void mbt_bench_speech(float *samples, size_t count, uint64_t position, double rate);

#endif
