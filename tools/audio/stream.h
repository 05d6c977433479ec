/* stream.h: what audio_read.c asks of samples that come from standard input. */
#ifndef MBT_TOOLS_AUDIO_STREAM_H
#define MBT_TOOLS_AUDIO_STREAM_H

#include "tools/audio/audio.h"

/* The next frames, as many as are there, 0 at the end. On failure false, told in a line. */
bool mbt_stream_read(mbt_recording *recording, float *samples, size_t most, size_t *frames);

/* At the end: sets ended_early. False, told in a line, if there should be samples and were none. */
bool mbt_stream_end(mbt_recording *recording);

#endif
