/* source_parts.h: samples of a sound file that has parts (parts.h), one after the other. */
#ifndef MBT_TOOLS_AUDIO_SOURCE_PARTS_H
#define MBT_TOOLS_AUDIO_SOURCE_PARTS_H

#include "tools/audio/extent/file_view.h"
#include "tools/audio/extent/parts.h"
#include "tools/audio/recording.h"

/* Sets what libsndfile is to see of bytes [begin, end) of a file: all, or of several parts of MPEG audio or WAV the
 * first, because it would refuse the others or print a line about them; and of MPEG audio that is cut not where it
 * ends, for the same reason. Returns false when memory runs out. */
bool mbt_view_first_part(int fd, uint64_t begin, uint64_t end, mbt_file_view *view);

/* Of a recording that libsndfile has opened: reads the parts of bytes [begin, end) instead, if it is of a kind that has
 * parts and libsndfile would not read all of it. Sets info.frames to the length, or to 0 if it is not known.
 * Returns false when memory runs out; the recording is as before then. */
bool mbt_source_use_parts(mbt_recording *recording, uint64_t begin, uint64_t end);

#endif
