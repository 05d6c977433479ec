/* carry.h: brings what a recording holds besides its samples from its file to the result's. Chunks are copied between
 * containers that store them in the same way, cue points are stored in the other's way between WAV and AIFF, and tags
 * that libsndfile knows are set by it. What is left behind is named. */
#ifndef MBT_TOOLS_AUDIO_CARRY_H
#define MBT_TOOLS_AUDIO_CARRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sndfile.h>

#include "tools/audio/carried/carry_plan.h"
#include "tools/audio/carried/contents.h"

/* Decides what becomes of the contents of a file, which are taken over, and of its tags. in_fd and in: where they are
 * from; in is NULL if it came through a pipe. format: of the result; 0: a stream. Returns NULL when memory runs out. */
mbt_carry *mbt_carry_open(mbt_contents *contents, int in_fd, SNDFILE *in, int format);

/* Bytes of chunks that come ahead of the samples, or of all. */
uint64_t mbt_carry_bytes(const mbt_carry *carry, bool ahead_alone);

/* Sets the tags in the result. */
void mbt_carry_set_strings(const mbt_carry *carry, SNDFILE *to);

/* Looks whether the tags arrived in the result, which libsndfile has closed. */
void mbt_carry_check_strings(mbt_carry *carry, int fd);

/* Whether the item is a chunk that comes ahead of the samples, or behind them. */
bool mbt_carry_is_placed(const mbt_carry *carry, size_t item, bool ahead);

/* Bytes of the chunk that the item becomes, or of both, with head and padding. */
uint64_t mbt_carry_chunk_bytes(const mbt_carry *carry, size_t item);

void mbt_carry_close(mbt_carry *carry);

#endif
