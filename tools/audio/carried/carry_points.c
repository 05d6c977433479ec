/* carry_points.c: cue points, in the way of the result's container. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/carry_points.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_wave(const mbt_chunk_layout *layout)
{
    return layout != NULL && (layout->form == MBT_FORM_RIFF || layout->form == MBT_FORM_RIFX);
}

static bool is_aiff(const mbt_chunk_layout *layout)
{
    return layout != NULL && layout->form == MBT_FORM_AIFF;
}

static bool is_named(const mbt_content *content, const char *name)
{
    return content->kind == MBT_CONTENT_CHUNK && strcmp(content->name, name) == 0;
}

/* Whether cue points have a place in the result's container, another one than the input's. */
static bool converts_points(const mbt_carry *c)
{
    return (is_wave(c->in) && is_aiff(c->out)) || (is_aiff(c->in) && is_wave(c->out)) ||
           (is_wave(c->in) && is_wave(c->out) && c->in->form != c->out->form);
}

/* The first whole chunk of that name; contents.count if there is none. */
static size_t find_chunk(const mbt_carry *c, const char *name)
{
    size_t i = 0;
    while (i < c->contents.count &&
           (!is_named(&c->contents.item[i], name) || c->contents.item[i].state != MBT_CONTENT_KNOWN ||
            c->contents.item[i].length > MBT_MOST_CHUNK_BYTES))
        i++;
    return i;
}

/* Reads a chunk of the input. NULL bytes: it cannot. */
static mbt_chunk_bytes load(const mbt_carry *c, size_t item)
{
    const mbt_content *content = &c->contents.item[item];
    mbt_chunk_bytes chunk = {.bytes = malloc((size_t)content->length), .length = (size_t)content->length};
    if (chunk.bytes != NULL &&
        pread(c->in_fd, chunk.bytes, chunk.length, (off_t)content->at) != (ssize_t)chunk.length) {
        free(chunk.bytes);
        chunk.bytes = NULL;
    }
    return chunk;
}

static bool read_points(const mbt_carry *c, size_t item, mbt_cue_points *points)
{
    const mbt_chunk_bytes chunk = load(c, item);
    *points = (mbt_cue_points){.point = NULL};
    const bool good = chunk.bytes != NULL &&
                      (is_aiff(c->in) ? mbt_markers_read(points, chunk.bytes, chunk.length)
                                      : mbt_cue_points_read(points, chunk.bytes, chunk.length, c->in->big_endian));
    free(chunk.bytes);
    return good;
}

/* Takes names from the list "adtl". What else is in there is left behind. */
static void read_names(mbt_carry *c, mbt_cue_points *points)
{
    const size_t item = is_wave(c->in) ? find_chunk(c, "adtl") : c->contents.count;
    if (item == c->contents.count)
        return;
    const mbt_chunk_bytes chunk = load(c, item);
    if (chunk.bytes != NULL) {
        mbt_cue_names_read(points, chunk.bytes, chunk.length, c->in->big_endian);
        c->fate[item] = c->contents.item[item].count == 0 ? MBT_FATE_MADE : MBT_FATE_NO_PLACE;
    }
    free(chunk.bytes);
}

static bool have_names(const mbt_cue_points *points)
{
    for (size_t i = 0; i < points->count; i++)
        if (points->point[i].name_length > 0)
            return true;
    return false;
}

static bool make_chunks(mbt_carry *c, const mbt_cue_points *points, bool with_names)
{
    const bool big_endian = c->out->big_endian;
    if (is_aiff(c->out)) {
        c->made[0] = (mbt_made_chunk){"MARK", mbt_markers_write(points)};
        return c->made[0].contents.bytes != NULL;
    }
    c->made[0] = (mbt_made_chunk){"cue ", mbt_cue_points_write(points, big_endian)};
    if (with_names && have_names(points))
        c->made[1] = (mbt_made_chunk){"LIST", mbt_cue_names_write(points, big_endian)};
    return c->made[0].contents.bytes != NULL &&
           (!with_names || !have_names(points) || c->made[1].contents.bytes != NULL);
}

bool mbt_carry_convert_points(mbt_carry *c)
{
    enum { MOST_MARKERS = 32767 };
    const size_t item = find_chunk(c, is_aiff(c->in) ? "MARK" : "cue ");
    const bool converts = converts_points(c);
    mbt_cue_points points;
    if (item == c->contents.count || (!converts && (!is_wave(c->in) || !is_wave(c->out))) ||
        (converts && c->contents.item[item].count == 0) || !read_points(c, item, &points))
        return true;
    bool good = true;
    if (converts ? points.count <= MOST_MARKERS || !is_aiff(c->out) : points.in_blocks) {
        if (converts)
            read_names(c, &points);
        good = make_chunks(c, &points, converts);
        c->made_for = item;
        c->fate[item] = MBT_FATE_MADE;
    }
    mbt_cue_points_free(&points);
    return good;
}
