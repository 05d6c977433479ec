/* flac_end.c: where the frames of a FLAC end. Source of all that is said of the format: RFC 9639, sections 8 and 9. */
#include "tools/audio/extent/flac_end.h"

#include <stdbool.h>
#include <string.h>

/* A head of a frame is at most 4 bytes, a number of 7, two sizes of 2 each, and its check sum. A frame is rarely above
 * 64 kB. */
enum { MOST_HEAD = 16, MOST_FRAME = 1 << 20, MOST_BLOCKS = 1000, STEP = 32768 };

static uint32_t number_of_3(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

/* The remainder of one more byte, divided by x^bits and the terms of `divisor`. */
static unsigned add_to_sum(unsigned sum, unsigned byte, int bits, unsigned divisor)
{
    sum ^= byte << (bits - 8);
    for (int bit = 0; bit < 8; bit++)
        sum = sum << 1 ^ (sum >> (bits - 1) & 1 ? divisor : 0);
    return sum & ((1u << bits) - 1);
}

/* Where the first frame begins, behind the blocks that are ahead of it; 0: it cannot be told. */
static uint64_t first_frame(mbt_byte_reader *reader, uint64_t begin)
{
    uint64_t at = begin + 4; /* "fLaC" */
    bool last = false;
    for (int i = 0; i < MOST_BLOCKS && !last; i++) {
        const unsigned char *head = mbt_bytes_at(reader, at, 4);
        if (head == NULL)
            return 0;
        last = head[0] >> 7;
        at += 4 + (uint64_t)number_of_3(head + 1);
    }
    return last ? at : 0;
}

/* Bytes of the number in a head of a frame, which is stored as UTF-8 stores characters, but up to 7 bytes long. */
static size_t number_bytes(unsigned char first)
{
    size_t ones = 0;
    while (ones < 8 && first >> (7 - ones) & 1)
        ones++;
    return ones == 0 ? 1 : ones;
}

/* Whether the head of a frame is at `at`, of the same stream as one that begins with the four bytes `like`, by its
 * check sum. */
static bool is_frame(mbt_byte_reader *reader, uint64_t at, const unsigned char *like)
{
    const uint64_t left = reader->end - at;
    const size_t count = left < MOST_HEAD ? (size_t)left : MOST_HEAD;
    const unsigned char *head = count >= 6 ? mbt_bytes_at(reader, at, count) : NULL;
    if (head == NULL || head[0] != like[0] || head[1] != like[1] || ((head[2] ^ like[2]) & 0x0f) != 0 ||
        ((head[3] ^ like[3]) & 0x0f) != 0)
        return false;
    const unsigned block = head[2] >> 4, rate = head[2] & 0x0f;
    size_t length = 4 + number_bytes(head[4]);
    length += block == 6 ? 1 : block == 7 ? 2 : 0;
    length += rate == 12 ? 1 : rate == 13 || rate == 14 ? 2 : 0;
    if (length >= count)
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = add_to_sum(sum, head[i], 8, 0x07);
    return sum == head[length];
}

/* The last frame of [first, end), searched for from the end; 0: none is there. */
static uint64_t last_frame(mbt_byte_reader *reader, uint64_t first, uint64_t end)
{
    unsigned char like[4];
    const unsigned char *head = mbt_bytes_at(reader, first, sizeof like);
    if (head == NULL || head[0] != 0xff || (head[1] & 0xfe) != 0xf8)
        return 0;
    memcpy(like, head, sizeof like);
    for (uint64_t high = end; high > first;) {
        const uint64_t low = high - first > STEP ? high - STEP : first;
        const uint64_t left = reader->end - low, wanted = high - low + MOST_HEAD;
        /* All that is looked at, at once: going back byte by byte reads nothing more then. */
        if (mbt_bytes_at(reader, low, (size_t)(wanted < left ? wanted : left)) == NULL)
            return 0;
        for (uint64_t at = high; at-- > low;)
            if (is_frame(reader, at, like))
                return at;
        high = low;
    }
    return 0;
}

/* A frame ends with its check sum, behind which the sum of all its bytes is 0, and stays 0 for zeros that follow. Of
 * several such places, those are taken that reach up to the end, else the first that is as far as frames are long. */
static uint64_t frame_end(mbt_byte_reader *reader, uint64_t at, uint64_t end, uint64_t least, uint64_t most)
{
    const uint64_t count = end - at < MOST_FRAME ? end - at : MOST_FRAME;
    uint64_t zero_from = 0, found = 0;
    unsigned sum = 0;
    for (uint64_t i = 1; i <= count; i++) {
        const unsigned char *byte = mbt_bytes_at(reader, at + i - 1, 1);
        if (byte == NULL)
            return end;
        sum = add_to_sum(sum, *byte, 16, 0x8005);
        zero_from = sum != 0 ? 0 : zero_from > 0 ? zero_from : i;
        if (sum == 0 && found == 0 && i >= least && i <= most)
            found = i;
    }
    if (zero_from > 0)
        found = zero_from > least ? zero_from : least;
    return found > 0 && found <= count ? at + found : end;
}

uint64_t mbt_find_flac_end(mbt_byte_reader *reader, uint64_t begin, uint64_t end)
{
    enum { SIZES_AT = 12, LEAST_FRAME = 10 }; /* bytes of the shortest and the longest frame; 0: not known */
    const unsigned char *sizes = mbt_bytes_at(reader, begin + SIZES_AT, 6);
    if (sizes == NULL)
        return end;
    const uint32_t shortest = number_of_3(sizes), longest = number_of_3(sizes + 3);
    const uint64_t first = first_frame(reader, begin);
    const uint64_t at = first > 0 && first < end ? last_frame(reader, first, end) : 0;
    return at > 0
               ? frame_end(reader, at, end, shortest > 0 ? shortest : LEAST_FRAME, longest > 0 ? longest : MOST_FRAME)
               : end;
}
