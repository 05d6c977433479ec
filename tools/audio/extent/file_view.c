/* file_view.c: a part of a file, as libsndfile reads it. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/extent/file_view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sf_count_t length_of(void *cookie)
{
    const mbt_file_view *view = cookie;
    return (sf_count_t)(view->end - view->begin);
}

static sf_count_t seek(sf_count_t offset, int whence, void *cookie)
{
    mbt_file_view *view = cookie;
    const sf_count_t length = length_of(view);
    if (whence == SEEK_END && view->endless)
        return -1;
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (sf_count_t)view->at : length;
    if (offset < -from || offset > SF_COUNT_MAX - from)
        return -1;
    view->at = (uint64_t)(from + offset);
    return from + offset;
}

/* Replaces those of `count` bytes, which were read from `at` of the file, that are to be others. */
static void apply_patch(const mbt_file_view *view, unsigned char *bytes, uint64_t at, size_t count)
{
    for (unsigned i = 0; i < view->patch_bytes; i++) {
        const uint64_t place = view->patch_at + i;
        if (place >= at && place - at < count)
            bytes[place - at] = view->patch[i];
    }
}

static sf_count_t read_bytes(void *bytes, sf_count_t count, void *cookie)
{
    mbt_file_view *view = cookie;
    const uint64_t length = view->end - view->begin, left = view->at < length ? length - view->at : 0;
    size_t wanted = count > 0 && (uint64_t)count < left ? (size_t)count : count > 0 ? (size_t)left : 0, held = 0;
    while (held < wanted) {
        const uint64_t at = view->begin + view->at;
        const ssize_t got = pread(view->fd, (unsigned char *)bytes + held, wanted - held, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        apply_patch(view, (unsigned char *)bytes + held, at, (size_t)got);
        held += (size_t)got;
        view->at += (uint64_t)got;
    }
    return (sf_count_t)held;
}

static sf_count_t tell(void *cookie)
{
    const mbt_file_view *view = cookie;
    return (sf_count_t)view->at;
}

SNDFILE *mbt_file_view_open(mbt_file_view *view, SF_INFO *info)
{
    SF_VIRTUAL_IO io = {.get_filelen = length_of, .seek = seek, .read = read_bytes, .tell = tell};
    memset(info, 0, sizeof *info);
    view->at = 0;
    return sf_open_virtual(&io, SFM_READ, info, view);
}
