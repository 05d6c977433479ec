/* chunks.c: where the chunks of a sound file are. */
#include "tools/audio/channels/chunks.h"

#include <string.h>
#include <strings.h>

#include "tools/audio/extent/data_extent.h"

/* Far more than a recording has. The limits keep a hostile file from taking long. */
enum { MOST_CHUNKS = 1000, MOST_COMMENTS = 10000, MOST_NAME = 64 };

/* A name, a length, and as many bytes, padded. Of a name the first four bytes are compared. */
typedef struct chunk_layout {
    unsigned first, name_bytes, length_bytes, padded_bytes; /* first: where the first chunk begins */
    unsigned counted;                                       /* bytes of the chunk's head within its length */
    bool big_endian;
    char magic[5];
} chunk_layout;

static const chunk_layout layouts[] = {
    {12, 4, 4, 2, 0, false, "RIFF"}, {12, 4, 4, 2, 0, true, "RIFX"},    {12, 4, 4, 2, 0, false, "RF64"},
    {12, 4, 4, 2, 0, false, "BW64"}, {40, 16, 8, 8, 24, false, "riff"}, {12, 4, 4, 2, 0, true, "FORM"},
    {8, 4, 8, 1, 0, true, "caff"},
};

static bool find_in(mbt_byte_reader *reader, const chunk_layout *l, uint64_t begin, const char *name, mbt_chunk *chunk)
{
    const unsigned head_bytes = l->name_bytes + l->length_bytes;
    uint64_t at = begin + l->first;
    for (int i = 0; i < MOST_CHUNKS; i++) {
        const unsigned char *head = mbt_bytes_at(reader, at, head_bytes);
        if (head == NULL)
            return false;
        uint64_t length = mbt_stored_number(head + l->name_bytes, l->length_bytes, l->big_endian);
        if (length < l->counted)
            return false;
        length -= l->counted;
        if (memcmp(head, name, 4) == 0) {
            *chunk = (mbt_chunk){.at = at + head_bytes, .length = length, .big_endian = l->big_endian};
            return true;
        }
        const uint64_t left = reader->end - at - head_bytes;
        if (length > left)
            return false;
        at += head_bytes + (length + l->padded_bytes - 1) / l->padded_bytes * l->padded_bytes;
    }
    return false;
}

bool mbt_find_chunk(mbt_byte_reader *reader, uint64_t begin, const char *name, mbt_chunk *chunk)
{
    const unsigned char *magic = mbt_bytes_at(reader, begin, 4);
    for (size_t i = 0; magic != NULL && i < sizeof layouts / sizeof layouts[0]; i++)
        if (memcmp(magic, layouts[i].magic, 4) == 0)
            return find_in(reader, &layouts[i], begin, name, chunk);
    return false;
}

/* In a block of comments, whose contents begin at `at`: a text, the number of comments, and these; each text with its
 * length before it. Source: RFC 9639, section 8.6. */
static bool find_in_comments(mbt_byte_reader *reader, uint64_t at, const char *name, mbt_comment *comment)
{
    const uint64_t end = at + comment->block_length;
    const size_t name_bytes = name != NULL ? strlen(name) : 0;
    const unsigned char *bytes = mbt_bytes_at(reader, at, 4);
    if (bytes == NULL || name_bytes > MOST_NAME)
        return false;
    at += 4 + mbt_stored_number(bytes, 4, false);
    bytes = at <= end && end - at >= 4 ? mbt_bytes_at(reader, at, 4) : NULL;
    if (bytes == NULL)
        return false;
    comment->count_at = at;
    comment->count = (uint32_t)mbt_stored_number(bytes, 4, false);
    at += 4;
    for (uint32_t i = 0; i < comment->count && i < MOST_COMMENTS; i++) {
        bytes = end - at >= 4 ? mbt_bytes_at(reader, at, 4) : NULL;
        const uint64_t length = bytes != NULL ? mbt_stored_number(bytes, 4, false) : 0;
        if (bytes == NULL || length > end - at - 4)
            return false;
        at += 4;
        bytes = name != NULL && length > name_bytes ? mbt_bytes_at(reader, at, name_bytes + 1) : NULL;
        if (bytes != NULL && bytes[name_bytes] == '=' && strncasecmp((const char *)bytes, name, name_bytes) == 0) {
            comment->at = at + name_bytes + 1;
            comment->length = length - name_bytes - 1;
            return true;
        }
        at += length;
    }
    comment->at = at;
    return name == NULL && comment->count <= MOST_COMMENTS;
}

bool mbt_find_comment(mbt_byte_reader *reader, uint64_t begin, const char *name, mbt_comment *comment)
{
    enum { COMMENTS = 4, LAST = 0x80 }; /* the kind of block; a bit beside it */
    uint64_t at = begin;
    for (int i = 0; i < MOST_CHUNKS; i++) {
        const uint64_t tag = mbt_tag_length(reader, at);
        if (tag == 0 || tag > reader->end - at)
            break;
        at += tag;
    }
    const unsigned char *head = mbt_bytes_at(reader, at, 4);
    if (head == NULL || memcmp(head, "fLaC", 4) != 0)
        return false;
    at += 4;
    for (int i = 0; i < MOST_CHUNKS; i++) {
        head = mbt_bytes_at(reader, at, 4);
        if (head == NULL)
            return false;
        const uint32_t length = (uint32_t)mbt_stored_number(head + 1, 3, true);
        const bool is_last = head[0] & LAST;
        if ((head[0] & ~LAST) == COMMENTS) {
            *comment = (mbt_comment){.block = at, .block_length = length};
            return find_in_comments(reader, at + 4, name, comment);
        }
        if (is_last)
            return false;
        at += 4 + (uint64_t)length;
    }
    return false;
}
