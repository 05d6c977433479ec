/* sink_file.h: samples to a sound file, by libsndfile. */
#ifndef MBT_TOOLS_AUDIO_SINK_FILE_H
#define MBT_TOOLS_AUDIO_SINK_FILE_H

#include "tools/audio/writer.h"

/* Begins the file in writer->fd in writer->format, after a trial, with the tags and the loudspeakers of `from`, unless
 * that is a pipe. On failure prints one error line and returns false. */
bool mbt_sink_open_file(mbt_writer *writer, const mbt_recording *from);

#endif
