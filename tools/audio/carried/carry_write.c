/* carry_write.c: writes the chunks that are carried into the result. libsndfile can write chunks itself, but not more
 * than 100 kB, it pads them to four bytes, and to bext it adds a line of its own. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/carry_write.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/carried/carry.h"

enum { COPY_BYTES = 16384, WAVE_HEAD = 12 };

static bool write_at(int fd, uint64_t *at, const unsigned char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = pwrite(fd, bytes, count, (off_t)*at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            errno = written == 0 ? ENOSPC : errno;
            return false;
        }
        bytes += written;
        count -= (size_t)written;
        *at += (uint64_t)written;
    }
    return true;
}

static bool read_at(int fd, uint64_t at, unsigned char *bytes, size_t count)
{
    const ssize_t got = pread(fd, bytes, count, (off_t)at);
    if (got >= 0 && (size_t)got < count)
        errno = EIO;
    return got == (ssize_t)count;
}

static bool pad(int fd, uint64_t *at, unsigned to)
{
    static const unsigned char zeros[8];
    return write_at(fd, at, zeros, (size_t)((to - *at % to) % to));
}

/* Copies the chunk with its head. */
static bool copy_chunk(const mbt_carry *c, const mbt_content *content, int fd, uint64_t *at)
{
    unsigned char bytes[COPY_BYTES];
    uint64_t from = content->at - content->head_bytes, left = content->length + content->head_bytes;
    while (left > 0) {
        const size_t count = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
        if (!read_at(c->in_fd, from, bytes, count) || !write_at(fd, at, bytes, count))
            return false;
        from += count;
        left -= count;
    }
    return true;
}

static void put(unsigned char *bytes, uint64_t value, unsigned count, bool big_endian)
{
    for (unsigned i = 0; i < count; i++)
        bytes[i] = (unsigned char)(value >> 8 * (big_endian ? count - 1 - i : i));
}

static bool write_made(const mbt_carry *c, const mbt_made_chunk *made, int fd, uint64_t *at)
{
    unsigned char head[8];
    memcpy(head, made->name, 4);
    put(head + 4, made->contents.length, 4, c->out->big_endian);
    return write_at(fd, at, head, sizeof head) && write_at(fd, at, made->contents.bytes, made->contents.length);
}

/* Writes those ahead of the samples, or those behind them. */
static bool write_chunks(const mbt_carry *c, int fd, uint64_t *at, bool ahead)
{
    const unsigned to = c->out->padded_bytes;
    for (size_t i = 0; i < c->contents.count; i++) {
        if (!mbt_carry_is_placed(c, i, ahead))
            continue;
        if (c->fate[i] == MBT_FATE_COPIED) {
            if (!copy_chunk(c, &c->contents.item[i], fd, at) || !pad(fd, at, to))
                return false;
            continue;
        }
        for (size_t k = 0; k < 2; k++)
            if (c->made[k].contents.bytes != NULL && (!write_made(c, &c->made[k], fd, at) || !pad(fd, at, to)))
                return false;
    }
    return true;
}

/* Stores how long the file is, where its head says it; CAF's does not. */
static bool set_length(const mbt_carry *c, int fd, uint64_t end)
{
    enum { RF64_LENGTH = 20, LENGTH = 4 }; /* where it is */
    const bool is_rf64 = (c->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RF64;
    const unsigned count = is_rf64 ? 8 : 4;
    unsigned char bytes[8];
    uint64_t at = is_rf64 ? RF64_LENGTH : LENGTH;
    if (c->out->form == MBT_FORM_CAF)
        return true;
    if (!is_rf64 && end - 8 > UINT32_MAX) {
        errno = EFBIG;
        return false;
    }
    put(bytes, end - 8, count, c->out->big_endian);
    return write_at(fd, &at, bytes, count);
}

bool mbt_carry_make_room(const mbt_carry *c, int fd)
{
    const uint64_t room = mbt_carry_bytes(c, true);
    return room == 0 || (ftruncate(fd, (off_t)room) == 0 && lseek(fd, (off_t)room, SEEK_SET) == (off_t)room);
}

/* What libsndfile wrote begins with the head of a file, which goes to the beginning. Chunks end where it ended. */
static bool fill_room(const mbt_carry *c, int fd, uint64_t room)
{
    unsigned char head[WAVE_HEAD];
    uint64_t at = 0;
    return read_at(fd, room, head, sizeof head) && write_at(fd, &at, head, sizeof head) &&
           write_chunks(c, fd, &at, true);
}

bool mbt_carry_write(const mbt_carry *c, int fd)
{
    if (mbt_carry_bytes(c, false) == 0)
        return true;
    const uint64_t room = mbt_carry_bytes(c, true);
    const off_t size = lseek(fd, 0, SEEK_END);
    uint64_t end = (uint64_t)size;
    return size >= 0 && (room == 0 || fill_room(c, fd, room)) && pad(fd, &end, c->out->padded_bytes) &&
           write_chunks(c, fd, &end, false) && set_length(c, fd, end);
}
