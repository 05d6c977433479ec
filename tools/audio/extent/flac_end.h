/* flac_end.h: where the frames of a FLAC end, which its head does not say. */
#ifndef MBT_TOOLS_AUDIO_FLAC_END_H
#define MBT_TOOLS_AUDIO_FLAC_END_H

#include <stdint.h>

#include "tools/audio/extent/byte_reader.h"

/* Where the last frame of the FLAC in bytes [begin, end) ends; `end` if it cannot be told, as when that frame is cut.
 * It is told from a check sum of 16 bits. In rare files one is right by chance within the frame, and the place is
 * before its end. So this is a number to print, no place to cut. */
uint64_t mbt_find_flac_end(mbt_byte_reader *reader, uint64_t begin, uint64_t end);

#endif
