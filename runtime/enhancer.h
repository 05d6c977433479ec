/* enhancer.h: what an enhancer is made of. */
#ifndef MBT_RUNTIME_ENHANCER_H
#define MBT_RUNTIME_ENHANCER_H

#include "runtime/system/memory.h"
#include "runtime/network.h"
#include "runtime/signal/spectrum.h"
#include "runtime/signal/windows.h"

struct mbt_enhancer {
    mbt_options options; /* as given; threads are known */
    const mbt_model *model;
    const mbt_kernels *kernels;
    mbt_pool *pool;
    mbt_memory memory;
    mbt_spectrum spectrum;
    mbt_network network;
    float *planes;       /* [T][F][2]: of the noisy spectrum; after a run the result of the window */
    mbt_windows windows; /* of a stream, or of a recording that is longer than one */
    size_t windows_done; /* of this recording */
    double windows_all;  /* 1 in a stream */
    size_t pushed;       /* samples of this stream, counted if there is a limit */
    bool streaming;      /* a stream has begun and was not reset */
    bool busy;           /* the network runs: calls from the progress callback are refused */
    mbt_stage_hook *hook;
    void *hook_cookie;
};

/* Lays out everything in the arena, the enhancer first; with an arena that only counts, returns NULL. options: have
 * been checked. */
mbt_enhancer *mbt_enhancer_plan(mbt_arena *arena, const mbt_model *model, const mbt_options *options);

/* MBT_ERROR_ARGUMENT if an option is out of its range, MBT_ERROR_TOO_LONG if no memory has room for its window. */
mbt_status mbt_options_check(const mbt_options *options, const mbt_model *model);

/* The window and the overlap that the options, which have been checked, come to. */
void mbt_options_windows(const mbt_options *options, const mbt_model *model, size_t *window, size_t *overlap);

/* A window: an mbt_window_task whose cookie is the enhancer. out may be in. On failure out is untouched. */
mbt_status mbt_enhancer_window(void *enhancer, const float *in, float *out, size_t samples);

#endif
