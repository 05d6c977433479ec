/* source_file.h: samples of a sound file, by libsndfile. */
#ifndef MBT_TOOLS_AUDIO_SOURCE_FILE_H
#define MBT_TOOLS_AUDIO_SOURCE_FILE_H

#include "tools/audio/recording.h"

#define MBT_SOURCE_REASON 512

/* Reads the header of recording->fd, a regular file, and sets file, info and source. On failure returns false; reason
 * says why. */
bool mbt_source_open_file(mbt_recording *recording, char reason[MBT_SOURCE_REASON]);

#endif
