/* api.h: helpers that the tests of the public interface share. */
#ifndef MBT_TESTS_API_API_H
#define MBT_TESTS_API_API_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mambattention/mambattention.h"
#include "mambattention/model.h"

/* Of many places where a call is cancelled or a stream is reset, emulated and instrumented builds take every fifth. */
#define API_STEP (MBT_TEST_FEWER ? 5 : 1)

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* 50 ms, 6 frames of the embedded model: enough for every part of the network, and little for an emulator. */
#define SHORT 801u

/* Defaults but for max_samples and one thread. */
mbt_options api_options(size_t max_samples);

/* Something like speech at about -18 dB: harmonics of a gliding pitch, syllables, some noise. */
void api_speech(float *samples, size_t count);

/* Opens the embedded model, which must succeed. */
mbt_enhancer *api_open(const mbt_options *options);

/* One recording through the embedded model in an enhancer of its own, which must succeed. */
void api_enhance(const mbt_options *options, const float *in, float *out, size_t count);
void api_enhance_with(const mbt_model *model, const mbt_options *options, const float *in, float *out, size_t count);

/* One recording as above. Nothing before or after the enhancer's block, or after the output, may be written. */
void api_expect_guards(const mbt_model *model, size_t count, size_t max_samples, unsigned threads);

/* The embedded model with frames of 40 samples, every 10: its layers work for any number of bins, and so many more
 * frames take as long. SHORT samples are 82 frames of 21 bins: sequences along time are the longer ones, and longer
 * than the 64 positions that the scan takes at once. */
mbt_model api_narrow_model(void);

/* sqrt(sum x^2 / count) */
double api_rms(const float *samples, size_t count);

/* Memory that ends exactly after `size` bytes, aligned to 64 bytes. To be freed. */
void *api_block(size_t size);

bool api_all_finite(const float *samples, size_t count);

/* What passed between the library and the system, and what the system is to refuse: see hooks.c. */
typedef struct api_hooks {
    unsigned allocations; /* malloc, calloc, realloc, aligned_alloc and posix_memalign, to be reset by tests */
    size_t bytes;         /* of the last one */
    int blocks;           /* allocated and not yet freed */
    int allocations_left; /* allocations fail once so many were granted; -1: never */
    int threads;          /* started and not yet joined */
    int threads_left;     /* pthread_create fails once this many were started; -1: never */
} api_hooks;

extern api_hooks api_hook;

TCase *api_open_tests(void);
TCase *api_signal_tests(void);
TCase *api_bits_tests(void);
TCase *api_run_tests(void);
TCase *api_window_tests(void);
TCase *api_stream_tests(void);
TCase *api_rank_tests(void);
TCase *api_memory_tests(void);
TCase *api_flush_tests(void);
TCase *api_mix_tests(void);
TCase *api_process_tests(void);
TCase *api_self_test_tests(void);
TCase *api_live_tests(void);
TCase *api_ends_tests(void);

#endif
