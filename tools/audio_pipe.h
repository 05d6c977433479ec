/* audio_pipe.h: what audio_read.c and audio_write.c hand to standard input and output. */
#ifndef MBT_TOOLS_AUDIO_PIPE_H
#define MBT_TOOLS_AUDIO_PIPE_H

#include "audio.h"

/* The next frames of samples without a header, as many as are there, 0 at the end. On failure false, told in a line. */
bool mbt_raw_read(mbt_recording *recording, float *samples, size_t most, size_t *frames);

/* Writes frames to standard output, whole. On failure false, told in a line. */
bool mbt_pipe_write(mbt_writer *writer, const float *samples, size_t frames);

#endif
