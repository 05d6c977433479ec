/* cue_points.c: places in a recording that have names. */
#include "tools/audio/carried/cue_points.h"

#include <stdlib.h>
#include <string.h>

#include "tools/audio/extent/data_extent.h"

enum { CUE = 24, MARKER = 7, CHUNK_HEAD = 8, MOST_POINTS = 65535 };

static bool allocate(mbt_cue_points *points, size_t count)
{
    points->point = calloc(count > 0 ? count : 1, sizeof *points->point);
    points->count = points->point != NULL ? count : 0;
    return points->point != NULL;
}

/* Each has a number, its place when played in order, the chunk it is in, where in it a block begins, and the frame from
 * there on. Of samples that are not stored in blocks the last is the frame. Source: Microsoft, "Multimedia Programming
 * Interface and Data Specifications 1.0". */
bool mbt_cue_points_read(mbt_cue_points *points, const unsigned char *bytes, size_t length, bool big_endian)
{
    const size_t count = length >= 4 ? (size_t)mbt_stored_number(bytes, 4, big_endian) : SIZE_MAX;
    *points = (mbt_cue_points){.point = NULL};
    if (length < 4 || count > (length - 4) / CUE || count > MOST_POINTS || !allocate(points, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *cue = bytes + 4 + i * CUE;
        const uint32_t position = (uint32_t)mbt_stored_number(cue + 4, 4, big_endian);
        const uint32_t offset = (uint32_t)mbt_stored_number(cue + 20, 4, big_endian);
        const bool in_block = mbt_stored_number(cue + 16, 4, big_endian) != 0;
        points->point[i].id = (uint32_t)mbt_stored_number(cue, 4, big_endian);
        points->point[i].frame = in_block && position != 0 ? position : offset;
        points->in_blocks = points->in_blocks || in_block;
    }
    return true;
}

static void set_name(mbt_cue_point *point, const unsigned char *text, size_t length)
{
    const unsigned char *end = length > 0 ? memchr(text, 0, length) : NULL;
    if (end != NULL)
        length = (size_t)(end - text);
    point->name_length = length < MBT_MOST_POINT_NAME ? length : MBT_MOST_POINT_NAME;
    memcpy(point->name, text, point->name_length);
    point->name[point->name_length] = '\0';
}

/* Source: Apple, "Audio Interchange File Format AIFF-C", section 6.0. */
bool mbt_markers_read(mbt_cue_points *points, const unsigned char *bytes, size_t length)
{
    *points = (mbt_cue_points){.point = NULL};
    const size_t count = length >= 2 ? (size_t)mbt_stored_number(bytes, 2, true) : SIZE_MAX;
    if (length < 2 || count > (length - 2) / MARKER || !allocate(points, count))
        return false;
    size_t at = 2;
    for (size_t i = 0; i < count; i++) {
        const size_t text = length - at >= MARKER ? bytes[at + MARKER - 1] : SIZE_MAX;
        if (length - at < MARKER || text > length - at - MARKER) {
            mbt_cue_points_free(points);
            return false;
        }
        points->point[i].id = (uint32_t)mbt_stored_number(bytes + at, 2, true);
        points->point[i].frame = (uint32_t)mbt_stored_number(bytes + at + 2, 4, true);
        set_name(&points->point[i], bytes + at + MARKER, text);
        at += MARKER + text;
        at += at % 2 == 1 && at < length ? 1 : 0;
    }
    return true;
}

static int by_id(const void *x, const void *y)
{
    const mbt_cue_point *const *a = x, *const *b = y;
    return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* Pointers to the points in the order of their numbers, to be freed; NULL when memory runs out. */
static mbt_cue_point **sort_by_id(const mbt_cue_points *points)
{
    mbt_cue_point **sorted = malloc((points->count + 1) * sizeof *sorted);
    for (size_t i = 0; sorted != NULL && i < points->count; i++)
        sorted[i] = &points->point[i];
    if (sorted != NULL)
        qsort(sorted, points->count, sizeof *sorted, by_id);
    return sorted;
}

void mbt_cue_names_read(mbt_cue_points *points, const unsigned char *bytes, size_t length, bool big_endian)
{
    mbt_cue_point **sorted = sort_by_id(points);
    size_t at = 4;
    while (sorted != NULL && length >= at && length - at >= CHUNK_HEAD) {
        const uint64_t size = mbt_stored_number(bytes + at + 4, 4, big_endian);
        if (size > length - at - CHUNK_HEAD)
            break;
        if (memcmp(bytes + at, "labl", 4) == 0 && size > 4) {
            mbt_cue_point wanted = {.id = (uint32_t)mbt_stored_number(bytes + at + CHUNK_HEAD, 4, big_endian)};
            mbt_cue_point *key = &wanted;
            mbt_cue_point **found = bsearch(&key, sorted, points->count, sizeof *sorted, by_id);
            if (found != NULL)
                set_name(*found, bytes + at + CHUNK_HEAD + 4, (size_t)size - 4);
        }
        at += CHUNK_HEAD + (size_t)size + (size_t)(size % 2);
    }
    free(sorted);
}

static void put(mbt_chunk_bytes *to, uint32_t value, size_t count, bool big_endian)
{
    for (size_t i = 0; i < count; i++)
        to->bytes[to->length++] = (unsigned char)(value >> 8 * (big_endian ? count - 1 - i : i));
}

static void put_bytes(mbt_chunk_bytes *to, const void *bytes, size_t count)
{
    if (count > 0)
        memcpy(to->bytes + to->length, bytes, count);
    to->length += count;
}

mbt_chunk_bytes mbt_cue_points_write(const mbt_cue_points *points, bool big_endian)
{
    mbt_chunk_bytes to = {.bytes = malloc(4 + points->count * CUE)};
    if (to.bytes == NULL)
        return to;
    put(&to, (uint32_t)points->count, 4, big_endian);
    for (size_t i = 0; i < points->count; i++) {
        const mbt_cue_point *point = &points->point[i];
        put(&to, point->id, 4, big_endian);
        put(&to, point->frame, 4, big_endian);
        put_bytes(&to, "data", 4);
        put(&to, 0, 4, big_endian);
        put(&to, 0, 4, big_endian);
        put(&to, point->frame, 4, big_endian);
    }
    return to;
}

mbt_chunk_bytes mbt_cue_names_write(const mbt_cue_points *points, bool big_endian)
{
    mbt_chunk_bytes to = {.bytes = malloc(4 + points->count * (CHUNK_HEAD + 4 + MBT_MOST_POINT_NAME + 2))};
    if (to.bytes == NULL)
        return to;
    put_bytes(&to, "adtl", 4);
    for (size_t i = 0; i < points->count; i++) {
        const mbt_cue_point *point = &points->point[i];
        if (point->name_length == 0)
            continue;
        put_bytes(&to, "labl", 4);
        put(&to, (uint32_t)(4 + point->name_length + 1), 4, big_endian);
        put(&to, point->id, 4, big_endian);
        put_bytes(&to, point->name, point->name_length + 1);
        if (to.length % 2 == 1)
            put(&to, 0, 1, big_endian);
    }
    return to;
}

mbt_chunk_bytes mbt_markers_write(const mbt_cue_points *points)
{
    mbt_chunk_bytes to = {.bytes = malloc(2 + points->count * (MARKER + MBT_MOST_POINT_NAME + 1))};
    if (to.bytes == NULL)
        return to;
    put(&to, (uint32_t)points->count, 2, true);
    for (size_t i = 0; i < points->count; i++) {
        const mbt_cue_point *point = &points->point[i];
        put(&to, (uint32_t)i + 1, 2, true);
        put(&to, point->frame, 4, true);
        put(&to, (uint32_t)point->name_length, 1, true);
        put_bytes(&to, point->name, point->name_length);
        if (to.length % 2 == 1)
            put(&to, 0, 1, true);
    }
    return to;
}

void mbt_cue_points_free(mbt_cue_points *points)
{
    free(points->point);
    *points = (mbt_cue_points){.point = NULL};
}
