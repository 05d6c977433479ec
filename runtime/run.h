/* run.h: the state of one run of the network, and how a part of the network starts tasks and reports progress. */
#ifndef MBT_RUNTIME_RUN_H
#define MBT_RUNTIME_RUN_H

#include <stdbool.h>

#include "runtime/matrix.h"
#include "runtime/model_check.h"
#include "runtime/stages.h"
#include "runtime/system/threads.h"

typedef struct mbt_run {
    const mbt_model *model;
    const mbt_kernels *kernels;
    mbt_pool *pool;
    size_t frames;     /* T: see mbt_spectrum_frames; of a causal network 1 */
    uint64_t clock;    /* of a causal network: the number of frames before this one */
    size_t bins;       /* F = n_fft / 2 + 1 */
    size_t inner_bins; /* F' = (F - 3) / 2 + 1 */
    float mask_floor;  /* the least that the mask may be; 0: no limit */
    float dry;         /* the share of the input in the result */
    mbt_progress *progress;
    void *progress_cookie;
    mbt_stage_hook *hook;
    void *hook_cookie;
    double done;
    bool cancelled;
    /* A frame of a causal network can be done in several runs. Its work is a sequence of pieces, each with its size in
     * multiply-adds, about. A run goes past them all, and does those that begin at `from` or later and before `to`. */
    size_t from, to;
    size_t at; /* where the next piece begins; afterwards, where the next run has to go on */
} mbt_run;

/* Runs the tasks, unless the run was cancelled. */
static inline void mbt_run_tasks(mbt_run *run, mbt_task *task, void *context, size_t count)
{
    if (!run->cancelled)
        mbt_pool_run(run->pool, task, context, count);
}

/* Whether this run does the next piece, whose size is `work`. */
static inline bool mbt_run_does(mbt_run *run, size_t work)
{
    const bool now = run->at >= run->from && run->at < run->to;
    if (run->at < run->to)
        run->at += work;
    return now;
}

/* Runs the tasks that are pieces of a causal network's frame, each of the same size, if they are this run's. */
static inline void mbt_run_pieces(mbt_run *run, mbt_task *task, void *context, size_t count, size_t work)
{
    for (size_t i = 0; i < count; i++)
        if (mbt_run_does(run, work))
            task(context, i, 0);
}

/* Runs a task for each frame. Its size counts in a causal network. */
static inline void mbt_run_frames(mbt_run *run, mbt_task *task, void *context, size_t work)
{
    if (mbt_model_is_causal(run->model))
        mbt_run_pieces(run, task, context, run->frames, work);
    else
        mbt_run_tasks(run, task, context, run->frames);
}

/* Adds a share to the progress and reports it to the caller, who may cancel the run. */
static inline void mbt_run_advance(mbt_run *run, double share)
{
    run->done += share;
    if (run->progress && !run->cancelled)
        run->cancelled = run->progress(run->progress_cookie, run->done < 1 ? run->done : 1) != 0;
}

/* Shows a tensor to the stage hook, if there is one; see stages.h. */
static inline void mbt_run_stage(mbt_run *run, const char *stage, unsigned index, const float *data, size_t count)
{
    if (run->hook && !run->cancelled && run->at < run->to)
        run->hook(run->hook_cookie, stage, index, data, count);
}

#endif
