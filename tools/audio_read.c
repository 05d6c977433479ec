/* audio_read.c: a sound file read whole or in blocks. */
#define _POSIX_C_SOURCE 200809L

#include "audio.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio_pipe.h"
#include "audio_pump.h"
#include "command.h"

enum { PIPE_FRAMES = 1024 };

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
        return mbt_complain("%s: %s", path,
                            S_ISDIR(about.st_mode) ? "is a folder" : "not a regular file; '-' is standard input");
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

/* Of a stored sample; 0 if it is in a block with others, as in ADPCM. */
static int sample_bytes(const SF_INFO *info)
{
    switch (info->format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return 1;
    case SF_FORMAT_PCM_16:
        return 2;
    case SF_FORMAT_PCM_24:
        return 3;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT:
        return 4;
    case SF_FORMAT_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

/* Programs that write a WAV to a pipe leave the largest length, or one near it; those that write a FLAC, none. */
static bool is_open_ended(const mbt_recording *recording)
{
    const SF_INFO *info = &recording->info;
    int bytes = sample_bytes(info) != 0 ? sample_bytes(info) : 8;
    return recording->raw != MBT_FORMAT_AS_INPUT ||
           (recording->pump != NULL && info->frames >= 0x7fff0000 / bytes / info->channels) ||
           (has_no_length(info) && (info->format & SF_FORMAT_TYPEMASK) != SF_FORMAT_OGG);
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

/* At the end, without a single sample: whether there are some nevertheless. */
static bool has_uncounted(const mbt_recording *recording)
{
    unsigned char head[8]; /* of a chunk, if no samples follow; fewer bytes may be padding */
    size_t held = 0;
    ssize_t got = 1;
    if (recording->pump == NULL) {
        return mbt_find_data_extent(recording->fd) == MBT_DATA_UNCOUNTED;
    }
    while (held < sizeof head && (got > 0 || errno == EINTR)) {
        got = read(recording->fd, head + held, sizeof head - held);
        if (got == 0) {
            return false;
        }
        held += got > 0 ? (size_t)got : 0;
    }
    return held == sizeof head && !mbt_is_chunk_name(head);
}

/* At the end: whether this is all that there should be. */
static bool check_end(mbt_recording *recording)
{
    int error = recording->file != NULL ? sf_error(recording->file) : 0;
    if (recording->pump != NULL && mbt_pump_error(recording->pump) != 0) {
        return mbt_complain("%s: %s", recording->path, strerror(mbt_pump_error(recording->pump)));
    }
    bool cut =
        recording->file != NULL && recording->pump == NULL && mbt_find_data_extent(recording->fd) == MBT_DATA_CUT;
    if (recording->pump != NULL && recording->info.frames == 0 && sample_bytes(&recording->info) == 0) {
        return mbt_complain("%s: its kind of samples is not read from a pipe, but from a file", recording->path);
    }
    if (recording->frames == 0 && recording->file != NULL && recording->info.frames == 0 && has_uncounted(recording)) {
        return mbt_complain("%s: its header says that there are no samples, but more follows; pass that without the "
                            "header, with --raw",
                            recording->path);
    }
    if (recording->frames == 0 && (error != 0 || cut || recording->info.frames > 0)) {
        return mbt_complain("%s: no samples can be read: %s", recording->path,
                            error != 0 ? sf_error_number(error) : "the file is cut short");
    }
    bool fewer = !is_open_ended(recording) && (sf_count_t)recording->frames < recording->info.frames;
    recording->ended_early = recording->ended_early || error != 0 || cut || fewer;
    return true;
}

/* libsndfile waits until it has all that it is asked for, and the writer may keep the pipe open after the last one. */
static size_t piped_frames(const mbt_recording *recording, size_t most)
{
    uint64_t left = (uint64_t)recording->info.frames - recording->frames;
    most = most < PIPE_FRAMES ? most : PIPE_FRAMES;
    return left < most ? (size_t)left : most;
}

bool mbt_recording_next(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    *frames = 0;
    if (recording->file == NULL) {
        if (!mbt_raw_read(recording, samples, most, frames)) {
            return false;
        }
    } else {
        if (recording->pump != NULL) {
            most = piped_frames(recording, most);
        }
        sf_count_t got = sf_readf_float(recording->file, samples, (sf_count_t)most);
        *frames = got > 0 ? (size_t)got : 0;
    }
    if (!check_finite(recording, samples, *frames)) {
        return false;
    }
    recording->frames += *frames;
    return *frames > 0 || check_end(recording);
}

/* Room for more frames: twice as many, so that a false length in the header does not decide, nor a number of
 * channels. */
static bool grow(mbt_recording *recording, size_t *room)
{
    size_t frame_bytes = (size_t)recording->info.channels * sizeof(float);
    size_t frames = *room == 0 ? 16384 / (size_t)recording->info.channels + 1 : *room * 2;
    if (frames > SIZE_MAX / 2 / frame_bytes) {
        return mbt_complain("%s: too long for this machine's memory", recording->path);
    }
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
        if (recording->frames == room && !grow(recording, &room)) {
            return false;
        }
        float *end = recording->samples + recording->frames * channels;
        if (!mbt_recording_next(recording, end, room - recording->frames, &got)) {
            return false;
        }
    } while (got > 0);
    return true;
}

bool mbt_recording_is_unchanged(const mbt_recording *recording)
{
    struct stat now, named;
    if (!recording->opened.is_file) {
        return true;
    }
    bool same = fstat(recording->fd, &now) == 0 && now.st_size == recording->opened.size &&
                now.st_mtim.tv_sec == recording->opened.seconds && now.st_mtim.tv_nsec == recording->opened.nanoseconds;
    bool replaced = stat(recording->path, &named) == 0 &&
                    (named.st_dev != recording->opened.device || named.st_ino != recording->opened.inode);
    return (same && !replaced) || mbt_complain("%s: was changed while it was read", recording->path);
}

void mbt_recording_close(mbt_recording *recording)
{
    if (recording->file != NULL) {
        sf_close(recording->file);
    }
    if (recording->fd >= 0) {
        close(recording->fd);
    }
    mbt_pump_end(recording->pump);
    free(recording->samples);
    memset(recording, 0, sizeof *recording);
    recording->fd = -1;
}
