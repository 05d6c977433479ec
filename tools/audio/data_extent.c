/* data_extent.c: compares a sound file's length with the length that its header gives its samples. libsndfile cuts the
 * latter to what is there, mostly without a sign of it, and it believes a length of 0. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/data_extent.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/base/message.h"

/* RIFF, AIFF and Wave64 are sequences of chunks: a name, a length, and as many bytes, padded. */
typedef struct layout {
    char magic[5], data[5];               /* the file's first four bytes; the name of the chunk with the samples */
    unsigned first_chunk;                 /* where the first chunk begins */
    unsigned name_bytes, length_bytes;    /* of a name the first four bytes are compared */
    unsigned counted_bytes, padded_bytes; /* bytes of the chunk's head within its length; what lengths are padded to */
    unsigned before_data;                 /* bytes in the chunk with the samples that are before them */
    bool big_endian;
} layout;

static const layout layouts[] = {
    {"RIFF", "data", 12, 4, 4, 0, 2, 0, false},   {"RIFX", "data", 12, 4, 4, 0, 2, 0, true},
    {"RF64", "data", 12, 4, 4, 0, 2, 0, false},   {"FORM", "SSND", 12, 4, 4, 0, 2, 8, true},
    {"riff", "data", 40, 16, 8, 24, 8, 0, false},
};

/* Far more chunks than a recording has. The limit keeps a hostile file from taking long. */
enum { MOST_CHUNKS = 10000, HEAD_BYTES = 24 };

static bool read_at(int fd, uint64_t at, unsigned char *bytes, size_t count)
{
    return pread(fd, bytes, count, (off_t)at) == (ssize_t)count;
}

bool mbt_is_sample_dump(int fd)
{
    unsigned char head[2];
    const off_t begin = lseek(fd, 0, SEEK_CUR);
    return begin >= 0 && pread(fd, head, sizeof head, begin) == sizeof head && head[0] == 0xf0 && head[1] == 0x7e;
}

bool mbt_complain_of_no_length(const char *path)
{
    return mbt_complain("%s: its header says that there are no samples, but more follows; pass that without the "
                        "header, with --raw",
                        path);
}

uint64_t mbt_stored_number(const unsigned char *bytes, size_t count, bool big_endian)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[big_endian ? i : count - 1 - i];
    return value;
}

bool mbt_is_length(uint64_t length, unsigned length_bytes)
{
    if (length_bytes == 8)
        return length != 0 && length < UINT64_C(1) << 62;
    return length != 0 && length < 0xffff0000u && (length < 0x7fff0000u || length > 0x80000000u);
}

bool mbt_is_chunk_name(const unsigned char *name)
{
    for (int i = 0; i < 4; i++)
        if (name[i] < ' ' || name[i] > '~')
            return false;
    return true;
}

/* Whether a chunk that fits into the file begins at `at`, with `left` bytes to the end of the file. */
static bool is_chunk(int fd, const layout *l, uint64_t at, uint64_t left)
{
    unsigned char head[HEAD_BYTES];
    unsigned head_bytes = l->name_bytes + l->length_bytes;
    return left >= head_bytes && read_at(fd, at, head, head_bytes) && mbt_is_chunk_name(head) &&
           mbt_stored_number(head + l->name_bytes, l->length_bytes, l->big_endian) <=
               left - head_bytes + l->counted_bytes;
}

/* Of a chunk with samples, whose contents begin at `at`, `left` bytes before the end of the file. Its header gives
 * `length`, stored in length_bytes bytes. */
static mbt_data_extent extent_of_chunk(int fd, const layout *l, uint64_t at, uint64_t left, uint64_t length,
                                       unsigned length_bytes)
{
    if (length > l->before_data)
        return mbt_is_length(length, length_bytes) && length > left ? MBT_DATA_CUT : MBT_DATA_AS_SAID;
    unsigned least = l->name_bytes + l->length_bytes; /* fewer bytes may be padding */
    if (left < l->before_data + least || is_chunk(fd, l, at + length, left - length))
        return MBT_DATA_AS_SAID;
    return MBT_DATA_UNCOUNTED;
}

static mbt_data_extent find_in_chunks(int fd, const layout *l, uint64_t size)
{
    unsigned head_bytes = l->name_bytes + l->length_bytes;
    uint64_t at = l->first_chunk, length_of_64 = UINT32_MAX; /* RF64 has the length of "data" in "ds64" */
    unsigned char head[HEAD_BYTES], length64[8];
    for (int i = 0; i < MOST_CHUNKS && at < size; i++) {
        if (!read_at(fd, at, head, head_bytes))
            return MBT_DATA_CUT; /* within a chunk's head */
        uint64_t length = mbt_stored_number(head + l->name_bytes, l->length_bytes, l->big_endian);
        uint64_t left = size - at - head_bytes;
        bool is_data = memcmp(head, l->data, 4) == 0;
        if (length < l->counted_bytes && !is_data)
            return MBT_DATA_AS_SAID;
        length -= length < l->counted_bytes ? length : l->counted_bytes;
        if (is_data) {
            bool long_one = l->length_bytes == 4 && length == UINT32_MAX && length_of_64 != UINT32_MAX;
            return extent_of_chunk(fd, l, at + head_bytes, left, long_one ? length_of_64 : length,
                                   long_one ? 8 : l->length_bytes);
        }
        if (memcmp(head, "ds64", 4) == 0 && read_at(fd, at + head_bytes + 8, length64, sizeof length64))
            length_of_64 = mbt_stored_number(length64, sizeof length64, false);
        if (length > left)
            return MBT_DATA_AS_SAID; /* the file ends within this chunk: no samples follow */
        at += head_bytes + (length + l->padded_bytes - 1) / l->padded_bytes * l->padded_bytes;
    }
    return MBT_DATA_AS_SAID;
}

mbt_data_extent mbt_find_data_extent(int fd)
{
    struct stat about;
    unsigned char head[12];
    if (fstat(fd, &about) != 0 || about.st_size < (off_t)sizeof head || !read_at(fd, 0, head, sizeof head))
        return MBT_DATA_AS_SAID;
    uint64_t size = (uint64_t)about.st_size;
    bool au_big_endian = memcmp(head, ".snd", 4) == 0;
    if (au_big_endian || memcmp(head, "dns.", 4) == 0) {
        uint64_t begin = mbt_stored_number(head + 4, 4, au_big_endian);
        uint64_t length = mbt_stored_number(head + 8, 4, au_big_endian);
        return length == 0 && begin < size                         ? MBT_DATA_UNCOUNTED
               : mbt_is_length(length, 4) && begin + length > size ? MBT_DATA_CUT
                                                                   : MBT_DATA_AS_SAID;
    }
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (memcmp(head, layouts[i].magic, 4) == 0)
            return find_in_chunks(fd, &layouts[i], size);
    return MBT_DATA_AS_SAID;
}
