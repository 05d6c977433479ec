/* read.c: a sound file read whole or in blocks. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/audio.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/audio/stream.h"
#include "tools/base/command.h"

bool mbt_is_sample_dump(int fd)
{
    unsigned char head[2];
    const off_t begin = lseek(fd, 0, SEEK_CUR);
    return begin >= 0 && pread(fd, head, sizeof head, begin) == sizeof head && head[0] == 0xf0 && head[1] == 0x7e;
}

bool mbt_recording_open(mbt_recording *recording, const char *path)
{
    memset(recording, 0, sizeof *recording);
    recording->path = path;
    recording->fd = open(path, O_RDONLY | O_NONBLOCK); /* opening a pipe without a writer must not wait */
    struct stat about;
    if (recording->fd < 0 || fstat(recording->fd, &about) != 0) {
        mbt_complain("%s: %s", path, strerror(errno));
        mbt_recording_close(recording);
        return false;
    }
    if (!S_ISREG(about.st_mode)) {
        mbt_recording_close(recording);
        return mbt_complain("%s: %s", path, S_ISDIR(about.st_mode) ? "is a folder" : "not a regular file");
    }
    recording->opened.is_file = true;
    recording->opened.size = about.st_size;
    recording->opened.seconds = about.st_mtim.tv_sec;
    recording->opened.nanoseconds = about.st_mtim.tv_nsec;
    recording->opened.device = about.st_dev;
    recording->opened.inode = about.st_ino;
    if (about.st_size == 0) {
        mbt_recording_close(recording);
        return mbt_complain("%s: the file is empty, without even a header", path);
    }
    if (mbt_is_sample_dump(recording->fd)) {
        mbt_recording_close(recording);
        return mbt_complain("%s: a MIDI sample dump, which is not read", path);
    }
    recording->file = sf_open_fd(recording->fd, SFM_READ, &recording->info, SF_FALSE);
    if (recording->file == NULL) {
        mbt_recording_close(recording);
        return mbt_complain("%s: not a recording that libsndfile can read: %s", path, sf_strerror(NULL));
    }
    if (recording->info.channels < 1 || recording->info.samplerate < 1) {
        mbt_recording_close(recording);
        return mbt_complain("%s: the header has no channels or no sample rate", path);
    }
    return true;
}

/* libsndfile's length for a FLAC or an MP3 whose header has none, and for an Ogg file without its last page. */
static bool has_no_length(const SF_INFO *info)
{
    return info->frames == SF_COUNT_MAX;
}

/* A FLAC that was written to a pipe has none, for one. */
static bool is_open_ended(const mbt_recording *recording)
{
    const SF_INFO *info = &recording->info;
    return has_no_length(info) && (info->format & SF_FORMAT_TYPEMASK) != SF_FORMAT_OGG;
}

size_t mbt_recording_length(const mbt_recording *recording)
{
    const SF_INFO *info = &recording->info;
    bool known = info->seekable && info->frames > 0 && !has_no_length(info);
    return known && (uint64_t)info->frames < SIZE_MAX ? (size_t)info->frames : 0;
}

static bool check_finite(const mbt_recording *recording, const float *samples, size_t frames)
{
    size_t channels = (size_t)recording->info.channels;
    for (size_t i = 0; i < frames * channels; i++) {
        if (!isfinite(samples[i])) {
            size_t frame = recording->frames + i / channels;
            return mbt_complain("%s: channel %zu, %.6f s (frame %zu): the sample is %s", recording->path,
                                i % channels + 1, (double)frame / recording->info.samplerate, frame,
                                isnan(samples[i]) ? "not a number" : "infinite");
        }
    }
    return true;
}

bool mbt_complain_of_no_length(const mbt_recording *recording)
{
    return mbt_complain("%s: its header says that there are no samples, but more follows; pass that without the "
                        "header, with --raw",
                        recording->path);
}

/* At the end: whether this is all that there should be. */
static bool check_end(mbt_recording *recording)
{
    int error = sf_error(recording->file);
    mbt_data_extent extent = mbt_find_data_extent(recording->fd);
    bool cut = extent == MBT_DATA_CUT;
    if (recording->frames == 0 && recording->info.frames == 0 && extent == MBT_DATA_UNCOUNTED)
        return mbt_complain_of_no_length(recording);
    if (recording->frames == 0 && (error != 0 || cut || recording->info.frames > 0)) {
        return mbt_complain("%s: no samples can be read: %s", recording->path,
                            error != 0 ? sf_error_number(error) : "the file is cut short");
    }
    bool fewer = !is_open_ended(recording) && (sf_count_t)recording->frames < recording->info.frames;
    recording->ended_early = recording->ended_early || error != 0 || cut || fewer;
    return true;
}

bool mbt_recording_next(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    *frames = 0;
    if (recording->file == NULL) {
        if (!mbt_stream_read(recording, samples, most, frames))
            return false;
    } else {
        sf_count_t got = sf_readf_float(recording->file, samples, (sf_count_t)most);
        *frames = got > 0 ? (size_t)got : 0;
    }
    if (!check_finite(recording, samples, *frames))
        return false;
    recording->frames += *frames;
    return *frames > 0 || (recording->file != NULL ? check_end(recording) : mbt_stream_end(recording));
}

/* Room for more frames: twice as many, so that a false length in the header does not decide, nor a number of
 * channels. */
static bool grow(mbt_recording *recording, size_t *room)
{
    size_t frame_bytes = (size_t)recording->info.channels * sizeof(float);
    size_t frames = *room == 0 ? 16384 / (size_t)recording->info.channels + 1 : *room * 2;
    if (frames > SIZE_MAX / 2 / frame_bytes)
        return mbt_complain("%s: too long for this machine's memory", recording->path);
    float *samples = realloc(recording->samples, frames * frame_bytes);
    if (samples == NULL) {
        return mbt_complain("%s: too long for this machine's memory (%.0f MB and more)", recording->path,
                            (double)frames * (double)frame_bytes / 1e6);
    }
    recording->samples = samples;
    *room = frames;
    return true;
}

bool mbt_recording_read(mbt_recording *recording)
{
    size_t channels = (size_t)recording->info.channels, room = 0, got;
    do {
        if (recording->frames == room && !grow(recording, &room))
            return false;
        float *end = recording->samples + recording->frames * channels;
        if (!mbt_recording_next(recording, end, room - recording->frames, &got))
            return false;
    } while (got > 0);
    return true;
}

bool mbt_recording_is_unchanged(const mbt_recording *recording)
{
    struct stat now, named;
    if (!recording->opened.is_file)
        return true;
    bool same = fstat(recording->fd, &now) == 0 && now.st_size == recording->opened.size &&
                now.st_mtim.tv_sec == recording->opened.seconds && now.st_mtim.tv_nsec == recording->opened.nanoseconds;
    bool replaced = stat(recording->path, &named) == 0 &&
                    (named.st_dev != recording->opened.device || named.st_ino != recording->opened.inode);
    return (same && !replaced) || mbt_complain("%s: was changed while it was read", recording->path);
}

void mbt_recording_close(mbt_recording *recording)
{
    if (recording->file != NULL)
        sf_close(recording->file);
    if (recording->fd >= 0)
        close(recording->fd);
    free(recording->samples);
    memset(recording, 0, sizeof *recording);
    recording->fd = -1;
}
