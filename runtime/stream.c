/* stream.c: a recording that comes in pieces. */
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
    if (enhancer->busy || enhancer->windows.ended)
        return MBT_ERROR_STREAM;
    if (enhancer->options.max_samples > 0 && samples > enhancer->options.max_samples - enhancer->pushed)
        return MBT_ERROR_TOO_LONG;
    const size_t room = mbt_windows_room(&enhancer->windows), count = samples < room ? samples : room;
    const mbt_status status = mbt_samples_check(in, count);
    if (status != MBT_OK)
        return status;
    *taken = mbt_windows_put(&enhancer->windows, in, count);
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
    size_t count; /* not *given, which a call from the progress callback may change */
    mbt_float_mode_enter(&enhancer->callers);
    enhancer->busy = true;
    const mbt_status status = mbt_windows_get(&enhancer->windows, stream_window, enhancer, out, room, &count);
    enhancer->busy = false;
    mbt_float_mode_leave(&enhancer->callers);
    *given = count;
    return status;
}

mbt_status mbt_flush(mbt_enhancer *enhancer)
{
    if (!enhancer)
        return MBT_ERROR_ARGUMENT;
    if (mbt_pool_is_lost(enhancer->pool))
        return MBT_ERROR_THREADS;
    if (enhancer->busy)
        return MBT_ERROR_STREAM;
    mbt_windows_finish(&enhancer->windows);
    enhancer->streaming = true;
    return MBT_OK;
}

void mbt_reset(mbt_enhancer *enhancer)
{
    if (!enhancer || enhancer->busy)
        return;
    mbt_windows_reset(&enhancer->windows);
    enhancer->pushed = 0;
    enhancer->streaming = false;
}

size_t mbt_latency(const mbt_enhancer *enhancer)
{
    return enhancer ? enhancer->windows.size : 0;
}

size_t mbt_pending(const mbt_enhancer *enhancer)
{
    return enhancer ? enhancer->windows.pending : 0;
}
