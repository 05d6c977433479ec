/* source_parts.c: samples of MPEG audio, FLAC and Ogg, part by part, each until its decoder has no more. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/source_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/format.h"
#include "tools/base/message.h"

/* A block in which a decoder meets an error is lost as a whole: so it is a small one. */
enum { BLOCK_FRAMES = 32 };

struct mbt_source_parts {
    mbt_parts parts;
    size_t next;   /* the part after the one that is read */
    SNDFILE *file; /* of the part that is read; NULL between two */
    mbt_file_view view;
    uint64_t frames, claimed; /* read of it; how many it says it has, 0 if it does not */
};

static void close_part(struct mbt_source_parts *p)
{
    if (p->file != NULL)
        sf_close(p->file);
    p->file = NULL;
}

/* Takes the bytes that are to be 0 as 0, and reads the number that they are: of FLAC, how many samples there are. */
static uint64_t patch(const mbt_part *part, mbt_file_view *view)
{
    unsigned char bytes[sizeof view->patch];
    uint64_t number = 0;
    if (part->zeros == 0 || pread(view->fd, bytes, part->zeros, (off_t)part->zeros_at) != (ssize_t)part->zeros)
        return 0;
    view->patch_at = part->zeros_at;
    view->patch_bytes = part->zeros;
    memset(view->patch, 0, sizeof view->patch);
    view->patch[0] = bytes[0] & part->kept;
    bytes[0] &= (unsigned char)~part->kept;
    for (unsigned i = 0; i < part->zeros; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* Opens the next part. One that cannot be read, or that has another rate or other channels, is left out. */
static void open_part(mbt_recording *recording)
{
    struct mbt_source_parts *p = recording->parts;
    const mbt_part *part = &p->parts.part[p->next++];
    SF_INFO info;
    p->view = (mbt_file_view){
        .fd = recording->fd, .begin = part->begin, .end = part->end, .endless = !part->counted || p->parts.cut};
    p->frames = 0;
    p->claimed = patch(part, &p->view);
    if (part->zeros > 0)
        p->view.endless = false;
    p->file = mbt_file_view_open(&p->view, &info);
    if (p->file != NULL && info.channels == recording->info.channels && info.samplerate == recording->info.samplerate) {
        if (part->counted && info.frames > 0 && info.frames != SF_COUNT_MAX)
            p->claimed = (uint64_t)info.frames;
        return;
    }
    if (p->file != NULL)
        recording->others++;
    else
        recording->unread += part->end - part->begin;
    close_part(p);
}

/* After the last frame of a part: whether it was all. */
static void end_part(mbt_recording *recording)
{
    struct mbt_source_parts *p = recording->parts;
    const bool fewer = p->frames < p->claimed, failed = p->claimed == 0 && sf_error(p->file) != SF_ERR_NO_ERROR;
    recording->ended_early = recording->ended_early || fewer || failed;
    close_part(p);
}

static bool read_next(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    struct mbt_source_parts *p = recording->parts;
    const size_t channels = (size_t)recording->info.channels;
    *frames = 0;
    while (*frames < most) {
        if (p->file == NULL && p->next == p->parts.count)
            return true;
        if (p->file == NULL) {
            open_part(recording);
            continue;
        }
        const size_t wanted = most - *frames < BLOCK_FRAMES ? most - *frames : BLOCK_FRAMES;
        const sf_count_t got = sf_readf_float(p->file, samples + *frames * channels, (sf_count_t)wanted);
        *frames += got > 0 ? (size_t)got : 0;
        p->frames += got > 0 ? (uint64_t)got : 0;
        if (got <= 0)
            end_part(recording);
    }
    return true;
}

static bool check_end(mbt_recording *recording)
{
    struct mbt_source_parts *p = recording->parts;
    recording->unread += p->parts.unread;
    p->parts.unread = 0;
    recording->ended_early = recording->ended_early || p->parts.cut;
    return recording->frames > 0 || !recording->ended_early ||
           mbt_complain("%s: no samples can be read: the file is cut short", recording->path);
}

static void close_parts(mbt_recording *recording)
{
    struct mbt_source_parts *p = recording->parts;
    close_part(p);
    mbt_parts_free(&p->parts);
    free(p);
    recording->parts = NULL;
    sf_close(recording->file);
}

static const mbt_source source = {read_next, check_end, close_parts};

static bool is_wav(int format)
{
    const int major = format & SF_FORMAT_TYPEMASK;
    return major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX;
}

static bool find_parts(const mbt_recording *recording, uint64_t begin, uint64_t end, mbt_parts *parts)
{
    const int format = recording->info.format;
    if (mbt_is_mpeg(format))
        return mbt_find_mpeg_parts(recording->fd, begin, end, parts);
    if ((format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC)
        return mbt_find_flac_parts(recording->fd, begin, end, parts);
    if ((format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG)
        return mbt_find_ogg_parts(recording->fd, begin, end, parts);
    if (is_wav(format))
        return mbt_find_wav_parts(recording->fd, begin, end, parts);
    return true;
}

bool mbt_view_first_part(int fd, uint64_t begin, uint64_t end, mbt_file_view *view)
{
    unsigned char head[4];
    mbt_parts parts = {0};
    *view = (mbt_file_view){.fd = fd, .begin = begin, .end = end};
    if (pread(fd, head, sizeof head, (off_t)begin) != sizeof head)
        return true;
    const bool has_wav = memcmp(head, "RIFF", 4) == 0;
    if (!has_wav && memcmp(head, "ID3", 3) != 0 && (head[0] != 0xff || head[1] < 0xe0))
        return true;
    const bool good =
        has_wav ? mbt_find_wav_parts(fd, begin, end, &parts) : mbt_find_mpeg_parts(fd, begin, end, &parts);
    if (good && (parts.count > 1 || (parts.count == 1 && parts.cut))) {
        view->end = parts.part[0].end;
        view->endless = parts.cut;
    }
    mbt_parts_free(&parts);
    return good;
}

bool mbt_source_use_parts(mbt_recording *recording, uint64_t begin, uint64_t end)
{
    mbt_parts parts = {0};
    const int major = recording->info.format & SF_FORMAT_TYPEMASK;
    const bool several_alone =
        major == SF_FORMAT_OGG || (is_wav(recording->info.format) && !mbt_is_mpeg(recording->info.format));
    struct mbt_source_parts *p = NULL;
    const bool good = find_parts(recording, begin, end, &parts);
    const bool shorter = parts.count == 1 && parts.part[0].end < end; /* something that is no part is behind it */
    const bool useful = good && (parts.count > (several_alone ? 1 : 0) || shorter);
    if (useful)
        p = calloc(1, sizeof *p);
    recording->ended_early = good && parts.cut;
    if (p == NULL) {
        mbt_parts_free(&parts);
        return good && !useful;
    }
    p->parts = parts;
    recording->parts = p;
    recording->source = &source;
    if (parts.count > 1 || !parts.part[0].counted || shorter)
        recording->info.frames = 0;
    return true;
}
