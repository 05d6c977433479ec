/* data_extent.h: whether a sound file holds as many samples as its header says. */
#ifndef MBT_TOOLS_AUDIO_DATA_EXTENT_H
#define MBT_TOOLS_AUDIO_DATA_EXTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many samples as the header says; fewer; or samples where the header says that there are none, as a recorder leaves
 * it that was cut off before it could complete the header. */
typedef enum mbt_data_extent { MBT_DATA_AS_SAID, MBT_DATA_CUT, MBT_DATA_UNCOUNTED } mbt_data_extent;

/* Knows WAV (RIFF, RIFX, RF64, W64), AIFF and AU. MBT_DATA_AS_SAID for others, and for a header that leaves the length
 * open, as programs write it that write to a pipe. */
mbt_data_extent mbt_find_data_extent(int fd);

/* Prints that a header has a length of 0, and samples follow. Returns false. */
bool mbt_complain_of_no_length(const char *path);

/* The number in 1 to 8 bytes of a file. */
uint64_t mbt_stored_number(const unsigned char *bytes, size_t count, bool big_endian);

/* Whether a header's length of samples, of four or eight bytes, is a true one. Programs that write to a pipe leave 0,
 * or the largest value, signed or unsigned, or one that is less by the size of some header. */
bool mbt_is_length(uint64_t length, unsigned length_bytes);

/* Whether four bytes can be the name of a chunk in any of these: printable ASCII. */
bool mbt_is_chunk_name(const unsigned char *name);

/* Whether it is MIDI's Sample Dump Standard (SDS). Where one is damaged, libsndfile 1.2 prints a line on standard
 * output for each sample, and above 2 GiB or in a pipe it may never end: such files are not read. */
bool mbt_is_sample_dump(int fd);

#endif
