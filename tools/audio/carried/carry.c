/* carry.c: decides what becomes of what a recording holds besides its samples. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/carry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/carried/carry_points.h"

/* Tags that describe the sound. SF_STR_SOFTWARE does not, and libsndfile adds its own name to it. */
static const int strings[] = {SF_STR_TITLE, SF_STR_COPYRIGHT, SF_STR_ARTIST,      SF_STR_COMMENT, SF_STR_DATE,
                              SF_STR_ALBUM, SF_STR_LICENSE,   SF_STR_TRACKNUMBER, SF_STR_GENRE};

enum { STRINGS = sizeof strings / sizeof strings[0] };

static bool is_named(const mbt_content *content, const char *name)
{
    return content->kind == MBT_CONTENT_CHUNK && strcmp(content->name, name) == 0;
}

static bool is_tags_chunk(const mbt_content *content)
{
    return is_named(content, "INFO") || is_named(content, "info");
}

/* Whether the result could hold the chunk if libsndfile could write it there: FLAC its own, and W64 those of WAV. */
static bool has_room(const mbt_carry *c)
{
    const int major = c->format & SF_FORMAT_TYPEMASK;
    const mbt_chunk_form form = c->contents.form;
    return (form == MBT_FORM_NONE && major == SF_FORMAT_FLAC) ||
           (major == SF_FORMAT_W64 && (form == MBT_FORM_W64 || form == MBT_FORM_RIFF));
}

static mbt_fate fate_of_chunk(const mbt_carry *c, const mbt_content *content, uint64_t bytes_before)
{
    if (content->state == MBT_CONTENT_UNKNOWN)
        return MBT_FATE_UNKNOWN;
    if (content->state == MBT_CONTENT_DAMAGED)
        return MBT_FATE_DAMAGED;
    if (content->length > MBT_MOST_CHUNK_BYTES || content->length > MBT_MOST_CHUNKS_BYTES - bytes_before)
        return MBT_FATE_LARGE;
    if (c->in != NULL && c->out != NULL && c->in->form == c->out->form)
        return MBT_FATE_COPIED;
    if (is_tags_chunk(content))
        return MBT_FATE_INSIDE;
    if (content->string != 0)
        return MBT_FATE_AS_STRING;
    return has_room(c) ? MBT_FATE_NOT_WRITTEN : MBT_FATE_NO_PLACE;
}

/* Of a tag in a chunk: that of the chunk, if it is copied. */
static mbt_fate fate_of_tag(const mbt_content *content, mbt_fate chunk)
{
    if (content->in_chunk && chunk == MBT_FATE_COPIED)
        return MBT_FATE_COPIED;
    return content->kind == MBT_CONTENT_TAG && content->string != 0 ? MBT_FATE_AS_STRING : MBT_FATE_NOT_WRITTEN;
}

static void decide(mbt_carry *c)
{
    mbt_fate last_chunk = MBT_FATE_NOT_WRITTEN;
    uint64_t bytes = 0;
    for (size_t i = 0; i < c->contents.count; i++) {
        const mbt_content *content = &c->contents.item[i];
        if (content->kind != MBT_CONTENT_CHUNK) {
            c->fate[i] = fate_of_tag(content, last_chunk);
            continue;
        }
        c->fate[i] = last_chunk = fate_of_chunk(c, content, bytes);
        bytes += last_chunk == MBT_FATE_COPIED ? content->length : 0;
    }
}

/* Whether the input's tags are copied as a chunk, so that libsndfile has none to set. */
static bool copies_tags(const mbt_carry *c)
{
    for (size_t i = 0; i < c->contents.count; i++)
        if (c->fate[i] == MBT_FATE_COPIED && (is_tags_chunk(&c->contents.item[i]) || c->contents.item[i].string != 0))
            return true;
    return false;
}

static bool take_strings(mbt_carry *c, SNDFILE *in)
{
    for (size_t i = 0; in != NULL && i < STRINGS; i++) {
        const char *text = sf_get_string(in, strings[i]);
        if (text == NULL || text[0] == '\0')
            continue;
        c->string[strings[i]] = strdup(text);
        c->string_fate[strings[i]] = MBT_FATE_AS_STRING;
        if (c->string[strings[i]] == NULL)
            return false;
    }
    return true;
}

/* Of a stream: all stays behind. */
static void leave_all(mbt_carry *c, mbt_fate fate)
{
    for (size_t i = 0; i < c->contents.count; i++) {
        const bool is_list = is_tags_chunk(&c->contents.item[i]) && c->contents.item[i].state == MBT_CONTENT_KNOWN;
        c->fate[i] = is_list ? MBT_FATE_INSIDE : fate;
    }
    for (size_t i = 0; i < STRINGS; i++)
        c->string_fate[strings[i]] = fate;
}

/* A tag that is among the strings has its fate there. */
static void pass_to_strings(mbt_carry *c)
{
    for (size_t i = 0; i < c->contents.count; i++) {
        const int string = c->contents.item[i].string;
        if (string != 0 && c->string[string] != NULL && c->fate[i] != MBT_FATE_COPIED)
            c->fate[i] = MBT_FATE_INSIDE;
        else if (c->fate[i] == MBT_FATE_AS_STRING)
            c->fate[i] = MBT_FATE_NOT_WRITTEN; /* libsndfile could not read it */
    }
}

static bool fill(mbt_carry *c, SNDFILE *in)
{
    c->fate = calloc(c->contents.count + 1, sizeof *c->fate);
    if (c->fate == NULL)
        return false;
    const bool from_stream = in == NULL;
    if (from_stream || c->format == 0) {
        if (!take_strings(c, in))
            return false;
        leave_all(c, from_stream ? MBT_FATE_FROM_STREAM : MBT_FATE_TO_STREAM);
    } else {
        decide(c);
        if (!mbt_carry_convert_points(c) || (!copies_tags(c) && !take_strings(c, in)))
            return false;
    }
    pass_to_strings(c);
    return true;
}

/* The layout of a file whose chunks have that form: any of them, as its chunks are stored alike. */
static const mbt_chunk_layout *layout_of_form(mbt_chunk_form form)
{
    static const int formats[] = {
        [MBT_FORM_RIFF] = SF_FORMAT_WAV,
        [MBT_FORM_RIFX] = SF_FORMAT_WAV | SF_ENDIAN_BIG,
        [MBT_FORM_AIFF] = SF_FORMAT_AIFF,
        [MBT_FORM_CAF] = SF_FORMAT_CAF,
        [MBT_FORM_W64] = 0,
    };
    return mbt_layout_of_format(formats[form]);
}

mbt_carry *mbt_carry_open(mbt_contents *contents, int in_fd, SNDFILE *in, int format)
{
    const int major = format & SF_FORMAT_TYPEMASK;
    mbt_carry *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->contents = *contents;
    *contents = (mbt_contents){.item = NULL};
    c->in_fd = in_fd;
    c->format = format;
    c->in = layout_of_form(c->contents.form);
    c->out = mbt_layout_of_format(format);
    c->ahead = major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX || major == SF_FORMAT_AIFF;
    if (fill(c, in))
        return c;
    mbt_carry_close(c);
    return NULL;
}

bool mbt_carry_is_placed(const mbt_carry *c, size_t item, bool ahead)
{
    const mbt_content *content = &c->contents.item[item];
    const bool is_made = c->fate[item] == MBT_FATE_MADE && item == c->made_for;
    const bool is_copied = c->fate[item] == MBT_FATE_COPIED && content->kind == MBT_CONTENT_CHUNK;
    return (is_made || is_copied) && (content->before && c->ahead) == ahead;
}

static uint64_t padded(const mbt_carry *c, uint64_t length)
{
    const unsigned to = c->out->padded_bytes;
    return c->out->name_bytes + c->out->length_bytes + (length + to - 1) / to * to;
}

uint64_t mbt_carry_chunk_bytes(const mbt_carry *c, size_t item)
{
    if (c->fate[item] == MBT_FATE_COPIED)
        return padded(c, c->contents.item[item].length);
    uint64_t bytes = 0;
    for (size_t i = 0; i < 2; i++)
        bytes += c->made[i].contents.bytes != NULL ? padded(c, c->made[i].contents.length) : 0;
    return bytes;
}

uint64_t mbt_carry_bytes(const mbt_carry *c, bool ahead_alone)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < c->contents.count; i++)
        if (mbt_carry_is_placed(c, i, true) || (!ahead_alone && mbt_carry_is_placed(c, i, false)))
            bytes += mbt_carry_chunk_bytes(c, i);
    return bytes;
}

void mbt_carry_set_strings(const mbt_carry *c, SNDFILE *to)
{
    for (size_t i = 0; i < STRINGS; i++)
        if (c->string[strings[i]] != NULL)
            sf_set_string(to, strings[i], c->string[strings[i]]);
}

static bool has_strings(const mbt_carry *c)
{
    for (size_t i = 0; i < STRINGS; i++)
        if (c->string[strings[i]] != NULL)
            return true;
    return false;
}

void mbt_carry_check_strings(mbt_carry *c, int fd)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = has_strings(c) && lseek(fd, 0, SEEK_SET) == 0 ? sf_open_fd(fd, SFM_READ, &info, SF_FALSE) : NULL;
    if (file == NULL)
        return;
    for (size_t i = 0; i < STRINGS; i++) {
        const char *wanted = c->string[strings[i]], *got = sf_get_string(file, strings[i]);
        if (wanted != NULL && (got == NULL || strcmp(got, wanted) != 0))
            c->string_fate[strings[i]] = got == NULL ? MBT_FATE_NOT_WRITTEN : MBT_FATE_SHORTENED;
    }
    sf_close(file);
}

void mbt_carry_close(mbt_carry *c)
{
    if (c == NULL)
        return;
    mbt_contents_free(&c->contents);
    free(c->fate);
    free(c->made[0].contents.bytes);
    free(c->made[1].contents.bytes);
    for (size_t i = 0; i < MBT_STRINGS; i++)
        free(c->string[i]);
    free(c);
}
