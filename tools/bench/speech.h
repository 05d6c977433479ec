/* speech.h: the synthetic recordings that bench measures with. */
#ifndef MBT_TOOLS_BENCH_SPEECH_H
#define MBT_TOOLS_BENCH_SPEECH_H

#include <stddef.h>
#include <stdint.h>

/* Sample `position` of white noise, in [-1, 1). */
double mbt_bench_noise(uint64_t position);

/* Samples position .. position + count - 1 of an endless recording at `rate` Hz: something like voiced speech
 * (harmonics of a gliding pitch, four syllables a second) in white noise. A sample depends on its position alone, so
 * any piece can be made again with the same bits. */
void mbt_bench_speech(float *samples, size_t count, uint64_t position, double rate);

/* The same with pauses: of every ten minutes one, after the first ten seconds, is digital silence. */
void mbt_bench_talk(float *samples, size_t count, uint64_t position, double rate);

#endif
