/* find_tags.h: the tags and pictures of FLAC, Ogg and MPEG audio. */
#ifndef MBT_TOOLS_AUDIO_FIND_TAGS_H
#define MBT_TOOLS_AUDIO_FIND_TAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/audio/carried/contents.h"
#include "tools/audio/extent/byte_reader.h"

/* Each adds what the reader's file has from `begin`, up to the reader's end; nothing if it is no such file. They return
 * false when memory runs out. */
bool mbt_find_flac_tags(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents);
bool mbt_find_ogg_tags(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents);
bool mbt_find_mpeg_tags(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents);

#endif
