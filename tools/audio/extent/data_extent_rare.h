/* data_extent_rare.h: where samples are, and how many, in containers that are no sequence of chunks. */
#ifndef MBT_TOOLS_AUDIO_DATA_EXTENT_RARE_H
#define MBT_TOOLS_AUDIO_DATA_EXTENT_RARE_H

#include <stdbool.h>
#include <stdint.h>

/* Knows NIST SPHERE, VOC and AVR. Sets where the samples begin in the file and how many bytes they are, as the header
 * says. Returns false for others, and where the header does not say. */
bool mbt_find_rare_extent(int fd, uint64_t *begin, uint64_t *length);

#endif
