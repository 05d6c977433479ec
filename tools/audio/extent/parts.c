/* parts.c: lists of parts, and the parts of FLAC, Ogg and WAV. */
#include "tools/audio/extent/parts.h"

#include <stdlib.h>
#include <string.h>

#include "tools/audio/extent/byte_reader.h"
#include "tools/audio/extent/flac_end.h"

/* More parts are damage, and take long. */
enum { MOST_PARTS = 100000 };

bool mbt_parts_add(mbt_parts *parts, const mbt_part *part)
{
    if (parts->count == parts->room) {
        const size_t room = parts->room == 0 ? 4 : parts->room * 2;
        mbt_part *more = room / 2 <= MOST_PARTS ? realloc(parts->part, room * sizeof *more) : NULL;
        if (more == NULL)
            return false;
        parts->part = more;
        parts->room = room;
    }
    parts->part[parts->count++] = *part;
    return true;
}

void mbt_parts_free(mbt_parts *parts)
{
    free(parts->part);
    *parts = (mbt_parts){0};
}

/* A part that began earlier ends where this one begins. */
static bool add_behind(mbt_parts *parts, const mbt_part *part)
{
    if (parts->count > 0)
        parts->part[parts->count - 1].end = part->begin;
    return mbt_parts_add(parts, part);
}

/* Counts what is behind a part that ends at `at`, up to `next`, where the next one begins or the file ends. */
static void count_behind(mbt_byte_reader *reader, mbt_parts *parts, uint64_t at, uint64_t next)
{
    while (at < next) {
        const uint64_t tag = mbt_tag_length(reader, at);
        if (tag == 0) {
            parts->unread += mbt_count_unread(reader, at, next);
            return;
        }
        at += tag;
    }
}

/* FLAC begins with "fLaC" and the block STREAMINFO, which is 34 bytes long. Its total_samples are the 36 bits from the
 * lower half of byte 21. Source: RFC 9639, sections 8.1 and 8.2. */
static bool is_flac_head(const unsigned char *bytes)
{
    return memcmp(bytes, "fLaC", 4) == 0 && (bytes[4] & 0x7f) == 0 && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 34;
}

static bool add_flac(mbt_parts *parts, uint64_t at, uint64_t end)
{
    const mbt_part part = {.begin = at, .end = end, .zeros_at = at + 21, .zeros = 5, .kept = 0xf0};
    return add_behind(parts, &part);
}

/* Calls add for each place where is_head says that a recording begins, from eight bytes there. */
static bool find_heads(mbt_byte_reader *reader, uint64_t begin, bool (*is_head)(const unsigned char *),
                       bool (*add)(mbt_parts *, uint64_t, uint64_t), mbt_parts *parts)
{
    enum { HEAD = 8, BLOCK = 32768 };
    for (uint64_t at = begin; reader->end - at >= HEAD;) {
        const uint64_t left = reader->end - at;
        const size_t count = left < BLOCK ? (size_t)left : BLOCK;
        const unsigned char *bytes = mbt_bytes_at(reader, at, count);
        if (bytes == NULL)
            return true; /* the file became shorter */
        for (size_t i = 0; i + HEAD <= count; i++)
            if (is_head(bytes + i) && !add(parts, at + i, reader->end))
                return false;
        at += count - HEAD + 1;
    }
    return true;
}

bool mbt_find_flac_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts)
{
    mbt_byte_reader reader;
    mbt_byte_reader_begin(&reader, fd, end);
    if (!find_heads(&reader, begin, is_flac_head, add_flac, parts))
        return false;
    for (size_t i = 0; i < parts->count; i++) {
        const mbt_part *part = &parts->part[i];
        count_behind(&reader, parts, mbt_find_flac_end(&reader, part->begin, part->end), part->end);
    }
    return true;
}

/* A page of Ogg has a head of 27 bytes and a table of the lengths of its segments; bits 1 and 2 of byte 5 mark the
 * first and the last page of a stream. Source: RFC 3533, section 6. */
enum { PAGE_HEAD = 27, FIRST_PAGE = 2, LAST_PAGE = 4, SUM_AT = 22, SUM_BYTES = 4, MOST_PAGE = 27 + 255 + 255 * 255 };

/* The length of the page at `at`; 0: there is none. */
static size_t page_length(mbt_byte_reader *reader, uint64_t at, unsigned *marks)
{
    const unsigned char *head = mbt_bytes_at(reader, at, PAGE_HEAD);
    if (head == NULL || memcmp(head, "OggS", 4) != 0 || head[4] != 0)
        return 0;
    const size_t segments = head[26];
    *marks = head[5];
    head = mbt_bytes_at(reader, at, PAGE_HEAD + segments);
    size_t length = PAGE_HEAD + segments;
    for (size_t i = 0; head != NULL && i < segments; i++)
        length += head[PAGE_HEAD + i];
    return head != NULL ? length : 0;
}

/* Whether all of the page is there, and its check sum is right: the division of its bits, with the sum itself as 0, by
 * x^32 + x^26 + ... + 1 (0x04c11db7). */
static bool is_page_whole(mbt_byte_reader *reader, uint64_t at, size_t length)
{
    _Static_assert((int)MOST_PAGE <= (int)MBT_READER_BYTES, "a page fits");
    const unsigned char *page = mbt_bytes_at(reader, at, length);
    uint32_t sum = 0, said = 0;
    for (size_t i = 0; page != NULL && i < length; i++) {
        const bool of_sum = i >= SUM_AT && i < SUM_AT + SUM_BYTES;
        said |= of_sum ? (uint32_t)page[i] << (8 * (i - SUM_AT)) : 0;
        sum ^= of_sum ? 0 : (uint32_t)page[i] << 24;
        for (int bit = 0; bit < 8; bit++)
            sum = sum << 1 ^ (sum >> 31 ? 0x04c11db7u : 0);
    }
    return page != NULL && sum == said;
}

/* The part that began last ends with the last page of its stream, at `ended`, and what follows up to `next` is left
 * out: libsndfile would take it as damage. 0: there is no such page, as when the stream is cut. */
static void end_ogg(mbt_byte_reader *reader, mbt_parts *parts, uint64_t ended, uint64_t next)
{
    if (parts->count == 0)
        return;
    parts->part[parts->count - 1].end = ended > 0 ? ended : next;
    if (ended > 0)
        count_behind(reader, parts, ended, next);
}

/* Streams side by side begin with their first pages one after the other: only one behind another page begins a part. */
static bool walk_pages(mbt_byte_reader *reader, uint64_t at, mbt_parts *parts)
{
    unsigned marks = 0, before = 0;
    uint64_t ended = 0;
    while (at < reader->end) {
        const size_t length = page_length(reader, at, &marks);
        if (length == 0) {
            at++; /* damage, or what is no Ogg: the next page is searched for */
            continue;
        }
        if (marks & FIRST_PAGE && !(before & FIRST_PAGE)) {
            const mbt_part part = {.begin = at, .end = reader->end, .counted = true};
            end_ogg(reader, parts, ended, at);
            if (!mbt_parts_add(parts, &part))
                return false;
        }
        const bool is_whole = is_page_whole(reader, at, length);
        parts->cut = parts->cut || !is_whole;
        before = marks;
        at += length;
        ended = is_whole && marks & LAST_PAGE ? at : 0;
    }
    end_ogg(reader, parts, ended, reader->end);
    return true;
}

bool mbt_find_ogg_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts)
{
    mbt_byte_reader reader;
    mbt_byte_reader_begin(&reader, fd, end);
    return walk_pages(&reader, begin, parts);
}

/* A WAV is a chunk named RIFF, with its length in the four bytes that follow. */
bool mbt_find_wav_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts)
{
    mbt_byte_reader reader;
    mbt_byte_reader_begin(&reader, fd, end);
    const unsigned char *head;
    bool good = true;
    for (uint64_t at = begin; good && (head = mbt_bytes_at(&reader, at, 12)) != NULL;) {
        if (memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
            break;
        const uint64_t length =
            (uint64_t)head[4] | (uint64_t)head[5] << 8 | (uint64_t)head[6] << 16 | (uint64_t)head[7] << 24;
        const mbt_part part = {.begin = at, .end = end, .counted = true};
        good = add_behind(parts, &part);
        if (length < 4) /* not counted */
            break;
        at += 8 + length + length % 2;
    }
    return good;
}
