/* carry_plan.h: what becomes of what a recording holds besides its samples. */
#ifndef MBT_TOOLS_AUDIO_CARRY_PLAN_H
#define MBT_TOOLS_AUDIO_CARRY_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include <sndfile.h>

#include "tools/audio/carried/chunk_form.h"
#include "tools/audio/carried/contents.h"
#include "tools/audio/carried/cue_points.h"

typedef enum mbt_fate {
    MBT_FATE_COPIED,
    MBT_FATE_MADE,      /* stored in the other container's way */
    MBT_FATE_AS_STRING, /* set by libsndfile; the result tells whether it did */
    MBT_FATE_INSIDE,    /* a list of tags, each with a fate of its own */
    MBT_FATE_NO_PLACE,  /* this and those below: left behind */
    MBT_FATE_NOT_WRITTEN,
    MBT_FATE_SHORTENED,
    MBT_FATE_UNKNOWN,
    MBT_FATE_DAMAGED,
    MBT_FATE_LARGE,
    MBT_FATE_FROM_STREAM,
    MBT_FATE_TO_STREAM,
    MBT_FATES
} mbt_fate;

typedef struct mbt_made_chunk {
    char name[5];
    mbt_chunk_bytes contents; /* none if NULL */
} mbt_made_chunk;

enum { MBT_STRINGS = SF_STR_LAST + 1 };

typedef struct mbt_carry {
    mbt_contents contents;
    mbt_fate *fate;            /* [contents.count] */
    mbt_made_chunk made[2];    /* cue points in the other container's way */
    size_t made_for;           /* the item that they are in place of */
    char *string[MBT_STRINGS]; /* the input's, by libsndfile's names; NULL if it has none, or if it is in a chunk */
    mbt_fate string_fate[MBT_STRINGS];
    const mbt_chunk_layout *in, *out; /* NULL: no chunks that are known */
    int in_fd;
    bool ahead; /* whether chunks can be ahead of the samples */
    int format; /* of the result; 0: a stream */
} mbt_carry;

#endif
