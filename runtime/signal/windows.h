/* windows.h: a signal of any length in overlapping windows, whatever is done to each.
 *
 * Window k covers samples [k step, k step + size), step = size - overlap. Neighbours a and b are cross-faded where they
 * overlap:
 *     out[i] = (1 - w[i]) a[step + i] + w[i] b[i],   w[i] = (1 - cos(pi i / overlap)) / 2,   0 <= i < overlap
 * When the signal ends before the next window is full, the last window ends with it, and takes over where the next one
 * would have. It may start earlier, so as to be half as long as the others or longer, and a whole number of overlaps,
 * at most `size`: where size and overlap are multiples of hop, so is it, since at other lengths the inverse transform
 * divides the last samples by a sum of analysis windows that may be almost 0. Without overlap it is as long as the
 * others, as in the paper's evaluation. A signal that fits one window is one piece. */
#ifndef MBT_RUNTIME_SIGNAL_WINDOWS_H
#define MBT_RUNTIME_SIGNAL_WINDOWS_H

#include "runtime/system/arena.h"
#include "mambattention/mambattention.h"

/* What is done to each window. in: [samples], 1 <= samples <= size; out: as many. */
typedef mbt_status mbt_window_task(void *cookie, const float *in, float *out, size_t samples);

typedef struct mbt_windows {
    size_t size, overlap; /* samples; 2 overlap <= size */
    float *input;         /* [size + step]: from the start of the last window that was done, or of the signal */
    float *result;        /* [size]: of that window */
    float *tail;          /* [overlap]: its end, to be faded out */
    size_t held;          /* samples in input */
    size_t start;         /* of the next window in input: 0, from the second on step */
    size_t next, end;     /* result[next .. end - 1] can be taken */
    size_t pending;       /* samples put in and not yet taken out */
    bool ended, drained;  /* no more samples come; the last window is done */
} mbt_windows;

/* Takes input and tail from the arena. longest: the longest signal to come, 0 if there is no such limit; up to size, it
 * becomes the size of the only window. result: as many floats as a window has samples, which are left alone between
 * calls as long as something is pending. */
void mbt_windows_plan(mbt_windows *windows, size_t size, size_t overlap, size_t longest, float *result,
                      mbt_arena *arena);

/* Begins a new signal. */
void mbt_windows_reset(mbt_windows *windows);

/* How many samples the next mbt_windows_put takes at most. */
size_t mbt_windows_room(const mbt_windows *windows);

/* Takes samples of the signal until a window is full, and returns how many. */
size_t mbt_windows_put(mbt_windows *windows, const float *in, size_t samples);

/* No more samples come. */
void mbt_windows_finish(mbt_windows *windows);

/* Gives the next samples of the result, up to `room`, and does the windows that are full or, at the end, begun. *given:
 * how many samples; fewer than room if more input is needed. A failure of the task is handed on; the window is then
 * tried again by the next call. */
mbt_status mbt_windows_get(mbt_windows *windows, mbt_window_task *task, void *cookie, float *out, size_t room,
                           size_t *given);

/* The number of windows in a signal. */
size_t mbt_windows_count(const mbt_windows *windows, size_t samples);

#endif
