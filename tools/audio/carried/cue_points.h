/* cue_points.h: places in a recording that have names: WAV's chunks "cue " and "adtl", and AIFF's chunk "MARK". */
#ifndef MBT_TOOLS_AUDIO_CUE_POINTS_H
#define MBT_TOOLS_AUDIO_CUE_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte gives the length of a name in AIFF. */
enum { MBT_MOST_POINT_NAME = 255 };

typedef struct mbt_cue_point {
    uint32_t id, frame;
    size_t name_length;
    char name[MBT_MOST_POINT_NAME + 1]; /* no 0 in it but the one that ends it */
} mbt_cue_point;

typedef struct mbt_cue_points {
    mbt_cue_point *point; /* [count]; freed with mbt_cue_points_free */
    size_t count;
    bool in_blocks; /* of WAV: places that depend on how the samples are stored */
} mbt_cue_points;

/* Bytes that make up a chunk, without its head. */
typedef struct mbt_chunk_bytes {
    unsigned char *bytes; /* [length]; freed by the caller */
    size_t length;
} mbt_chunk_bytes;

/* Reads the chunk "cue " or "MARK". Each returns false if the chunk is damaged, has more than 65535 points, or memory
 * runs out. */
bool mbt_cue_points_read(mbt_cue_points *points, const unsigned char *bytes, size_t length, bool big_endian);
bool mbt_markers_read(mbt_cue_points *points, const unsigned char *bytes, size_t length);

/* Reads names from the list "adtl", from its type on: those of labels. */
void mbt_cue_names_read(mbt_cue_points *points, const unsigned char *bytes, size_t length, bool big_endian);

/* Makes the chunk "cue ", the list "adtl" or the chunk "MARK". The latter numbers them anew, because its numbers are
 * positive and have 15 bits: it may have no more than 32767. Returns NULL bytes when memory runs out. */
mbt_chunk_bytes mbt_cue_points_write(const mbt_cue_points *points, bool big_endian);
mbt_chunk_bytes mbt_cue_names_write(const mbt_cue_points *points, bool big_endian);
mbt_chunk_bytes mbt_markers_write(const mbt_cue_points *points);

void mbt_cue_points_free(mbt_cue_points *points);

#endif
