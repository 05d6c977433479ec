/* byte_reader.c: bytes of a file here and there, and the tags among them. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/extent/byte_reader.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

void mbt_byte_reader_begin(mbt_byte_reader *reader, int fd, uint64_t end)
{
    reader->fd = fd;
    reader->end = end;
    reader->at = 0;
    reader->held = 0;
}

const unsigned char *mbt_bytes_at(mbt_byte_reader *reader, uint64_t at, size_t count)
{
    if (at > reader->end || count > reader->end - at || count > MBT_READER_BYTES)
        return NULL;
    if (at >= reader->at && at - reader->at <= reader->held && count <= reader->held - (size_t)(at - reader->at))
        return reader->bytes + (at - reader->at);
    reader->at = at;
    reader->held = 0;
    const uint64_t left = reader->end - at;
    const size_t wanted = left < MBT_READER_BYTES ? (size_t)left : MBT_READER_BYTES;
    while (reader->held < wanted) {
        const ssize_t got =
            pread(reader->fd, reader->bytes + reader->held, wanted - reader->held, (off_t)(at + reader->held));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        reader->held += (size_t)got;
    }
    return count <= reader->held ? reader->bytes : NULL;
}

/* ID3v2 has its length in 4 bytes of 7 bits, without its head of 10 and a foot of 10. Source: id3.org, "ID3 tag version
 * 2.4.0", section 3.1. */
static uint64_t id3v2_length(const unsigned char *head)
{
    uint64_t length = 10;
    for (int i = 0; i < 4; i++) {
        if (head[6 + i] >= 0x80)
            return 0;
        length += (uint64_t)head[6 + i] << (7 * (3 - i));
    }
    return length + (head[5] & 0x10 ? 10 : 0);
}

/* Lyrics3 ends with six digits of its length and "LYRICS200", or with "LYRICSEND". The latter is at most 5100 bytes. */
static uint64_t lyrics_length(mbt_byte_reader *reader, uint64_t at)
{
    enum { MOST = 60000, END = 9 };
    const uint64_t left = reader->end - at;
    const size_t count = left < MOST ? (size_t)left : MOST;
    const unsigned char *text = mbt_bytes_at(reader, at, count);
    for (size_t i = 11; text != NULL && i + END <= count; i++)
        if (memcmp(text + i, "LYRICS200", END) == 0 || memcmp(text + i, "LYRICSEND", END) == 0)
            return i + END;
    return 0;
}

/* APE has a head of 32 bytes, with the length of what follows it. */
static uint64_t ape_length(const unsigned char *head)
{
    uint64_t length = 0;
    for (int i = 3; i >= 0; i--)
        length = length << 8 | head[12 + i];
    return length + 32;
}

uint64_t mbt_tag_length(mbt_byte_reader *reader, uint64_t at)
{
    const unsigned char *head = mbt_bytes_at(reader, at, 10);
    if (head == NULL)
        return 0;
    if (memcmp(head, "ID3", 3) == 0 && head[3] < 0xff && head[4] < 0xff)
        return id3v2_length(head);
    if (memcmp(head, "TAG", 3) == 0)
        return head[3] == '+' ? 227 : reader->end - at >= 128 ? 128 : 0;
    head = mbt_bytes_at(reader, at, 32);
    if (head != NULL && memcmp(head, "APETAGEX", 8) == 0)
        return ape_length(head);
    return head != NULL && memcmp(head, "LYRICSBEGIN", 11) == 0 ? lyrics_length(reader, at) : 0;
}

uint64_t mbt_count_unread(mbt_byte_reader *reader, uint64_t at, uint64_t end)
{
    enum { SECTOR = 4096 };
    const uint64_t count = end - at;
    if (end < reader->end || count >= SECTOR)
        return count;
    const unsigned char *bytes = mbt_bytes_at(reader, at, (size_t)count);
    for (size_t i = 0; count >= 4 && bytes != NULL && i < count; i++)
        if (bytes[i] != 0)
            return count;
    return 0;
}
