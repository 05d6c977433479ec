/* enhancer.c: opens and closes an enhancer, and runs a recording through the network, whole or window by window. */
#include "runtime/enhancer.h"

#include <string.h>

/* Finds the kernels for this machine that the options ask for. Refuses them, and itself, if flags of somebody else's
 * changed their bits in a way that no source can see. */
static mbt_status choose_kernels(const mbt_options *options, const mbt_kernels **kernels)
{
    mbt_isa isa = options->isa;
    if (isa == MBT_ISA_AUTO) {
        const mbt_status status = mbt_isa_chosen(&isa);
        if (status != MBT_OK)
            return status;
    }
    *kernels = mbt_kernels_for(isa);
    if (!*kernels)
        return MBT_ERROR_ISA;
    return mbt_fuses() || (*kernels)->fuses() ? MBT_ERROR_BITS : MBT_OK;
}

/* The caller's allocator runs in the caller's mode. */
static mbt_status take_memory(mbt_memory *memory, const mbt_options *options, size_t bytes, mbt_float_mode *callers)
{
    mbt_float_mode_leave(callers);
    const mbt_status status = mbt_memory_take(memory, options, bytes);
    mbt_float_mode_enter(callers);
    return status;
}

static mbt_status open_enhancer(const mbt_model *model, const mbt_options *options, mbt_float_mode *callers,
                                mbt_enhancer **enhancer)
{
    mbt_options chosen;
    mbt_options_init(&chosen);
    if (options)
        chosen = *options;
    if (chosen.threads == 0) /* decided here once: the number of cores may change later */
        chosen.threads = mbt_pool_threads(0);
    size_t bytes = 0;
    const mbt_kernels *kernels = NULL;
    mbt_memory memory;
    mbt_status status = mbt_memory_needed(model, &chosen, &bytes);
    if (status == MBT_OK)
        status = choose_kernels(&chosen, &kernels);
    if (status == MBT_OK)
        status = take_memory(&memory, &chosen, bytes, callers);
    if (status != MBT_OK)
        return status;
    mbt_arena arena = {.base = memory.block};
    mbt_enhancer *opened = mbt_enhancer_plan(&arena, model, &chosen);
    opened->kernels = kernels;
    opened->memory = memory;
    status = mbt_pool_start(opened->pool);
    if (status != MBT_OK) {
        mbt_float_mode_leave(callers);
        mbt_memory_give_back(memory);
        return status;
    }
    if (opened->causal) {
        mbt_run run = mbt_enhancer_run(opened, 0);
        mbt_live_open(&opened->live, &run, opened->options.spread != 0);
    }
    *enhancer = opened;
    return MBT_OK;
}

mbt_status mbt_open(const mbt_model *model, const mbt_options *options, mbt_enhancer **enhancer)
{
    if (!enhancer)
        return MBT_ERROR_ARGUMENT;
    *enhancer = NULL;
    mbt_float_mode callers;
    mbt_float_mode_enter(&callers);
    const mbt_status status = open_enhancer(model, options, &callers, enhancer);
    mbt_float_mode_leave(&callers);
    return status;
}

void mbt_close(mbt_enhancer *enhancer)
{
    if (!enhancer || enhancer->busy)
        return;
    mbt_pool_stop(enhancer->pool);
    mbt_memory_give_back(enhancer->memory); /* passed by value, because the enhancer lies in this memory */
}

void mbt_enhancer_set_stage_hook(mbt_enhancer *enhancer, mbt_stage_hook *hook, void *cookie)
{
    enhancer->hook = hook;
    enhancer->hook_cookie = cookie;
}

void mbt_enhancer_set_kernels(mbt_enhancer *enhancer, const mbt_kernels *kernels)
{
    enhancer->kernels = kernels;
}

/* Reports how much of all windows is done, from 0 to 1. The caller's function runs in the caller's mode, and may change
 * it. A child process that the callback made and that returns from it has no workers: its run stops. */
static int report_progress(void *cookie, double done)
{
    mbt_enhancer *e = cookie;
    const double share = ((double)e->windows_done + done) / e->windows_all;
    mbt_float_mode_leave(&e->callers);
    const int stop = e->options.progress(e->options.progress_cookie, share);
    mbt_float_mode_enter(&e->callers);
    return stop != 0 || mbt_pool_is_lost(e->pool);
}

mbt_run mbt_enhancer_run(mbt_enhancer *e, size_t samples)
{
    const size_t bins = e->model->n_fft / 2 + 1;
    return (mbt_run){.model = e->model,
                     .kernels = e->kernels,
                     .pool = e->pool,
                     .frames = e->causal ? 1 : mbt_spectrum_frames(e->model, samples),
                     .bins = bins,
                     .inner_bins = (bins - 3) / 2 + 1,
                     .mask_floor = e->mask_floor,
                     .dry = e->options.dry,
                     .progress = e->options.progress && !e->causal ? report_progress : NULL,
                     .progress_cookie = e,
                     .hook = e->hook,
                     .hook_cookie = e->hook_cookie,
                     .to = SIZE_MAX};
}

mbt_status mbt_enhancer_window(void *enhancer, const float *in, float *out, size_t samples)
{
    mbt_enhancer *e = enhancer;
    mbt_level level;
    const mbt_status status = mbt_level_measure(in, samples, &level);
    if (status != MBT_OK)
        return status;
    if (level.gain == 0) { /* silence cannot be normalised; the result is silence */
        memset(out, 0, samples * sizeof *out);
    } else {
        mbt_run run = mbt_enhancer_run(e, samples);
        mbt_spectrum_forward(&run, &e->spectrum, in, samples, level, e->planes);
        mbt_network_run(&run, &e->network, e->planes);
        mbt_spectrum_inverse(&run, &e->spectrum, e->network.magnitude, e->network.pairs, in, out, samples, level);
        if (run.cancelled)
            return mbt_pool_is_lost(e->pool) ? MBT_ERROR_THREADS : MBT_ERROR_CANCELLED;
    }
    e->windows_done++;
    return MBT_OK;
}

/* A causal network reports after so many hops. */
#define HOPS_A_REPORT 16

/* A whole recording through a causal network, as a stream. Output never overtakes input, so out may be in. */
static mbt_status enhance_causal(mbt_enhancer *e, const float *in, float *out, size_t samples)
{
    mbt_run run = mbt_enhancer_run(e, samples);
    size_t taken = 0, given = 0;
    bool stopped = false;
    mbt_live_reset(&e->live, &run);
    for (size_t hops = 1; given < samples && !stopped; hops++) {
        taken += mbt_live_put(&e->live, e->model, in + taken, samples - taken);
        if (taken == samples)
            mbt_live_finish(&e->live);
        const size_t room = samples - given;
        given += mbt_live_get(&e->live, &run, out + given, room < e->model->hop ? room : e->model->hop);
        if (e->options.progress && (hops % HOPS_A_REPORT == 0 || given == samples))
            stopped = report_progress(e, (double)given / (double)samples) != 0;
    }
    mbt_live_reset(&e->live, &run);
    if (!stopped)
        return MBT_OK;
    return mbt_pool_is_lost(e->pool) ? MBT_ERROR_THREADS : MBT_ERROR_CANCELLED;
}

/* Output never overtakes input, so out may be in. */
static mbt_status enhance_long(mbt_enhancer *e, const float *in, float *out, size_t samples)
{
    mbt_status status = MBT_OK;
    size_t taken = 0, given = 0;
    while (status == MBT_OK && given < samples) {
        taken += mbt_windows_put(&e->windows, in + taken, samples - taken);
        if (taken == samples)
            mbt_windows_finish(&e->windows);
        size_t count;
        status = mbt_windows_get(&e->windows, mbt_enhancer_window, e, out + given, samples - given, &count);
        given += count;
    }
    mbt_windows_reset(&e->windows);
    return status;
}

mbt_status mbt_enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples)
{
    mbt_enhancer *e = enhancer;
    if (!e || (samples && (!in || !out)))
        return MBT_ERROR_ARGUMENT;
    if (mbt_pool_is_lost(e->pool))
        return MBT_ERROR_THREADS;
    if (e->busy)
        return MBT_ERROR_STREAM;
    if (e->options.max_samples > 0 && samples > e->options.max_samples)
        return MBT_ERROR_TOO_LONG;
    if (e->streaming) /* the stream's samples are in the memory that the windows would use */
        return MBT_ERROR_STREAM;
    const mbt_status checked = mbt_samples_check(in, samples);
    if (checked != MBT_OK || samples == 0)
        return checked;
    e->windows_done = 0;
    e->windows_all = e->causal ? 1 : (double)mbt_windows_count(&e->windows, samples);
    mbt_float_mode_enter(&e->callers);
    e->busy = true;
    mbt_status status;
    if (e->causal)
        status = enhance_causal(e, in, out, samples);
    else if (samples <= e->windows.size)
        status = mbt_enhancer_window(e, in, out, samples);
    else
        status = enhance_long(e, in, out, samples);
    e->busy = false;
    mbt_float_mode_leave(&e->callers);
    return status;
}
