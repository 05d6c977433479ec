/* find_tags.c: looks through the tags of FLAC, Ogg and MPEG audio. Every length in them may be wrong. */
#include "tools/audio/carried/find_tags.h"

#include <string.h>

#include "tools/audio/carried/tag_names.h"
#include "tools/audio/extent/data_extent.h"

/* Far more than a recording has. The limits keep a hostile file from taking long. */
enum { MOST_TAGS = 10000, MOST_BLOCKS = 1000, MOST_PAGES = 100000, MOST_KEY = 64 };

/* Bytes that lie one behind the other: in FLAC in one piece, in Ogg in pieces of one page each. */
typedef struct run {
    mbt_byte_reader *reader;
    uint64_t at, left; /* of the piece */
    bool in_ogg, last; /* last: no piece follows */
    uint32_t serial;   /* of the pages */
    int pages;
} run;

enum { PAGE_HEAD = 27, PAGE_SERIAL = 14, PAGE_PIECES = 26, PAGE_MOST = PAGE_HEAD + 255 };

/* Source: RFC 3533. Finds the next page of the stream, from r->at, and how many bytes of it belong to the packet. */
static bool next_page(run *r)
{
    while (!r->last && r->pages++ < MOST_PAGES) {
        const unsigned char *head = mbt_bytes_at(r->reader, r->at, PAGE_HEAD);
        if (head == NULL || memcmp(head, "OggS", 4) != 0)
            return false;
        const unsigned pieces = head[PAGE_PIECES];
        const bool ours = (uint32_t)mbt_stored_number(head + PAGE_SERIAL, 4, false) == r->serial;
        head = mbt_bytes_at(r->reader, r->at, PAGE_HEAD + pieces);
        if (head == NULL)
            return false;
        uint64_t packet = 0, whole = 0;
        bool ended = false;
        for (unsigned i = 0; i < pieces; i++) {
            const unsigned size = head[PAGE_HEAD + i];
            whole += size;
            packet += ended ? 0 : size;
            ended = ended || size < 255;
        }
        r->at += PAGE_HEAD + pieces;
        if (ours) {
            r->left = packet;
            r->last = ended;
            return true;
        }
        r->at += whole;
    }
    return false;
}

/* Takes the next bytes; of them the first `most` are copied. Returns false where fewer are left. */
static bool take(run *r, uint64_t count, unsigned char *bytes, size_t most)
{
    size_t held = 0;
    while (count > 0) {
        if (r->left == 0 && (!r->in_ogg || !next_page(r)))
            return false;
        const uint64_t piece = count < r->left ? count : r->left;
        const size_t copied = piece < most - held ? (size_t)piece : most - held;
        if (copied > 0) {
            const unsigned char *from = mbt_bytes_at(r->reader, r->at, copied);
            if (from == NULL)
                return false;
            memcpy(bytes + held, from, copied);
        }
        held += copied;
        r->at += piece;
        r->left -= piece;
        count -= piece;
    }
    return true;
}

/* A name of the program that made it, a count, and KEY=value. Source: Xiph.org, "Ogg Vorbis I format specification:
 * comment field". */
static bool add_comments(run *r, mbt_contents *contents)
{
    unsigned char number[4], key[MOST_KEY];
    if (!take(r, 4, number, 4) || !take(r, mbt_stored_number(number, 4, false), NULL, 0) || !take(r, 4, number, 4))
        return true;
    const uint64_t count = mbt_stored_number(number, 4, false);
    for (uint64_t i = 0; i < count && i < MOST_TAGS; i++) {
        if (!take(r, 4, number, 4))
            return true;
        const uint64_t length = mbt_stored_number(number, 4, false);
        const size_t held = length < MOST_KEY ? (size_t)length : MOST_KEY;
        if (!take(r, length, key, held))
            return true;
        const unsigned char *end = held > 0 ? memchr(key, '=', held) : NULL;
        if (end != NULL && end > key && !mbt_add_tag(contents, MBT_TAGS_VORBIS, key, (size_t)(end - key), false))
            return false;
    }
    return true;
}

static bool add_named(mbt_contents *contents, mbt_content_kind kind, const char *name)
{
    mbt_content content = {.kind = kind};
    memcpy(content.name, name, strlen(name));
    return mbt_contents_add(contents, &content);
}

/* Skips a tag of another kind that is ahead of the file. */
static bool skip_id3(mbt_byte_reader *reader, uint64_t *at, mbt_contents *contents)
{
    const unsigned char *head = mbt_bytes_at(reader, *at, 3);
    if (head == NULL || memcmp(head, "ID3", 3) != 0)
        return true;
    *at += mbt_tag_length(reader, *at);
    return add_named(contents, MBT_CONTENT_TAG, "ID3");
}

/* Blocks of metadata: the last one is marked by a bit, then a kind and a length of 24 bits. Source: RFC 9639. */
bool mbt_find_flac_tags(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents)
{
    enum { APPLICATION = 2, COMMENTS = 4, CUESHEET = 5, PICTURE = 6, LAST = 0x80 };
    uint64_t at = begin;
    if (!skip_id3(reader, &at, contents))
        return false;
    const unsigned char *head = mbt_bytes_at(reader, at, 4);
    if (head == NULL || memcmp(head, "fLaC", 4) != 0)
        return true;
    at += 4;
    for (int i = 0, last = 0; i < MOST_BLOCKS && !last; i++) {
        head = mbt_bytes_at(reader, at, 4);
        if (head == NULL)
            return true;
        const uint64_t length = mbt_stored_number(head + 1, 3, true);
        const int kind = head[0] & ~LAST;
        last = head[0] & LAST;
        at += 4;
        run r = {.reader = reader, .at = at, .left = length};
        if ((kind == COMMENTS && !add_comments(&r, contents)) ||
            (kind == APPLICATION && !add_named(contents, MBT_CONTENT_CHUNK, "APPLICATION")) ||
            (kind == CUESHEET && !add_named(contents, MBT_CONTENT_CHUNK, "CUESHEET")) ||
            (kind == PICTURE && !add_named(contents, MBT_CONTENT_PICTURE, "PICTURE")))
            return false;
        at += length;
    }
    return true;
}

/* The tags are the second packet, on the second page of the stream: "\3vorbis" or "OpusTags", and comments. Sources:
 * Xiph.org, "Vorbis I specification", section 4.2; RFC 7845, section 5.2. */
bool mbt_find_ogg_tags(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents)
{
    enum { MARK = 8 };
    const unsigned char *head = mbt_bytes_at(reader, begin, PAGE_HEAD);
    if (head == NULL || memcmp(head, "OggS", 4) != 0)
        return true;
    run r = {.reader = reader,
             .at = begin,
             .in_ogg = true,
             .serial = (uint32_t)mbt_stored_number(head + PAGE_SERIAL, 4, false)};
    unsigned char mark[MARK] = {0};
    if (!next_page(&r)) /* of the first packet */
        return true;
    r.at += r.left;
    r.left = 0;
    r.last = false;
    if (!take(&r, MARK - 1, mark, MARK - 1))
        return true;
    if (memcmp(mark, "\3vorbis", MARK - 1) == 0)
        return add_comments(&r, contents);
    return !take(&r, 1, mark + MARK - 1, 1) || memcmp(mark, "OpusTags", MARK) != 0 || add_comments(&r, contents);
}

/* Frames of ID3v2: a key, and a length; its bytes have 7 bits from version 4 on. Source: id3.org, "ID3 tag version
 * 2.4.0", section 4, and "2.2.0", section 3.2. */
static bool add_id3(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents)
{
    enum { HEAD = 10, OLD = 2, SEVEN_BITS = 4 };
    const unsigned char *head = mbt_bytes_at(reader, begin, HEAD);
    const uint64_t length = mbt_tag_length(reader, begin);
    if (head == NULL || memcmp(head, "ID3", 3) != 0 || length > reader->end - begin)
        return true;
    const int version = head[3];
    const size_t key_bytes = version <= OLD ? 3 : 4, head_bytes = version <= OLD ? 6 : 10;
    const uint64_t end = begin + length;
    uint64_t at = begin + HEAD;
    for (int i = 0; i < MOST_TAGS && end - at >= head_bytes; i++) {
        head = mbt_bytes_at(reader, at, head_bytes);
        if (head == NULL || head[0] < 'A' || head[0] > 'Z')
            return true;
        uint64_t size = mbt_stored_number(head + key_bytes, key_bytes, true);
        if (version >= SEVEN_BITS)
            size = (size >> 24 & 0x7f) << 21 | (size >> 16 & 0x7f) << 14 | (size >> 8 & 0x7f) << 7 | (size & 0x7f);
        if (size > end - at - head_bytes)
            return true;
        if (!mbt_add_tag(contents, MBT_TAGS_ID3, head, key_bytes, false))
            return false;
        at += head_bytes + size;
    }
    return true;
}

/* ID3v1, of which libsndfile reads all, and APE may lie at the end. */
bool mbt_find_mpeg_tags(mbt_byte_reader *reader, uint64_t begin, mbt_contents *contents)
{
    enum { ID3V1 = 128, APE = 32 };
    if (!add_id3(reader, begin, contents))
        return false;
    uint64_t end = reader->end;
    const unsigned char *foot = end - begin >= ID3V1 ? mbt_bytes_at(reader, end - ID3V1, 3) : NULL;
    if (foot != NULL && memcmp(foot, "TAG", 3) == 0)
        end -= ID3V1;
    foot = end - begin >= APE ? mbt_bytes_at(reader, end - APE, APE) : NULL;
    return foot == NULL || memcmp(foot, "APETAGEX", 8) != 0 || add_named(contents, MBT_CONTENT_TAG, "APE");
}
