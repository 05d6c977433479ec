/* audio_cut.c: whether a sound file ends before its samples do, by the length that its header gives them. libsndfile
 * reduces that length to what is there, and most of its readers do not tell. */
#define _POSIX_C_SOURCE 200809L

#include "audio.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* RIFF, AIFF and Wave64 are rows of chunks: a name, a length, and as many bytes, padded. */
typedef struct layout {
    char magic[5], data[5];               /* the file's first four bytes; the name of the chunk with the samples */
    unsigned first_chunk;                 /* where the row begins */
    unsigned name_bytes, length_bytes;    /* a name is known by its first four bytes */
    unsigned counted_bytes, padded_bytes; /* bytes of the chunk's head within its length; what lengths are padded to */
    bool big_endian;
} layout;

static const layout layouts[] = {
    {"RIFF", "data", 12, 4, 4, 0, 2, false},   {"RIFX", "data", 12, 4, 4, 0, 2, true},
    {"RF64", "data", 12, 4, 4, 0, 2, false},   {"FORM", "SSND", 12, 4, 4, 0, 2, true},
    {"riff", "data", 40, 16, 8, 24, 8, false},
};

/* Far more chunks than a recording has, so that a hostile file cannot take long. */
enum { MOST_CHUNKS = 10000, HEAD_BYTES = 24 };

static bool read_at(int fd, uint64_t at, unsigned char *bytes, size_t count)
{
    return pread(fd, bytes, count, (off_t)at) == (ssize_t)count;
}

static uint64_t number(const unsigned char *bytes, unsigned count, bool big_endian)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value = value << 8 | bytes[big_endian ? i : count - 1 - i];
    }
    return value;
}

/* Programs that write to a pipe do not know the length: they leave 0, or the largest value or one near it, with or
 * without sign, or less some header. */
static bool is_known(uint64_t length, unsigned length_bytes)
{
    if (length_bytes == 8) {
        return length != 0 && length < UINT64_C(1) << 62;
    }
    return length != 0 && length < 0xffff0000u && (length < 0x7fff0000u || length > 0x80000000u);
}

static bool chunk_is_cut(int fd, const layout *l, uint64_t size)
{
    unsigned head_bytes = l->name_bytes + l->length_bytes, bytes_of_length = l->length_bytes;
    uint64_t at = l->first_chunk, length_of_64 = 0; /* RF64 has the length of "data" in "ds64" */
    unsigned char head[HEAD_BYTES], length64[8];
    for (int i = 0; i < MOST_CHUNKS && at < size; i++) {
        if (!read_at(fd, at, head, head_bytes)) {
            return true; /* within a chunk's head */
        }
        uint64_t length = number(head + l->name_bytes, l->length_bytes, l->big_endian);
        uint64_t left = size - at - head_bytes;
        if (length < l->counted_bytes) {
            return false;
        }
        length -= l->counted_bytes;
        if (memcmp(head, l->data, 4) == 0) {
            if (length == UINT32_MAX && length_of_64 != 0) {
                length = length_of_64;
                bytes_of_length = 8;
            }
            return is_known(length, bytes_of_length) && length > left;
        }
        if (memcmp(head, "ds64", 4) == 0 && read_at(fd, at + head_bytes + 8, length64, sizeof length64)) {
            length_of_64 = number(length64, sizeof length64, false);
        }
        if (length > left) {
            return false; /* there are no samples after it */
        }
        at += head_bytes + (length + l->padded_bytes - 1) / l->padded_bytes * l->padded_bytes;
    }
    return false;
}

bool mbt_is_cut_short(int fd)
{
    struct stat about;
    unsigned char head[12];
    if (fstat(fd, &about) != 0 || about.st_size < (off_t)sizeof head || !read_at(fd, 0, head, sizeof head)) {
        return false;
    }
    uint64_t size = (uint64_t)about.st_size;
    bool au_big_endian = memcmp(head, ".snd", 4) == 0;
    if (au_big_endian || memcmp(head, "dns.", 4) == 0) {
        uint64_t begin = number(head + 4, 4, au_big_endian), length = number(head + 8, 4, au_big_endian);
        return is_known(length, 4) && begin + length > size;
    }
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        if (memcmp(head, layouts[i].magic, 4) == 0) {
            return chunk_is_cut(fd, &layouts[i], size);
        }
    }
    return false;
}
