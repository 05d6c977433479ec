/* endless_list.h: a fault that libsndfile would never end reading. */
#ifndef MBT_TOOLS_AUDIO_ENDLESS_LIST_H
#define MBT_TOOLS_AUDIO_ENDLESS_LIST_H

#include <stdbool.h>
#include <stdint.h>

/* Whether bytes [begin, end) of a file are a WAV (RIFF, RIFX, RF64) with a chunk LIST in which something claims to have
 * 2 GiB or more, which are not there. libsndfile 1.2 adds such a length to its place in 32 bits, comes out before it,
 * and reads the same bytes again and again. */
bool mbt_has_endless_list(int fd, uint64_t begin, uint64_t end);

#endif
