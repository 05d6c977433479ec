/* stream.c: a recording that comes in pieces. */
#include <stdint.h>

#include "common/callback_sample.h"
#include "runtime/enhancer.h"

/* Progress is reported for each window, because the number of windows is not known. */
static mbt_status stream_window(void *enhancer, const float *in, float *out, size_t samples)
{
    mbt_enhancer *e = enhancer;
    e->windows_done = 0;
    e->windows_all = 1;
    return mbt_enhancer_window(e, in, out, samples);
}

mbt_status mbt_push(mbt_enhancer *enhancer, const float *in, size_t samples, size_t *taken)
{
    if (taken)
        *taken = 0;
    if (!enhancer || !taken || (samples && !in))
        return MBT_ERROR_ARGUMENT;
    if (mbt_pool_is_lost(enhancer->pool))
        return MBT_ERROR_THREADS;
    if (enhancer->busy || enhancer->windows.ended || enhancer->live.ended || enhancer->live.delayed)
        return MBT_ERROR_STREAM;
    if (enhancer->options.max_samples > 0 && samples > enhancer->options.max_samples - enhancer->pushed)
        return MBT_ERROR_TOO_LONG;
    mbt_enhancer *e = enhancer;
    const size_t room = e->causal ? mbt_live_room(&e->live, e->model) : mbt_windows_room(&e->windows);
    const size_t count = samples < room ? samples : room;
    const mbt_status status = mbt_samples_check(in, count);
    if (status != MBT_OK)
        return status;
    *taken = e->causal ? mbt_live_put(&e->live, e->model, in, count) : mbt_windows_put(&e->windows, in, count);
    if (enhancer->options.max_samples > 0)
        enhancer->pushed += count;
    enhancer->streaming = enhancer->streaming || count > 0;
    return MBT_OK;
}

mbt_status mbt_pull(mbt_enhancer *enhancer, float *out, size_t room, size_t *given)
{
    if (given)
        *given = 0;
    if (!enhancer || !given || (room && !out))
        return MBT_ERROR_ARGUMENT;
    if (mbt_pool_is_lost(enhancer->pool))
        return MBT_ERROR_THREADS;
    if (enhancer->busy)
        return MBT_ERROR_STREAM;
    mbt_enhancer *e = enhancer;
    if (e->live.delayed)
        return MBT_ERROR_STREAM;
    size_t count; /* not *given, which a call from the progress callback may change */
    mbt_status status = MBT_OK;
    mbt_float_mode_enter(&e->callers);
    e->busy = true;
    if (e->causal) {
        mbt_run run = mbt_enhancer_run(e, 0);
        count = mbt_live_get(&e->live, &run, out, room);
    } else {
        status = mbt_windows_get(&e->windows, stream_window, e, out, room, &count);
    }
    e->busy = false;
    mbt_float_mode_leave(&e->callers);
    *given = count;
    return status;
}

ptrdiff_t mbt_process(mbt_enhancer *enhancer, const float *in, float *out, size_t samples)
{
    mbt_enhancer *e = enhancer;
    if (!e || (samples && (!in || !out)) || samples > PTRDIFF_MAX / sizeof(float))
        return MBT_ERROR_ARGUMENT;
    if (!e->causal || e->busy || (e->streaming && !e->live.delayed))
        return MBT_ERROR_STREAM;
    if (samples == 0) /* begins no stream */
        return 0;
    mbt_run run = mbt_enhancer_run(e, 0);
    size_t replaced = 0;
    mbt_float_mode_enter(&e->callers);
    for (size_t i = 0; i < samples; i++)
        out[i] = mbt_callback_sample(in[i], &replaced);
    mbt_live_process(&e->live, &run, out, out, samples);
    mbt_float_mode_leave(&e->callers);
    e->streaming = true;
    return (ptrdiff_t)replaced;
}

mbt_status mbt_flush(mbt_enhancer *enhancer)
{
    if (!enhancer)
        return MBT_ERROR_ARGUMENT;
    if (mbt_pool_is_lost(enhancer->pool))
        return MBT_ERROR_THREADS;
    if (enhancer->busy)
        return MBT_ERROR_STREAM;
    if (enhancer->live.delayed)
        return MBT_ERROR_STREAM;
    if (enhancer->causal)
        mbt_live_finish(&enhancer->live);
    else
        mbt_windows_finish(&enhancer->windows);
    enhancer->streaming = true;
    return MBT_OK;
}

void mbt_reset(mbt_enhancer *enhancer)
{
    if (!enhancer || enhancer->busy)
        return;
    if (enhancer->causal) {
        mbt_run run = mbt_enhancer_run(enhancer, 0);
        mbt_float_mode callers;
        mbt_float_mode_enter(&callers);
        mbt_live_reset(&enhancer->live, &run);
        mbt_float_mode_leave(&callers);
    } else {
        mbt_windows_reset(&enhancer->windows);
    }
    enhancer->pushed = 0;
    enhancer->streaming = false;
}

size_t mbt_latency(const mbt_enhancer *enhancer)
{
    if (!enhancer)
        return 0;
    const size_t spread = enhancer->options.spread ? enhancer->model->hop : 0;
    return enhancer->causal ? enhancer->model->win + spread : enhancer->windows.size;
}

size_t mbt_pending(const mbt_enhancer *enhancer)
{
    if (!enhancer)
        return 0;
    return enhancer->causal ? enhancer->live.pending : enhancer->windows.pending;
}
