/* endless_list.c: a fault that libsndfile would never end reading. */
#include "tools/audio/extent/endless_list.h"

#include <string.h>

#include "tools/audio/extent/byte_reader.h"
#include "tools/audio/extent/data_extent.h"

/* Far more chunks than a recording has. The limit keeps a hostile file from taking long. */
enum { MOST_CHUNKS = 10000, HEAD = 8, TYPE = 4 };

/* Goes through a list as libsndfile does: the types have no length, and a name of zeros is the end. */
static bool is_endless(mbt_byte_reader *reader, uint64_t at, uint64_t end, bool big_endian)
{
    for (int i = 0; i < MOST_CHUNKS && end - at >= HEAD; i++) {
        const unsigned char *head = mbt_bytes_at(reader, at, HEAD);
        if (head == NULL || mbt_stored_number(head, 4, false) == 0)
            return false;
        if (memcmp(head, "INFO", TYPE) == 0 || memcmp(head, "adtl", TYPE) == 0) {
            at += TYPE;
            continue;
        }
        const uint64_t size = mbt_stored_number(head + 4, 4, big_endian), padded = size + size % 2;
        if (padded > end - at - HEAD)
            return size > INT32_MAX;
        at += HEAD + padded;
    }
    return false;
}

bool mbt_has_endless_list(int fd, uint64_t begin, uint64_t end)
{
    enum { FIRST_CHUNK = 12 };
    mbt_byte_reader reader;
    mbt_byte_reader_begin(&reader, fd, end);
    const unsigned char *head = mbt_bytes_at(&reader, begin, FIRST_CHUNK);
    const bool big_endian = head != NULL && memcmp(head, "RIFX", 4) == 0;
    if (head == NULL || (!big_endian && memcmp(head, "RIFF", 4) != 0 && memcmp(head, "RF64", 4) != 0))
        return false;
    uint64_t at = begin + FIRST_CHUNK;
    for (int i = 0; i < MOST_CHUNKS && at < end && end - at >= HEAD; i++) {
        head = mbt_bytes_at(&reader, at, HEAD);
        if (head == NULL)
            return false;
        const uint64_t length = mbt_stored_number(head + 4, 4, big_endian), left = end - at - HEAD;
        const bool is_list = memcmp(head, "LIST", 4) == 0;
        at += HEAD;
        if (is_list && is_endless(&reader, at, length < left ? at + length : end, big_endian))
            return true;
        at += length + length % 2;
    }
    return false;
}
