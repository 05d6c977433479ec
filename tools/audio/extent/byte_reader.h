/* byte_reader.h: bytes of a file here and there, mostly one after the other. */
#ifndef MBT_TOOLS_AUDIO_BYTE_READER_H
#define MBT_TOOLS_AUDIO_BYTE_READER_H

#include <stddef.h>
#include <stdint.h>

enum { MBT_READER_BYTES = 65536 };

typedef struct mbt_byte_reader {
    int fd;
    uint64_t end; /* nothing behind it is read */
    uint64_t at;  /* of the file, where bytes[0] is from */
    size_t held;
    unsigned char bytes[MBT_READER_BYTES];
} mbt_byte_reader;

/* Begins to read bytes of a file. It holds nothing that would have to be released. */
void mbt_byte_reader_begin(mbt_byte_reader *reader, int fd, uint64_t end);

/* The bytes from `at`, valid until the next call: `count` of them, at most MBT_READER_BYTES. NULL if there are fewer.
 * */
const unsigned char *mbt_bytes_at(mbt_byte_reader *reader, uint64_t at, size_t count);

/* How long a tag is that begins at `at`: ID3v1, ID3v2, APE or Lyrics3. 0: none does. May reach beyond the end. */
uint64_t mbt_tag_length(mbt_byte_reader *reader, uint64_t at);

/* How many of bytes [at, end), which are no part of a recording, are worth a word: less than a head at the end of what
 * is read, and zeros that fill up a sector there, are nothing. */
uint64_t mbt_count_unread(mbt_byte_reader *reader, uint64_t at, uint64_t end);

#endif
