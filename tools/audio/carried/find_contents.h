/* find_contents.h: what a sound file holds besides its samples. */
#ifndef MBT_TOOLS_AUDIO_FIND_CONTENTS_H
#define MBT_TOOLS_AUDIO_FIND_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/audio/carried/contents.h"

/* Looks through bytes [begin, end) of a file: WAV (RIFF, RIFX, RF64), W64, AIFF, 8SVX, CAF, FLAC, Ogg, MPEG audio; of
 * others nothing is listed. `contents` is empty before. Returns false when memory runs out. */
bool mbt_find_contents(int fd, uint64_t begin, uint64_t end, mbt_contents *contents);

#endif
