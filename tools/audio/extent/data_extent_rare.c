/* data_extent_rare.c: where samples are, and how many, in containers that are no sequence of chunks. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/extent/data_extent_rare.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 1024 };

static uint64_t little_endian(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = count; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

/* The number of a field of NIST's head, as in "sample_count -i 16000"; 0 if there is none. */
static uint64_t nist_number(const char *head, const char *name)
{
    const char *at = strstr(head, name);
    return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* NIST SPHERE is a head of text, whose length is its second line, with a line for each field. */
static bool find_in_nist(const char *head, uint64_t *begin, uint64_t *length)
{
    const uint64_t frames = nist_number(head, "\nsample_count -i "), bytes = nist_number(head, "\nsample_n_bytes -i ");
    uint64_t channels = nist_number(head, "\nchannel_count -i ");
    channels = channels > 0 ? channels : 1;
    *begin = strtoull(head + 8, NULL, 10);
    if (frames == 0 || bytes == 0 || bytes > 8 || channels > 1024 || frames > UINT64_C(1) << 48 ||
        strstr(head, "shorten") != NULL)
        return false;
    *length = frames * bytes * channels;
    return true;
}

/* VOC: at bytes 20 and 21 where the first block is: its kind, its length in 3 bytes, and what it has before samples. */
static bool find_in_voc(const unsigned char *head, size_t held, uint64_t *begin, uint64_t *length)
{
    const uint64_t block = little_endian(head + 20, 2);
    if (block + 4 > held || (head[block] != 1 && head[block] != 9))
        return false;
    const uint64_t before = head[block] == 1 ? 2 : 12, said = little_endian(head + block + 1, 3);
    *begin = block + 4 + before;
    *length = said > before ? said - before : 0;
    return said > before;
}

/* AVR: big-endian, with the number of frames at byte 26, more than one channel if byte 12 is not 0, and bits at byte
 * 15. */
static bool find_in_avr(const unsigned char *head, uint64_t *begin, uint64_t *length)
{
    uint64_t frames = 0;
    for (size_t i = 26; i < 30; i++)
        frames = frames << 8 | head[i];
    *begin = 128;
    *length = frames * (head[12] != 0 ? 2 : 1) * (head[15] > 8 ? 2 : 1);
    return frames > 0;
}

bool mbt_find_rare_extent(int fd, uint64_t *begin, uint64_t *length)
{
    unsigned char head[HEAD_BYTES + 1];
    const ssize_t got = pread(fd, head, HEAD_BYTES, 0);
    if (got < 128)
        return false;
    head[got] = '\0';
    if (memcmp(head, "NIST_1A\n", 8) == 0)
        return find_in_nist((const char *)head, begin, length);
    if (memcmp(head, "Creative Voice File\x1a", 20) == 0)
        return find_in_voc(head, (size_t)got, begin, length);
    return memcmp(head, "2BIT", 4) == 0 && find_in_avr(head, begin, length);
}
