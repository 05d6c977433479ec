/* find_chunks.c: looks through the chunks of a sound file. Every length in it may be wrong. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/find_chunks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/carried/tag_names.h"
#include "tools/audio/extent/data_extent.h"

/* Far more chunks than a recording has. The limit keeps a hostile file from taking long. */
enum { MOST_CHUNKS = 10000, CUE_BYTES = 24 };

static bool read_at(int fd, uint64_t at, unsigned char *bytes, size_t count)
{
    return pread(fd, bytes, count, (off_t)at) == (ssize_t)count;
}

/* LIST: a type, and chunks in it. Those of the type INFO are tags; only the program's name counts as none. */
static bool add_list(mbt_contents *contents, const mbt_chunk_layout *layout, mbt_content *content,
                     const unsigned char *bytes)
{
    enum { HEAD = 8 };
    const bool is_info = memcmp(bytes, "INFO", 4) == 0;
    memcpy(content->name, bytes, 4);
    if (!is_info && memcmp(bytes, "adtl", 4) != 0)
        content->state = MBT_CONTENT_UNKNOWN;
    const size_t length = (size_t)content->length, place = contents->count;
    if (!mbt_contents_add(contents, content))
        return false;
    size_t at = 4, notes = 0;
    while (length - at >= HEAD) {
        const uint64_t size = mbt_stored_number(bytes + at + 4, 4, layout->big_endian);
        if (size > length - at - HEAD)
            break;
        if (is_info && size > 0 && !mbt_add_tag(contents, MBT_TAGS_INFO, bytes + at, 4, true))
            return false;
        notes += size > 0 && memcmp(bytes + at, "labl", 4) != 0;
        at += HEAD + (size_t)size;
        at += at % 2 == 1 && at < length ? 1 : 0;
    }
    if (place < contents->count) {
        mbt_content *list = &contents->item[place];
        list->count = is_info ? 0 : notes;
        if (length - at >= HEAD)
            list->state = MBT_CONTENT_DAMAGED;
    }
    return true;
}

/* CAF's chunk "info": a count, and pairs of strings that end with a 0. */
static bool add_caf_info(mbt_contents *contents, const mbt_content *content, const unsigned char *bytes)
{
    if (!mbt_contents_add(contents, content))
        return false;
    const unsigned char *key = bytes + 4, *end = bytes + content->length;
    while (key < end) {
        const unsigned char *key_end = memchr(key, 0, (size_t)(end - key));
        const unsigned char *value = key_end != NULL ? key_end + 1 : end;
        const unsigned char *value_end = value < end ? memchr(value, 0, (size_t)(end - value)) : NULL;
        if (value_end == NULL)
            break;
        if (!mbt_add_tag(contents, MBT_TAGS_CAF, key, (size_t)(key_end - key), true))
            return false;
        key = value_end + 1;
    }
    return true;
}

/* MARK: a count, and markers that end with a string of one byte's length, padded to an even number of bytes. */
static bool markers_fit(const unsigned char *bytes, uint64_t length, size_t count)
{
    enum { MARKER = 7 };
    uint64_t at = 2;
    for (size_t i = 0; i < count; i++) {
        if (length - at < MARKER)
            return false;
        const uint64_t text = bytes[at + MARKER - 1];
        if (text > length - at - MARKER)
            return false;
        at += MARKER + text;
        at += at % 2 == 1 && at < length ? 1 : 0;
    }
    return true;
}

bool mbt_add_chunk(mbt_contents *contents, const mbt_chunk_layout *layout, const mbt_content *content,
                   const unsigned char *bytes)
{
    mbt_content c = *content;
    const mbt_chunk_form form = layout->form;
    const bool is_wave = form == MBT_FORM_RIFF || form == MBT_FORM_RIFX || form == MBT_FORM_W64;
    if (is_wave && memcmp(c.name, "LIST", 4) == 0)
        return add_list(contents, layout, &c, bytes);
    if (form == MBT_FORM_CAF && memcmp(c.name, "info", 4) == 0)
        return add_caf_info(contents, &c, bytes);
    if (is_wave && memcmp(c.name, "cue ", 4) == 0) {
        c.count = (size_t)mbt_stored_number(bytes, 4, layout->big_endian);
        if (c.count > (c.length - 4) / CUE_BYTES)
            c.state = MBT_CONTENT_DAMAGED;
    }
    if (form == MBT_FORM_AIFF && memcmp(c.name, "MARK", 4) == 0) {
        c.count = (size_t)mbt_stored_number(bytes, 2, true);
        if (!markers_fit(bytes, c.length, c.count))
            c.state = MBT_CONTENT_DAMAGED;
    }
    return mbt_contents_add(contents, &c);
}

/* Reads the chunk, and adds it. */
static bool load_chunk(int fd, const mbt_chunk_layout *layout, const mbt_content *content, mbt_contents *contents)
{
    unsigned char *bytes = malloc((size_t)content->length);
    if (bytes == NULL)
        return false;
    mbt_content damaged = *content;
    damaged.state = MBT_CONTENT_DAMAGED;
    const bool good = read_at(fd, content->at, bytes, (size_t)content->length)
                          ? mbt_add_chunk(contents, layout, content, bytes)
                          : mbt_contents_add(contents, &damaged);
    free(bytes);
    return good;
}

/* name: as in the file. left: bytes from content->at to the end of the file. */
static bool add_if_kept(int fd, const mbt_chunk_layout *layout, const unsigned char *name, uint64_t left,
                        mbt_content *content, mbt_contents *contents)
{
    unsigned least;
    const mbt_chunk_use use = mbt_find_chunk_use(layout, name, &least, &content->string);
    if (use == MBT_CHUNK_LEFT || content->length == 0)
        return true;
    memcpy(content->name, name, 4);
    if (use == MBT_CHUNK_UNKNOWN)
        content->state = MBT_CONTENT_UNKNOWN;
    else if (content->length > left || content->length < least)
        content->state = MBT_CONTENT_DAMAGED;
    if (content->state != MBT_CONTENT_KNOWN || content->length > MBT_MOST_CHUNK_BYTES)
        return mbt_contents_add(contents, content);
    return load_chunk(fd, layout, content, contents);
}

/* Bytes of the chunk with the samples, whose head says `length`. UINT64_MAX: nothing follows them. */
static uint64_t samples_length(const mbt_data_extent *extent, uint64_t at, uint64_t length)
{
    if (extent->begin != at)
        return length;
    const bool ends = extent->kind == MBT_DATA_CUT || extent->kind == MBT_DATA_UNCOUNTED ||
                      !mbt_is_length(extent->length, extent->length_bytes);
    return ends && extent->length != 0 ? UINT64_MAX : extent->length;
}

bool mbt_find_chunks(int fd, uint64_t begin, uint64_t end, const mbt_chunk_layout *l, mbt_contents *contents)
{
    const unsigned head_bytes = l->name_bytes + l->length_bytes;
    mbt_data_extent extent = {.kind = MBT_DATA_AS_SAID};
    if (begin == 0)
        extent = mbt_find_data_extent(fd);
    unsigned char head[MBT_CHUNK_HEAD];
    bool before = true;
    uint64_t at = begin + l->first_chunk;
    contents->form = l->form;
    for (int i = 0; i < MOST_CHUNKS && at < end && end - at >= head_bytes; i++) {
        if (!read_at(fd, at, head, head_bytes) || !mbt_is_chunk_name(head))
            break;
        uint64_t length = mbt_stored_number(head + l->name_bytes, l->length_bytes, l->big_endian);
        if (length < l->counted_bytes)
            break;
        length -= l->counted_bytes;
        at += head_bytes;
        mbt_content content = {.before = before, .at = at, .length = length, .head_bytes = head_bytes};
        if (memcmp(head, l->samples, 4) == 0) {
            before = false;
            length = samples_length(&extent, at, length);
        } else if (!add_if_kept(fd, l, head, end - at, &content, contents)) {
            return false;
        }
        if (length >= end - at)
            break;
        at += (length + l->padded_bytes - 1) / l->padded_bytes * l->padded_bytes;
    }
    return true;
}
