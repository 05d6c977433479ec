/* parts.h: the recordings that lie one behind the other in a file of MPEG audio (MP3), FLAC, Ogg or WAV, as when
 * several such files were joined. libsndfile reads the first of them, and of one that does not say how long it is as
 * much as it estimates. */
#ifndef MBT_TOOLS_AUDIO_PARTS_H
#define MBT_TOOLS_AUDIO_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mbt_part {
    uint64_t begin, end; /* bytes of the file */
    bool counted;        /* its header says how long it is, which is right as far as can be seen */
    uint64_t zeros_at;   /* where bytes of the file are to be taken as 0 ... */
    unsigned zeros;      /* ... and how many, at most 8: a length that is not to be believed */
    uint8_t kept;        /* bits of the first of them that are kept */
} mbt_part;

typedef struct mbt_parts {
    mbt_part *part; /* [count], in their order; freed with mbt_parts_free */
    size_t count, room;
    uint64_t unread; /* bytes that are neither part nor tag */
    bool cut;        /* the file ends within a part, a part is shorter than it says, or a page of Ogg is damaged */
} mbt_parts;

/* Finds the parts of bytes [begin, end). Returns false when memory runs out. None may be found. */
bool mbt_find_mpeg_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts);
bool mbt_find_flac_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts);
bool mbt_find_ogg_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts);
bool mbt_find_wav_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts); /* of WAV: if one follows another */

/* Adds a part. Returns false when memory runs out, or when there are more than any recording has. */
bool mbt_parts_add(mbt_parts *parts, const mbt_part *part);

void mbt_parts_free(mbt_parts *parts);

#endif
