/* windows.c: a signal of any length in overlapping windows. */
#include "runtime/signal/windows.h"

#include <string.h>

#include "runtime/port.h"
#include "runtime/signal/window.h"

static size_t step_of(const mbt_windows *w)
{
    return w->size - w->overlap;
}

void mbt_windows_plan(mbt_windows *windows, size_t size, size_t overlap, size_t longest, float *result,
                      mbt_arena *arena)
{
    const bool one_piece = longest > 0 && longest <= size;
    *windows = (mbt_windows){.size = one_piece ? longest : size, .overlap = one_piece ? 0 : overlap, .result = result};
    windows->input = mbt_arena_floats(arena, one_piece ? longest : mbt_times(2, size) - overlap);
    windows->tail = mbt_arena_floats(arena, windows->overlap);
}

void mbt_windows_reset(mbt_windows *windows)
{
    windows->held = windows->start = windows->next = windows->end = windows->pending = 0;
    windows->ended = windows->drained = false;
}

size_t mbt_windows_room(const mbt_windows *windows)
{
    return windows->start + windows->size - windows->held;
}

size_t mbt_windows_put(mbt_windows *windows, const float *in, size_t samples)
{
    const size_t room = mbt_windows_room(windows), taken = samples < room ? samples : room;
    if (taken)
        memcpy(windows->input + windows->held, in, taken * sizeof *in);
    windows->held += taken;
    windows->pending += taken;
    return taken;
}

void mbt_windows_finish(mbt_windows *windows)
{
    windows->ended = true;
}

/* Cross-fades from the tail of the window before to result[at ..]. It computes in double, so equal samples keep their
 * value. */
static void fade(mbt_windows *w, size_t at)
{
    float *in = w->result + at;
    for (size_t i = 0; i < w->overlap; i++) {
        const double weight = (double)mbt_window_fade(i, w->overlap);
        in[i] = (float)((1 - weight) * (double)w->tail[i] + weight * (double)in[i]);
    }
}

/* Runs the next full window. Its first `step` samples are then final. */
static mbt_status run_full_window(mbt_windows *w, mbt_window_task *task, void *cookie)
{
    const size_t step = step_of(w);
    const mbt_status status = task(cookie, w->input + w->start, w->result, w->size);
    if (status != MBT_OK)
        return status;
    if (w->start > 0) {
        fade(w, 0);
        memmove(w->input, w->input + step, w->size * sizeof *w->input);
        w->held = w->size;
    }
    memcpy(w->tail, w->result + step, w->overlap * sizeof *w->tail);
    w->start = step;
    w->next = 0;
    w->end = step;
    return MBT_OK;
}

/* The size of the last window of a signal that is longer than the windows so far; see windows.h. */
static size_t last_window_size(const mbt_windows *w)
{
    if (w->overlap == 0)
        return w->size;
    const size_t half = w->size - w->size / 2, rest = w->held - w->start, least = rest > half ? rest : half;
    const size_t whole = (least + w->overlap - 1) / w->overlap * w->overlap;
    return whole < w->size ? whole : w->size;
}

/* Produces the rest when the signal has ended: the whole of a short signal, the tail of the window before, or one
 * more window. */
static mbt_status run_last_window(mbt_windows *w, mbt_window_task *task, void *cookie)
{
    const bool first = w->start == 0;
    if (!first && w->held == w->size) {
        memcpy(w->result, w->tail, w->overlap * sizeof *w->result);
        w->next = 0;
        w->end = w->overlap;
    } else if (w->held > 0) {
        const size_t size = first ? w->held : last_window_size(w), start = w->held - size;
        const mbt_status status = task(cookie, w->input + start, w->result, size);
        if (status != MBT_OK)
            return status;
        w->next = w->start - start;
        w->end = size;
        if (!first)
            fade(w, w->next);
    }
    w->drained = true;
    return MBT_OK;
}

mbt_status mbt_windows_get(mbt_windows *windows, mbt_window_task *task, void *cookie, float *out, size_t room,
                           size_t *given)
{
    mbt_windows *w = windows;
    *given = 0;
    for (;;) {
        const size_t ready = w->end - w->next, left = room - *given, count = ready < left ? ready : left;
        if (count)
            memcpy(out + *given, w->result + w->next, count * sizeof *out);
        w->next += count;
        w->pending -= count;
        *given += count;
        const bool full = mbt_windows_room(w) == 0;
        if (*given == room || !(full || (w->ended && !w->drained)))
            return MBT_OK;
        const mbt_status status = full ? run_full_window(w, task, cookie) : run_last_window(w, task, cookie);
        if (status != MBT_OK)
            return status;
    }
}

size_t mbt_windows_count(const mbt_windows *windows, size_t samples)
{
    if (samples <= windows->size)
        return samples > 0;
    const size_t step = step_of(windows), beyond = samples - windows->size;
    return 1 + beyond / step + (beyond % step > 0);
}
