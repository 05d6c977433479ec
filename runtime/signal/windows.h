/* windows.h: cuts a signal of any length into overlapping windows, runs a task on each, and joins the results.
 *
 * Window k covers samples [k step, k step + size), step = size - overlap. Neighbours a and b are cross-faded where they
 * overlap:
 *     out[i] = (1 - w[i]) a[step + i] + w[i] b[i],   w[i] = (1 - cos(pi i / overlap)) / 2,   0 <= i < overlap
 * When the signal ends before the next window is full, the last window ends with the signal. Its result is used from
 * where the next window would have started, but it may itself start earlier, because its length must be at least half
 * of size and a whole number of overlaps (at most size). Then, if size and overlap are multiples of hop, so is that
 * length, and nothing has to be added to it (spectrum.h). Without overlap the last window is as long as the others, as
 * in the paper's evaluation. A signal that fits one window is computed in one piece. */
#ifndef MBT_RUNTIME_SIGNAL_WINDOWS_H
#define MBT_RUNTIME_SIGNAL_WINDOWS_H

#include "runtime/system/arena.h"
#include "mambattention/mambattention.h"

/* The task for one window. in: [samples], 1 <= samples <= size. out: as many. */
typedef mbt_status mbt_window_task(void *cookie, const float *in, float *out, size_t samples);

typedef struct mbt_windows {
    size_t size, overlap; /* samples; 2 overlap <= size */
    float *input;         /* [size + step]: the signal, from the start of the last finished window on */
    float *result;        /* [size]: the result of that window */
    float *tail;          /* [overlap]: the end of that result, to be faded out */
    size_t held;          /* samples in input */
    size_t start;         /* where in input the next window starts: 0 for the first window, then step */
    size_t next, end;     /* result[next .. end - 1] can be taken */
    size_t pending;       /* samples put in and not yet taken out */
    bool ended, drained;  /* the signal has ended; the last window is done */
} mbt_windows;

/* Takes input and tail from the arena. longest: the greatest length of a signal, 0 if there is no limit. If longest
 * is at most size, there is only one window, of that size. result: memory for as many floats as a window has samples.
 * It must not be changed between calls while samples are pending. */
void mbt_windows_plan(mbt_windows *windows, size_t size, size_t overlap, size_t longest, float *result,
                      mbt_arena *arena);

/* Begins a new signal. */
void mbt_windows_reset(mbt_windows *windows);

/* How many samples the next mbt_windows_put takes at most. */
size_t mbt_windows_room(const mbt_windows *windows);

/* Takes samples of the signal until a window is full. Returns how many it took. */
size_t mbt_windows_put(mbt_windows *windows, const float *in, size_t samples);

/* Ends the signal. */
void mbt_windows_finish(mbt_windows *windows);

/* Writes the next samples of the result to out, up to `room`. Runs each window that is full, and at the end of the
 * signal the last one. *given: the number of samples written; it is less than room if more input is needed. If the
 * task fails, its status is returned, and the next call tries the window again. */
mbt_status mbt_windows_get(mbt_windows *windows, mbt_window_task *task, void *cookie, float *out, size_t room,
                           size_t *given);

/* The number of windows in a signal. */
size_t mbt_windows_count(const mbt_windows *windows, size_t samples);

#endif
