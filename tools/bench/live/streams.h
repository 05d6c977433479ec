/* streams.h: live streams that take turns on one core. */
#ifndef MBT_TOOLS_BENCH_LIVE_STREAMS_H
#define MBT_TOOLS_BENCH_LIVE_STREAMS_H

#include "mambattention/mambattention.h"
#include "tools/bench/live/times.h"

/* How streams are run. */
typedef struct mbt_streams_how {
    const mbt_model *model;
    mbt_isa isa;
    size_t block; /* samples in a call */
    bool spread;  /* mbt_options.spread */
} mbt_streams_how;

typedef struct mbt_streams {
    mbt_streams_how how;
    mbt_enhancer **enhancers; /* [count] */
    size_t count;
    float *sound, *out; /* [sound_size] an endless recording, [block] */
    size_t sound_size, at;
} mbt_streams;

/* Opens `count` streams and lets each run until it sees as many frames as it ever does. False on failure, with one
 * error line printed. To be closed in either case. */
bool mbt_streams_open(mbt_streams *streams, const mbt_streams_how *how, size_t count, bool quick);
void mbt_streams_close(mbt_streams *streams);

/* Gives each stream its next block: one round. */
void mbt_streams_round(mbt_streams *streams);

/* How long to measure: `most` rounds, or fewer, but not below `fewest`, if they take more than `ns`. */
typedef struct mbt_streams_plan {
    size_t most, fewest;
    double ns;
} mbt_streams_plan;

/* Runs rounds and describes their times. cold: NULL, or memory larger than all caches, which is written between rounds.
 * False when memory runs out; prints one error line. */
bool mbt_streams_measure(mbt_streams *streams, const mbt_streams_plan *plan, unsigned char *cold, size_t cold_size,
                         mbt_time_views *views);

#endif
