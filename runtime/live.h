/* live.h: a stream through a causal network: one hop in, one hop out. */
#ifndef MBT_RUNTIME_LIVE_H
#define MBT_RUNTIME_LIVE_H

#include "runtime/network.h"
#include "runtime/signal/hops.h"

typedef struct mbt_live {
    const mbt_spectrum *spectrum;
    const mbt_network *network;
    float *planes; /* [F][2] */
    mbt_hops hops;
    float *result;    /* [hop]: the samples that the last frame completed */
    uint64_t clock;   /* frames that the network has run */
    size_t held;      /* samples of the next hop that are there */
    bool begun;       /* a frame has been analysed and its result is not yet there */
    bool resting;     /* the network has nothing to do for that frame */
    size_t at;        /* the piece of that frame with which the work goes on */
    size_t work;      /* of a frame, as run.h counts it */
    size_t next, end; /* result[next .. end - 1] can be taken */
    size_t early;     /* how many samples to come lie before the first of the stream */
    size_t pending;   /* samples put in and not yet taken out */
    bool ended;       /* no more samples come */
    bool delayed;     /* mbt_live_process has been called: samples before the first are given as zeros */
    bool spread;      /* mbt_live_process does a frame's work while the next hop comes in */
} mbt_live;

/* Takes the memory. The network, its spectrum and planes have been planned for one frame. */
void mbt_live_plan(mbt_live *live, const mbt_model *model, const mbt_spectrum *spectrum, const mbt_network *network,
                   float *planes, mbt_arena *arena);

/* After planning: whether the work is spread. In this and the others, run is that of one frame. */
void mbt_live_open(mbt_live *live, mbt_run *run, bool spread);

/* Begins a stream. */
void mbt_live_reset(mbt_live *live, mbt_run *run);

/* How many samples the next mbt_live_put takes at most. */
size_t mbt_live_room(const mbt_live *live, const mbt_model *model);

/* Takes samples until a hop is full. Returns how many it took. */
size_t mbt_live_put(mbt_live *live, const mbt_model *model, const float *in, size_t samples);

/* Ends the stream. */
void mbt_live_finish(mbt_live *live);

/* Writes the next samples of the result to out, up to `room`, and returns how many there were. Runs the network when a
 * hop is full, and at the end for the samples that are left. */
size_t mbt_live_get(mbt_live *live, mbt_run *run, float *out, size_t room);

/* Takes `samples` samples and gives as many, delayed by win samples, and one hop more if the work is spread: zeros
 * before the first. out may be in. Not to be mixed with the three above in one stream. */
void mbt_live_process(mbt_live *live, mbt_run *run, const float *in, float *out, size_t samples);

#endif
