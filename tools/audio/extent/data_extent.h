/* data_extent.h: whether a sound file holds as many samples as its header says. */
#ifndef MBT_TOOLS_AUDIO_DATA_EXTENT_H
#define MBT_TOOLS_AUDIO_DATA_EXTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many samples as the header says; fewer; samples where the header says that there are none, as a recorder leaves it
 * that was cut off before it could complete the header; or more than 4 GiB of them, of which the header's 32 bits have
 * the rest of a division by 4 GiB. */
typedef enum mbt_data_kind { MBT_DATA_AS_SAID, MBT_DATA_CUT, MBT_DATA_UNCOUNTED, MBT_DATA_WRAPPED } mbt_data_kind;

typedef struct mbt_data_extent {
    mbt_data_kind kind;
    uint64_t begin, left;  /* where in the file the samples begin; bytes from there to its end. begin 0: not known */
    uint64_t before;       /* bytes there, counted in `length`, that are no samples */
    uint64_t length;       /* bytes of samples: as the header says, or the true number if that wrapped */
    uint64_t length_at;    /* where in the file the header says it ... */
    unsigned length_bytes; /* ... and in how many bytes */
    bool big_endian;
    uint64_t counted; /* bytes besides samples that the length in the header counts too */
    uint64_t unread;  /* bytes behind the samples that are neither a chunk nor a tag nor padding */
} mbt_data_extent;

/* Knows WAV (RIFF, RIFX, RF64, W64), AIFF, 8SVX, AU, CAF, NIST SPHERE, VOC and AVR. MBT_DATA_AS_SAID for others, and
 * for a header that leaves the length open, as programs write it that write to a pipe. */
mbt_data_extent mbt_find_data_extent(int fd);

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
