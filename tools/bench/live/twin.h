/* twin.h: a live stream a second time, by other calls, for another stream to be compared with. */
#ifndef MBT_TOOLS_BENCH_LIVE_TWIN_H
#define MBT_TOOLS_BENCH_LIVE_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mambattention/mambattention.h"

typedef struct mbt_twin {
    mbt_enhancer *enhancer; /* the caller's */
    double rate;
    size_t latency;
    const float *whole; /* [whole_size] what mbt_enhance makes of the first samples */
    size_t whole_size;
    uint64_t in;      /* samples that went into mbt_process */
    uint64_t checked; /* samples compared with what came out */
    uint64_t silent;  /* samples of digital silence among those that went in */
    uint64_t draws;   /* random numbers drawn so far */
} mbt_twin;

/* Enhances the first `samples` samples of a recording of `total` at once, with an enhancer of a causal model, which
 * then belongs to the twin. in, out: [samples], out stays. False on failure, with one error line printed. */
bool mbt_twin_begin(mbt_twin *twin, mbt_enhancer *enhancer, double rate, float *in, float *out, size_t samples,
                    uint64_t total);

/* Compares what a stream has given with the same of mbt_process, in blocks of other sizes, and with the whole. ring:
 * sample i at i % ring_size. pushed, given: samples of the stream so far; ended: no more will be pushed. False if a
 * sample has other bits; prints one error line. */
bool mbt_twin_check(mbt_twin *twin, const float *ring, size_t ring_size, uint64_t pushed, uint64_t given, bool ended);

#endif
