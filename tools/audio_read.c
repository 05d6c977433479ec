/* audio_read.c: a sound file read whole. */
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

#include "command.h"

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
    if (about.st_size == 0) {
        mbt_recording_close(recording);
        return mbt_complain("%s: the file is empty, without even a header", path);
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

static bool check_finite(const mbt_recording *recording)
{
    size_t channels = (size_t)recording->info.channels;
    for (size_t i = 0; i < recording->frames * channels; i++) {
        float x = recording->samples[i];
        if (!isfinite(x)) {
            return mbt_complain("%s: channel %zu, %.6f s (frame %zu): the sample is %s", recording->path,
                                i % channels + 1, (double)(i / channels) / recording->info.samplerate, i / channels,
                                isnan(x) ? "not a number" : "infinite");
        }
    }
    return true;
}

bool mbt_recording_read(mbt_recording *recording)
{
    size_t channels = (size_t)recording->info.channels;
    size_t room = 0;
    sf_count_t got;
    do {
        if (recording->frames == room && !grow(recording, &room)) {
            return false;
        }
        float *end = recording->samples + recording->frames * channels;
        got = sf_readf_float(recording->file, end, (sf_count_t)(room - recording->frames));
        recording->frames += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    int error = sf_error(recording->file);
    bool cut = mbt_is_cut_short(recording->fd);
    if (recording->frames == 0 && (error != 0 || cut || recording->info.frames > 0)) {
        return mbt_complain("%s: no samples can be read: %s", recording->path,
                            error != 0 ? sf_error_number(error) : "the file is cut short");
    }
    recording->ended_early = error != 0 || cut || (sf_count_t)recording->frames < recording->info.frames;
    return check_finite(recording);
}

void mbt_recording_close(mbt_recording *recording)
{
    if (recording->file != NULL) {
        sf_close(recording->file);
    }
    if (recording->fd >= 0) {
        close(recording->fd);
    }
    free(recording->samples);
    memset(recording, 0, sizeof *recording);
    recording->fd = -1;
}
