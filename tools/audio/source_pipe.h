/* source_pipe.h: samples that come through a pipe, with WAV's header or none. */
#ifndef MBT_TOOLS_AUDIO_SOURCE_PIPE_H
#define MBT_TOOLS_AUDIO_SOURCE_PIPE_H

#include "tools/audio/recording.h"

/* Reads WAV's header from recording->fd, up to the first sample. On failure prints one error line and returns false. */
bool mbt_source_open_wav(mbt_recording *recording);

/* Samples without a header. */
void mbt_source_open_raw(mbt_recording *recording, const mbt_raw_layout *raw);

#endif
