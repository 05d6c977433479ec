/* data_extent.c: compares a sound file's length with the length that its header gives its samples. libsndfile cuts the
 * latter to what is there, mostly without a sign of it, and it believes a length of 0. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/extent/data_extent.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/audio/extent/byte_reader.h"
#include "tools/audio/extent/data_extent_rare.h"

/* RIFF, AIFF, Wave64 and CAF are sequences of chunks: a name, a length, and as many bytes, padded. */
typedef struct layout {
    const char *magic, *data;             /* the file's first four bytes; the name of the chunk with the samples */
    unsigned first_chunk;                 /* where the first chunk begins */
    unsigned name_bytes, length_bytes;    /* of a name the first four bytes are compared */
    unsigned counted_bytes, padded_bytes; /* bytes of the chunk's head within its length; what lengths are padded to */
    unsigned before_data;                 /* bytes in the chunk with the samples that are before them */
    bool big_endian;
} layout;

static const layout layouts[] = {
    {"RIFF", "data", 12, 4, 4, 0, 2, 0, false}, {"RIFX", "data", 12, 4, 4, 0, 2, 0, true},
    {"RF64", "data", 12, 4, 4, 0, 2, 0, false}, {"FORM", "SSND", 12, 4, 4, 0, 2, 8, true},
    {"FORM", "BODY", 12, 4, 4, 0, 2, 0, true},  {"riff", "data", 40, 16, 8, 24, 8, 0, false},
    {"caff", "data", 8, 4, 8, 0, 1, 4, true},
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

/* Whether all of [at, end) is 0, if it is less than a sector: padding. */
static bool is_padding(int fd, uint64_t at, uint64_t end)
{
    unsigned char bytes[4096];
    if (end - at >= sizeof bytes || !read_at(fd, at, bytes, (size_t)(end - at)))
        return false;
    for (size_t i = 0; i < end - at; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Whether it is the head of a whole file, not of a chunk. */
static bool is_file_head(int fd, uint64_t at)
{
    static const char *const names[] = {"RIFF", "RIFX", "RF64", "FORM", "riff", "caff", ".snd"};
    unsigned char head[4];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (read_at(fd, at, head, sizeof head) && memcmp(head, names[i], sizeof head) == 0)
            return true;
    return false;
}

static uint64_t round_up(uint64_t length, unsigned to)
{
    return (length + to - 1) / to * to;
}

/* How many bytes of [at, size) are neither chunks nor tags nor padding. */
static uint64_t unread_behind(int fd, const layout *l, uint64_t at, uint64_t size)
{
    unsigned char head[HEAD_BYTES];
    const unsigned head_bytes = l->name_bytes + l->length_bytes;
    mbt_byte_reader reader;
    mbt_byte_reader_begin(&reader, fd, size);
    for (int i = 0; i < MOST_CHUNKS && at < size && !is_padding(fd, at, size); i++) {
        const uint64_t tag = mbt_tag_length(&reader, at);
        if (tag > 0) {
            at = tag < size - at ? at + tag : size;
            continue;
        }
        if (is_file_head(fd, at) || !is_chunk(fd, l, at, size - at) || !read_at(fd, at, head, head_bytes))
            break;
        const uint64_t length = mbt_stored_number(head + l->name_bytes, l->length_bytes, l->big_endian);
        if (length < l->counted_bytes)
            break;
        at += head_bytes + round_up(length - l->counted_bytes, l->padded_bytes);
    }
    const bool nothing = at >= size || is_padding(fd, at, size);
    return nothing ? 0 : size - at;
}

/* Of a chunk with samples, whose contents begin at e->begin: e->length is as its header says. */
static void judge_chunk(int fd, const layout *l, mbt_data_extent *e)
{
    const uint64_t at = e->begin, wrap = UINT64_C(1) << 32, size = e->begin + e->left;
    const unsigned least = l->name_bytes + l->length_bytes; /* fewer bytes may be padding */
    if (e->length <= l->before_data) {
        const bool few = e->left < l->before_data + least;
        if (!few && !is_chunk(fd, l, at + e->length, e->left - e->length))
            e->kind = MBT_DATA_UNCOUNTED;
        return;
    }
    if (!mbt_is_length(e->length, e->length_bytes))
        return;
    if (e->length > e->left) {
        e->kind = MBT_DATA_CUT;
        return;
    }
    const uint64_t padded = round_up(e->length, l->padded_bytes);
    e->unread = padded < e->left ? unread_behind(fd, l, at + padded, size) : 0;
    if (e->length_bytes == 4 && e->left - e->length >= wrap && e->unread > 0) {
        e->length += (e->left - e->length) / wrap * wrap;
        e->kind = MBT_DATA_WRAPPED;
        e->unread = 0;
    }
}

static mbt_data_extent find_in_chunks(int fd, const layout *l, uint64_t size)
{
    mbt_data_extent e = {.kind = MBT_DATA_AS_SAID, .big_endian = l->big_endian, .counted = l->counted_bytes};
    const unsigned head_bytes = l->name_bytes + l->length_bytes;
    uint64_t at = l->first_chunk, length_of_64 = UINT32_MAX, length_64_at = 0; /* RF64 has it in "ds64" */
    unsigned char head[HEAD_BYTES], length64[8];
    for (int i = 0; i < MOST_CHUNKS && at < size; i++) {
        if (!read_at(fd, at, head, head_bytes)) {
            e.kind = MBT_DATA_CUT; /* within a chunk's head */
            return e;
        }
        uint64_t length = mbt_stored_number(head + l->name_bytes, l->length_bytes, l->big_endian);
        uint64_t left = size - at - head_bytes;
        bool is_data = memcmp(head, l->data, 4) == 0;
        if (length < l->counted_bytes && !is_data)
            return e;
        length -= length < l->counted_bytes ? length : l->counted_bytes;
        if (is_data) {
            const bool long_one = l->length_bytes == 4 && length == UINT32_MAX && length_of_64 != UINT32_MAX;
            const bool in_64 = length_64_at > 0 && (long_one || length == 0);
            e.begin = at + head_bytes;
            e.before = l->before_data;
            e.left = left;
            e.length = long_one ? length_of_64 : length;
            e.length_bytes = in_64 ? 8 : l->length_bytes;
            e.length_at = in_64 ? length_64_at : at + l->name_bytes;
            judge_chunk(fd, l, &e);
            return e;
        }
        if (memcmp(head, "ds64", 4) == 0 && read_at(fd, at + head_bytes + 8, length64, sizeof length64)) {
            length_of_64 = mbt_stored_number(length64, sizeof length64, false);
            length_64_at = at + head_bytes + 8;
        }
        if (length > left)
            return e; /* the file ends within this chunk: no samples follow */
        at += head_bytes + round_up(length, l->padded_bytes);
    }
    return e;
}

/* Of a container in which no chunks follow the samples. */
static void judge_length(int fd, mbt_data_extent *e)
{
    enum { FEW = 16 };
    static const layout bytes = {"", "", 0, 4, 4, 0, 1, 0, true};
    judge_chunk(fd, &bytes, e);
    if (e->length <= e->left &&
        e->left - e->length <= FEW) { /* VOC ends with a byte of 0, and sox counts its blocks four bytes short */
        e->unread = 0;
        e->length = e->left;
    }
}

/* AU: where the samples begin and how many bytes they are, in the first twelve bytes. */
static mbt_data_extent find_in_au(int fd, const unsigned char *head, uint64_t size, bool big_endian)
{
    mbt_data_extent e = {.kind = MBT_DATA_AS_SAID, .length_at = 8, .length_bytes = 4, .big_endian = big_endian};
    e.begin = mbt_stored_number(head + 4, 4, big_endian);
    e.length = mbt_stored_number(head + 8, 4, big_endian);
    if (e.begin >= size)
        return (mbt_data_extent){.kind = mbt_is_length(e.length, 4) && e.begin + e.length > size ? MBT_DATA_CUT
                                                                                                 : MBT_DATA_AS_SAID};
    e.left = size - e.begin;
    if (e.length == 0)
        e.kind = MBT_DATA_UNCOUNTED;
    else
        judge_length(fd, &e);
    return e;
}

/* FORM is AIFF, or 8SVX and 16SV, whose samples are in the chunk BODY. */
static bool is_of_kind(const layout *l, const unsigned char *head)
{
    const bool is_svx = memcmp(head + 8, "8SVX", 4) == 0 || memcmp(head + 8, "16SV", 4) == 0;
    return memcmp(l->magic, "FORM", 4) != 0 || is_svx == (memcmp(l->data, "BODY", 4) == 0);
}

mbt_data_extent mbt_find_data_extent(int fd)
{
    const mbt_data_extent unknown = {.kind = MBT_DATA_AS_SAID};
    struct stat about;
    unsigned char head[12];
    if (fstat(fd, &about) != 0 || about.st_size < (off_t)sizeof head || !read_at(fd, 0, head, sizeof head))
        return unknown;
    const uint64_t size = (uint64_t)about.st_size;
    const bool au_big_endian = memcmp(head, ".snd", 4) == 0;
    if (au_big_endian || memcmp(head, "dns.", 4) == 0)
        return find_in_au(fd, head, size, au_big_endian);
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (memcmp(head, layouts[i].magic, 4) == 0 && is_of_kind(&layouts[i], head))
            return find_in_chunks(fd, &layouts[i], size);
    mbt_data_extent rare = {.kind = MBT_DATA_AS_SAID};
    if (!mbt_find_rare_extent(fd, &rare.begin, &rare.length) || rare.begin >= size)
        return unknown;
    rare.left = size - rare.begin;
    judge_length(fd, &rare);
    return rare;
}
