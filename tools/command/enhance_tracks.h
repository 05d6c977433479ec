/* enhance_tracks.h: the channels of a recording, enhanced side by side. All advance together: of each as many samples
 * go in as of the others, and as many come out. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_TRACKS_H
#define MBT_TOOLS_COMMAND_ENHANCE_TRACKS_H

#include <stddef.h>
#include <stdint.h>

#include "tools/base/model_load.h"
#include "tools/command/enhance_request.h"
#include "tools/command/progress.h"

typedef struct mbt_tracks mbt_tracks;

typedef struct mbt_tracks_format {
    const char *path;      /* for messages */
    uint32_t rate;         /* the recording's, Hz */
    size_t count, frames;  /* tracks; samples of each at that rate, 0 if unknown */
    double waiting;        /* bytes that the caller holds for each second of latency */
    mbt_progress_bar *bar; /* drawn if the number of samples is known; wiped away before an error line */
} mbt_tracks_format;

/* request: its options fit the model (mbt_options_check). On failure prints one error line and returns NULL. */
mbt_tracks *mbt_tracks_open(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                            const mbt_tracks_format *format);

/* The rate at which samples go in and come out: the model's, or the recording's. */
uint32_t mbt_tracks_rate(const mbt_tracks *tracks);

/* How far the result is behind at most, in samples: the window, or a causal model's own latency. */
size_t mbt_tracks_latency(const mbt_tracks *tracks);

/* Takes samples of one track, at most until there is something to get. No sample is NaN or beyond MBT_LARGEST_SAMPLE.
 * *taken: how many. On failure prints one error line and returns false, as those below do. */
bool mbt_tracks_put(mbt_tracks *tracks, size_t track, const float *in, size_t samples, size_t *taken);

/* No more samples come. */
bool mbt_tracks_finish(mbt_tracks *tracks);

/* Gives the next enhanced samples of one track, at most room. *given: how many; less than room if more have to be put
 * in first, and at the end. */
bool mbt_tracks_get(mbt_tracks *tracks, size_t track, float *out, size_t room, size_t *given);

/* NULL is fine. */
void mbt_tracks_close(mbt_tracks *tracks);

#endif
