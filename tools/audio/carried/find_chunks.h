/* find_chunks.h: the chunks of a sound file that are neither its samples nor needed to read them. */
#ifndef MBT_TOOLS_AUDIO_FIND_CHUNKS_H
#define MBT_TOOLS_AUDIO_FIND_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/audio/carried/chunk_form.h"
#include "tools/audio/carried/contents.h"

/* Adds the chunks of bytes [begin, end) of a file with that layout, and the tags in them. Sets contents->form. Returns
 * false when memory runs out. */
bool mbt_find_chunks(int fd, uint64_t begin, uint64_t end, const mbt_chunk_layout *layout, mbt_contents *contents);

/* Adds a chunk whose contents are `bytes`, with the tags in it. `content` has its name, place and length. Of those that
 * are copied, one that is not as its head says is damaged. Returns false when memory runs out. */
bool mbt_add_chunk(mbt_contents *contents, const mbt_chunk_layout *layout, const mbt_content *content,
                   const unsigned char *bytes);

#endif
