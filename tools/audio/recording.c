/* recording.c: opens recordings, and reads them block by block or whole. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mambattention/mambattention.h"
#include "tools/audio/source_file.h"
#include "tools/audio/source_pipe.h"
#include "tools/base/message.h"

static bool open_file(mbt_recording *recording)
{
    const char *path = recording->path;
    char reason[MBT_SOURCE_REASON];
    struct stat about;
    recording->fd = open(path, O_RDONLY | O_NONBLOCK); /* opening a pipe without a writer must not wait */
    if (recording->fd < 0 || fstat(recording->fd, &about) != 0)
        return mbt_complain("%s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return mbt_complain("%s: %s", path, S_ISDIR(about.st_mode) ? "is a folder" : "not a regular file");
    recording->opened.is_file = true;
    recording->opened.size = about.st_size;
    recording->opened.seconds = about.st_mtim.tv_sec;
    recording->opened.nanoseconds = about.st_mtim.tv_nsec;
    recording->opened.device = about.st_dev;
    recording->opened.inode = about.st_ino;
    if (about.st_size == 0)
        return mbt_complain("%s: the file is empty, without even a header", path);
    if (mbt_source_open_file(recording, reason))
        return true;
    if (mbt_is_foreign_name(path))
        return mbt_complain("%s: %s; to have it read: ffmpeg -i '%s' '%s.wav'", path, reason, path, path);
    return mbt_complain("%s: %s", path, reason);
}

bool mbt_recording_open(mbt_recording *recording, const char *path)
{
    memset(recording, 0, sizeof *recording);
    recording->path = path;
    const bool opened = open_file(recording);
    if (!opened)
        mbt_recording_close(recording);
    return opened;
}

/* libsndfile reads files alone. From a pipe it misreads what it would seek in, and some headers it never ends to read,
 * in memory that grows (1.2; they are among the seeds of fuzz_audio). */
static bool open_stream(mbt_recording *recording)
{
    char reason[MBT_SOURCE_REASON];
    struct stat about;
    if (fstat(recording->fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0)
        return mbt_source_open_wav(recording);
    return mbt_source_open_file(recording, reason) ||
           mbt_complain("%s: not a recording that libsndfile can read; for samples without a header there is --raw",
                        recording->path);
}

bool mbt_recording_open_stdin(mbt_recording *recording, const mbt_raw_layout *raw)
{
    return mbt_recording_open_stream(recording, STDIN_FILENO, "standard input", raw);
}

bool mbt_recording_open_stream(mbt_recording *recording, int fd, const char *path, const mbt_raw_layout *raw)
{
    memset(recording, 0, sizeof *recording);
    recording->path = path;
    recording->fd = fd;
    if (raw->format != MBT_FORMAT_AS_INPUT) {
        mbt_source_open_raw(recording, raw);
        return true;
    }
    const bool opened = open_stream(recording);
    if (!opened)
        mbt_recording_close(recording);
    return opened;
}

size_t mbt_recording_length(const mbt_recording *recording)
{
    const SF_INFO *info = &recording->info;
    bool known = info->seekable && info->frames > 0 && info->frames != SF_COUNT_MAX;
    return known && (uint64_t)info->frames < SIZE_MAX ? (size_t)info->frames : 0;
}

/* Prints where a sample is that cannot be sound, and what it is. Returns false. */
static bool complain_of_sample(const mbt_recording *recording, size_t frame, size_t channel, float sample)
{
    char value[64];
    snprintf(value, sizeof value, "%.9g, and the most is %.9g", (double)sample, (double)MBT_LARGEST_SAMPLE);
    return mbt_complain("%s: channel %zu, %.6f s (frame %zu): the sample is %s", recording->path, channel + 1,
                        (double)frame / recording->info.samplerate, frame,
                        isnan(sample)   ? "not a number"
                        : isinf(sample) ? "infinite"
                                        : value);
}

static bool check_samples(const mbt_recording *recording, const float *samples, size_t frames)
{
    size_t channels = (size_t)recording->info.channels;
    for (size_t i = 0; i < frames * channels; i++)
        if (!(fabsf(samples[i]) <= MBT_LARGEST_SAMPLE))
            return complain_of_sample(recording, recording->frames + i / channels, i % channels, samples[i]);
    return true;
}

bool mbt_recording_next(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    *frames = 0;
    if (!recording->source->next(recording, samples, most, frames) || !check_samples(recording, samples, *frames))
        return false;
    if (recording->layout.reordered)
        mbt_reorder(samples, *frames, (size_t)recording->info.channels, recording->layout.from);
    recording->frames += *frames;
    return *frames > 0 || recording->source->end(recording);
}

/* Makes room for twice as many frames: what is allocated follows what is read, not a false length in the header. */
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

static void warn_of_others(const mbt_recording *recording)
{
    static const char what[] = "with another rate or number of channels";
    if (recording->others == 1)
        mbt_complain("warning: %s: a further recording in it %s is left out", recording->path, what);
    else if (recording->others > 1)
        mbt_complain("warning: %s: %zu further recordings in it %s are left out", recording->path, recording->others,
                     what);
}

void mbt_recording_warn_if_cut(const mbt_recording *recording)
{
    warn_of_others(recording);
    if (recording->ended_early) {
        mbt_complain("warning: %s: damaged or cut short; the first %zu frame%s read", recording->path,
                     recording->frames, recording->frames == 1 ? " was" : "s were");
    } else if (recording->no_length) {
        mbt_complain("warning: %s: its header says that there are no samples, as after a crash; all that follows was "
                     "read as samples: %zu frame%s",
                     recording->path, recording->frames, mbt_plural(recording->frames));
    } else if (recording->unread > 0) {
        mbt_complain("warning: %s: %llu byte%s of it that are no part of the sound were left out", recording->path,
                     (unsigned long long)recording->unread, mbt_plural((size_t)recording->unread));
    }
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
    if (recording->source != NULL)
        recording->source->close(recording);
    if (recording->fd >= 0)
        close(recording->fd);
    free(recording->samples);
    mbt_contents_free(&recording->pipe.passed);
    memset(recording, 0, sizeof *recording);
    recording->fd = -1;
}
