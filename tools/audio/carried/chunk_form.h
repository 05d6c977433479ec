/* chunk_form.h: how the containers store chunks, and which chunks there are. */
#ifndef MBT_TOOLS_AUDIO_CHUNK_FORM_H
#define MBT_TOOLS_AUDIO_CHUNK_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/audio/carried/contents.h"

typedef struct mbt_chunk_layout {
    char magic[5], type[5];            /* the file's first four bytes, and those at 8; "" for any */
    char samples[5];                   /* the chunk with the samples */
    bool big_endian;                   /* lengths and numbers */
    unsigned first_chunk;              /* where the first chunk begins */
    unsigned name_bytes, length_bytes; /* of a chunk's head; of a name the first four bytes are compared */
    unsigned counted_bytes;            /* of the head, within the chunk's length */
    unsigned padded_bytes;             /* what lengths are padded to */
    mbt_chunk_form form;
} mbt_chunk_layout;

enum { MBT_CHUNK_HEAD = 24, MBT_FILE_HEAD = 12 }; /* the longest head of a chunk; bytes that tell the form of a file */

/* The layout of a file with that head; NULL if it has no chunks that are known. */
const mbt_chunk_layout *mbt_layout_of_head(const unsigned char head[MBT_FILE_HEAD]);

/* The layout of files that chunks are added to, by libsndfile's format of them; NULL if none are. To W64 none are,
 * because libsndfile 1.2 takes what is behind its samples as samples too. */
const mbt_chunk_layout *mbt_layout_of_format(int format);

typedef enum mbt_chunk_use {
    MBT_CHUNK_UNKNOWN,
    MBT_CHUNK_COPIED,
    MBT_CHUNK_LEFT /* needed to read the samples, or made of them, or padding */
} mbt_chunk_use;

/* What is done with a chunk of that name. *least: bytes that a whole one has at least. *string: libsndfile's name of
 * the text that the chunk is, or 0. name: layout->name_bytes. */
mbt_chunk_use mbt_find_chunk_use(const mbt_chunk_layout *layout, const unsigned char *name, unsigned *least,
                                 int *string);

#endif
