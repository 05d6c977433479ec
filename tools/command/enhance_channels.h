/* enhance_channels.h: recordings of any length and rate, each channel on its own. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_CHANNELS_H
#define MBT_TOOLS_COMMAND_ENHANCE_CHANNELS_H

#include "tools/base/model_load.h"
#include "tools/command/enhance_request.h"
#include "tools/command/progress.h"

typedef struct mbt_channels mbt_channels;

/* Takes frames of the result, interleaved. On failure prints one error line and returns false. */
typedef bool mbt_emit(void *cookie, const float *samples, size_t frames);

/* The input, and where the result goes. */
typedef struct mbt_channels_format {
    const char *path; /* for messages */
    uint32_t rate;    /* Hz */
    size_t channels;
    size_t frames; /* the exact number; 0: unknown */
    mbt_emit *emit;
    void *cookie;
    mbt_progress_bar *bar; /* drawn if the number of frames is known; wiped away before an error line */
} mbt_channels_format;

/* request: its options fit the model (mbt_options_check). On failure prints one error line and returns NULL. */
mbt_channels *mbt_channels_open(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                                const mbt_channels_format *format);

/* How many frames the result is behind the input at most. */
size_t mbt_channels_latency(const mbt_channels *channels);

/* Takes frames, interleaved, and emits those that are enhanced by then. No sample is NaN or beyond MBT_LARGEST_SAMPLE.
 * On failure prints one error line and returns false. */
bool mbt_channels_put(mbt_channels *channels, const float *samples, size_t frames);

/* Emits the rest, so that as many frames have come out as went in. On failure prints one error line and returns
 * false. */
bool mbt_channels_finish(mbt_channels *channels);

/* NULL is fine. */
void mbt_channels_close(mbt_channels *channels);

#endif
