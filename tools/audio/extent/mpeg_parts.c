/* mpeg_parts.c: the parts of MPEG audio, layers I to III, frame by frame. Nothing but the frames themselves says how
 * many there are, unless the first has the count that Xing or VBRI is the name of. */
#include "tools/audio/extent/parts.h"

#include <string.h>

#include "tools/audio/extent/byte_reader.h"

/* What all frames of a part have in common, and how long this one is. */
typedef struct frame {
    unsigned version, layer, rate; /* version 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5; layer 3: I, 2: II, 1: III */
    bool mono;
    uint32_t bytes;
} frame;

typedef struct walk {
    mbt_byte_reader reader;
    mbt_parts *parts;
    bool open; /* part is not added yet */
    mbt_part part;
    frame kind;               /* of its frames */
    uint64_t frames, claimed; /* claimed: how many its first frame says there are, itself included; 0: it does not */
} walk;

/* kbit/s. Source: ISO/IEC 11172-3, 2.4.2.3, and ISO/IEC 13818-3, 2.4.2.3. */
static const unsigned short bitrates[5][16] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0}, /* MPEG-1, layer I */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0},    /* II */
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},     /* III */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0},    /* MPEG-2, layer I */
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},         /* II and III */
};

/* Whether four bytes are the head of a frame. Frames of free format, whose length is not in them, are not read. */
static bool parse_head(const unsigned char *head, frame *f)
{
    static const unsigned rates[3] = {44100, 48000, 32000};
    if (head[0] != 0xff || (head[1] & 0xe0) != 0xe0)
        return false;
    const unsigned bitrate_index = head[2] >> 4, rate_index = head[2] >> 2 & 3, padding = head[2] >> 1 & 1;
    f->version = head[1] >> 3 & 3;
    f->layer = head[1] >> 1 & 3;
    f->mono = head[3] >> 6 == 3;
    if (f->version == 1 || f->layer == 0 || rate_index == 3 || (head[3] & 3) == 2)
        return false;
    const bool first = f->version == 3;
    const unsigned table = first ? 3 - f->layer : f->layer == 3 ? 3 : 4, kilobits = bitrates[table][bitrate_index];
    if (kilobits == 0)
        return false;
    f->rate = rates[rate_index] / (first ? 1 : f->version == 2 ? 2 : 4);
    f->bytes = f->layer == 3             ? (12 * kilobits * 1000 / f->rate + padding) * 4
               : f->layer == 1 && !first ? 72 * kilobits * 1000 / f->rate + padding
                                         : 144 * kilobits * 1000 / f->rate + padding;
    return true;
}

static bool same_kind(const frame *a, const frame *b)
{
    return a->version == b->version && a->layer == b->layer && a->rate == b->rate && a->mono == b->mono;
}

static bool head_at(walk *w, uint64_t at, frame *f)
{
    const unsigned char *head = mbt_bytes_at(&w->reader, at, 4);
    return head != NULL && parse_head(head, f);
}

/* Whether a frame is there for sure: it ends where the next one begins, or a tag, or the file. */
static bool is_sure(walk *w, uint64_t at, frame *f)
{
    frame next;
    if (!head_at(w, at, f))
        return false;
    const uint64_t end = at + f->bytes;
    return end == w->reader.end || mbt_tag_length(&w->reader, end) > 0 ||
           (head_at(w, end, &next) && same_kind(f, &next));
}

static uint64_t big_endian(const unsigned char *bytes)
{
    return (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8 | bytes[3];
}

/* Whether the frame is one without sound that says how many follow. *count: how many; 0 if it has no number. Layer III
 * alone has such: behind its side information, or, of VBRI, behind 32 bytes. */
static bool is_count(walk *w, uint64_t at, const frame *f, uint64_t *count)
{
    const size_t side = f->version == 3 ? (f->mono ? 17 : 32) : f->mono ? 9 : 17;
    const unsigned char *bytes = f->layer == 1 && f->bytes >= 60 ? mbt_bytes_at(&w->reader, at, 60) : NULL;
    *count = 0;
    if (bytes == NULL)
        return false;
    const unsigned char *xing = bytes + 4 + side, *vbri = bytes + 36;
    if (memcmp(xing, "Xing", 4) == 0 || memcmp(xing, "Info", 4) == 0) {
        *count = xing[7] & 1 ? big_endian(xing + 8) : 0;
        return true;
    }
    if (memcmp(vbri, "VBRI", 4) != 0)
        return false;
    *count = big_endian(vbri + 14);
    return true;
}

static bool close_part(walk *w, uint64_t end)
{
    if (!w->open)
        return true;
    w->open = false;
    w->part.end = end;
    w->parts->cut = w->parts->cut || w->frames < w->claimed;
    return mbt_parts_add(w->parts, &w->part);
}

static void open_part(walk *w, uint64_t at, const frame *f)
{
    uint64_t count;
    is_count(w, at, f, &count);
    w->open = true;
    w->part = (mbt_part){.begin = at, .counted = count > 0};
    w->kind = *f;
    w->frames = 0;
    w->claimed = count > 0 ? count + 1 : 0;
}

/* Takes the frame at `at` into the part that is open, or begins one with it. */
static bool take_frame(walk *w, uint64_t at, const frame *f)
{
    uint64_t count;
    const bool full = w->claimed > 0 && w->frames >= w->claimed;
    if (w->open && (full || !same_kind(f, &w->kind) || is_count(w, at, f, &count)) && !close_part(w, at))
        return false;
    if (!w->open)
        open_part(w, at, f);
    w->frames++;
    return true;
}

/* The next place where a frame or a tag is, from `at`; the end if there is none. */
static uint64_t next_place(walk *w, uint64_t at)
{
    frame f;
    for (; at < w->reader.end; at++) {
        const unsigned char *byte = mbt_bytes_at(&w->reader, at, 1);
        if (byte == NULL)
            return w->reader.end;
        if ((byte[0] == 0xff && is_sure(w, at, &f)) ||
            (strchr("ITAL", byte[0]) != NULL && byte[0] != 0 && mbt_tag_length(&w->reader, at) > 0))
            return at;
    }
    return at;
}

static bool walk_frames(walk *w, uint64_t at)
{
    frame f;
    while (at < w->reader.end) {
        const uint64_t left = w->reader.end - at, tag = mbt_tag_length(&w->reader, at);
        if (tag > 0) {
            if (!close_part(w, at))
                return false;
            at += tag < left ? tag : left;
        } else if ((w->open && head_at(w, at, &f) && same_kind(&f, &w->kind)) || is_sure(w, at, &f)) {
            if (!take_frame(w, at, &f))
                return false;
            w->parts->cut = w->parts->cut || f.bytes > left;
            at += f.bytes < left ? f.bytes : left;
        } else {
            const uint64_t next = next_place(w, at + 1);
            if (!close_part(w, at))
                return false;
            w->parts->unread += mbt_count_unread(&w->reader, at, next);
            at = next;
        }
    }
    return close_part(w, w->reader.end);
}

bool mbt_find_mpeg_parts(int fd, uint64_t begin, uint64_t end, mbt_parts *parts)
{
    walk w = {.parts = parts};
    mbt_byte_reader_begin(&w.reader, fd, end);
    return walk_frames(&w, begin);
}
