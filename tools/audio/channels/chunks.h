/* chunks.h: where the chunks of a sound file are. */
#ifndef MBT_TOOLS_AUDIO_CHANNELS_CHUNKS_H
#define MBT_TOOLS_AUDIO_CHANNELS_CHUNKS_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/audio/extent/byte_reader.h"

typedef struct mbt_chunk {
    uint64_t at, length; /* of its contents; they may be cut by the end of the file */
    bool big_endian;     /* the numbers in it */
} mbt_chunk;

/* The first chunk of that name in a WAV (RIFF, RIFX, RF64, W64), AIFF or CAF that begins at `begin`. False: none. */
bool mbt_find_chunk(mbt_byte_reader *reader, uint64_t begin, const char *name, mbt_chunk *chunk);

/* A comment of a FLAC that begins at `begin`, behind tags perhaps: that of the name, in small letters or capitals, or
 * with NULL the place behind all of them. */
typedef struct mbt_comment {
    uint64_t at, length;      /* of what follows "NAME="; of the place: at alone */
    uint64_t block, count_at; /* where the block of comments begins, with its head; where it has their number */
    uint32_t block_length, count;
} mbt_comment;

/* False: there is none, or no such file. */
bool mbt_find_comment(mbt_byte_reader *reader, uint64_t begin, const char *name, mbt_comment *comment);

#endif
