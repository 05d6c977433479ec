/* tag_names.h: what the tags of sound files are called. */
#ifndef MBT_TOOLS_AUDIO_TAG_NAMES_H
#define MBT_TOOLS_AUDIO_TAG_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/audio/carried/contents.h"

typedef enum mbt_tag_set { MBT_TAGS_VORBIS, MBT_TAGS_ID3, MBT_TAGS_INFO, MBT_TAGS_CAF } mbt_tag_set;

/* Adds the tag with that key, of `length` bytes, which may hold anything; or nothing if it names the program that made
 * the file. A second tag of a key counts as one that libsndfile does not know, because it holds one of each. Returns
 * false when memory runs out. */
bool mbt_add_tag(mbt_contents *contents, mbt_tag_set set, const unsigned char *key, size_t length, bool in_chunk);

/* "title" and so on, of libsndfile's SF_STR_TITLE and so on. */
const char *mbt_string_name(int string);

#endif
