/* sink_pipe.h: samples to a pipe, with WAV's header or none. */
#ifndef MBT_TOOLS_AUDIO_SINK_PIPE_H
#define MBT_TOOLS_AUDIO_SINK_PIPE_H

#include "tools/audio/writer.h"

/* Begins on writer->fd with samples of that format; with_header: after a WAV's header of unknown length. On failure
 * prints one error line and returns false. */
bool mbt_sink_open_pipe(mbt_writer *writer, mbt_sample_format format, bool with_header);

#endif
