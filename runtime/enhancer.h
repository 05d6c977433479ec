/* enhancer.h: the parts of an enhancer. */
#ifndef MBT_RUNTIME_ENHANCER_H
#define MBT_RUNTIME_ENHANCER_H

#include "runtime/system/float_mode.h"
#include "runtime/system/memory.h"
#include "runtime/live.h"
#include "runtime/network.h"
#include "runtime/signal/spectrum.h"
#include "runtime/signal/windows.h"

struct mbt_enhancer {
    mbt_options options; /* as given, but threads is the actual number */
    const mbt_model *model;
    const mbt_kernels *kernels;
    mbt_pool *pool;
    mbt_memory memory;
    mbt_spectrum spectrum;
    mbt_network network;
    float mask_floor; /* what options.limit comes to for the mask, which multiplies compressed magnitudes */
    float *planes;    /* [T][F][2]: compressed magnitude and phase; after a run, the window's result */
    bool causal;      /* the network is: live is used in place of windows */
    mbt_live live;
    mbt_windows windows;    /* of a stream, or of a recording longer than one window */
    size_t windows_done;    /* windows of this recording that are done */
    double windows_all;     /* windows of this recording; 1 in a stream */
    size_t pushed;          /* samples of this stream so far, if there is a limit */
    bool streaming;         /* a stream has begun and was not reset */
    bool busy;              /* the network is running: calls from the progress callback are refused */
    mbt_float_mode callers; /* of the thread whose call is running */
    mbt_stage_hook *hook;
    void *hook_cookie;
};

/* Lays out everything in the arena, the enhancer first. Returns NULL if the arena only counts. The options must have
 * been checked. */
mbt_enhancer *mbt_enhancer_plan(mbt_arena *arena, const mbt_model *model, const mbt_options *options);

/* Returns MBT_ERROR_ARGUMENT if an option is out of its range, MBT_ERROR_TOO_LONG if no memory could hold the
 * window. */
mbt_status mbt_options_check(const mbt_options *options, const mbt_model *model);

/* Computes the window and the overlap, in samples, from options that have been checked. */
void mbt_options_windows(const mbt_options *options, const mbt_model *model, size_t *window, size_t *overlap);

/* A run of the network on so many samples, or on one frame of a causal network. */
mbt_run mbt_enhancer_run(mbt_enhancer *enhancer, size_t samples);

/* Runs the network on one window: an mbt_window_task whose cookie is the enhancer. out may be in. On failure out is
 * unchanged. */
mbt_status mbt_enhancer_window(void *enhancer, const float *in, float *out, size_t samples);

#endif
