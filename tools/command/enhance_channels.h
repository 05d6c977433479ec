/* enhance_channels.h: recordings of any length and rate, channel by channel through one enhancer, in the memory of one
 * window. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_CHANNELS_H
#define MBT_TOOLS_COMMAND_ENHANCE_CHANNELS_H

#include "tools/command/enhance_request.h"
#include "tools/base/model_load.h"
#include "tools/command/progress.h"

typedef struct mbt_channels mbt_channels;

/* Takes frames of the result, interleaved. On failure false, told in a line. */
typedef bool mbt_emit(void *cookie, const float *samples, size_t frames);

/* What goes in and where it goes. */
typedef struct mbt_channels_format {
    const char *path; /* for messages */
    uint32_t rate;    /* Hz */
    size_t channels;
    size_t frames; /* exactly; 0: unknown */
    mbt_emit *emit;
    void *cookie;
    mbt_progress_bar *bar; /* drawn if the number of frames is known; wiped away before a failure is told */
} mbt_channels_format;

/* request: its options fit the model (mbt_options_check). On failure NULL, told in a line. */
mbt_channels *mbt_channels_open(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                                const mbt_channels_format *format);

/* Takes frames, finite and interleaved, and emits what is done. On failure false, told in a line. */
bool mbt_channels_put(mbt_channels *channels, const float *samples, size_t frames);

/* Emits the rest: as many frames came out as went in. On failure false, told in a line. */
bool mbt_channels_finish(mbt_channels *channels);

/* NULL is fine. */
void mbt_channels_close(mbt_channels *channels);

#endif
