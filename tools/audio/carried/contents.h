/* contents.h: what a sound file holds besides its samples and what is needed to read them: chunks such as bext, iXML
 * and cue points, tags such as a title, and pictures. */
#ifndef MBT_TOOLS_AUDIO_CONTENTS_H
#define MBT_TOOLS_AUDIO_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How chunks are stored. Those of one form can be copied as they are. */
typedef enum mbt_chunk_form {
    MBT_FORM_NONE, /* no chunks */
    MBT_FORM_RIFF, /* WAV and RF64 */
    MBT_FORM_RIFX,
    MBT_FORM_AIFF,
    MBT_FORM_CAF,
    MBT_FORM_SVX, /* 8SVX and 16SV; of these and the next none are copied */
    MBT_FORM_W64
} mbt_chunk_form;

typedef enum mbt_content_kind { MBT_CONTENT_CHUNK, MBT_CONTENT_TAG, MBT_CONTENT_PICTURE } mbt_content_kind;

/* known: what it is for, so that it stays true when the samples change. */
typedef enum mbt_content_state { MBT_CONTENT_KNOWN, MBT_CONTENT_UNKNOWN, MBT_CONTENT_DAMAGED } mbt_content_state;

enum { MBT_CONTENT_NAME = 32 };

/* No more bytes of a chunk are read, and no more of all chunks of a file. */
#define MBT_MOST_CHUNK_BYTES (UINT64_C(1) << 24)
#define MBT_MOST_CHUNKS_BYTES (UINT64_C(1) << 26)

typedef struct mbt_content {
    mbt_content_kind kind;
    mbt_content_state state;
    char name[MBT_CONTENT_NAME]; /* of a chunk the four characters, of a list those of its type; of a tag its key */
    int string;                  /* libsndfile's name of the tag, or of the chunk that is one: SF_STR_TITLE ...; or 0 */
    bool before;                 /* a chunk ahead of the samples */
    bool in_chunk;               /* a tag that is in the chunk last listed */
    size_t count;                /* in a chunk: cue points, markers, or of adtl what is no label; else 0 */
    uint64_t at, length;         /* of a chunk in the file, without its head */
    unsigned head_bytes;         /* of that head, which is right before it */
} mbt_content;

typedef struct mbt_contents {
    mbt_chunk_form form;
    mbt_content *item; /* [count]; freed with mbt_contents_free */
    size_t count, room;
    bool more; /* there is more than is listed, which is more than any recording has */
} mbt_contents;

/* Adds a copy. Returns false when memory runs out. */
bool mbt_contents_add(mbt_contents *contents, const mbt_content *content);

void mbt_contents_free(mbt_contents *contents);

#endif
