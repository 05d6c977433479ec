/* audio_write.c: a recording written as a sound file. */
#define _POSIX_C_SOURCE 200809L

#include "audio.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { BLOCK_SAMPLES = 65536, TRIAL_FRAMES = 4096 };

/* Bits of a sample stored as an integer; 0 if it is stored as float or by a codec that takes floats. All other codecs
 * (mu-law, A-law, ADPCM ...) work on 16 bits inside. */
static int integer_bits(int subtype)
{
    switch (subtype) {
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
    case SF_FORMAT_VORBIS:
    case SF_FORMAT_OPUS:
        return 0;
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_DPCM_8:
        return 8;
    case SF_FORMAT_DWVW_12:
        return 12;
    case SF_FORMAT_ALAC_20:
        return 20;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_DWVW_24:
    case SF_FORMAT_ALAC_24:
        return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32:
        return 32;
    default:
        return 16;
    }
}

/* round(2^(bits-1) x), saturated, in the upper bits of 32. It is the inverse of how libsndfile reads, which its own
 * conversion of floats (2^(bits-1) - 1) is not. */
static void to_integers(const float *in, int *out, size_t samples, int bits)
{
    double scale = ldexp(1.0, bits - 1);
    for (size_t i = 0; i < samples; i++) {
        double x = rint(in[i] * scale);
        x = x < -scale ? -scale : x;
        x = x > scale - 1.0 ? scale - 1.0 : x;
        out[i] = (int)((int64_t)x * ((int64_t)1 << (32 - bits)));
    }
}

static bool write_samples(const mbt_recording *recording, const SF_INFO *format, SNDFILE *file)
{
    size_t channels = (size_t)format->channels;
    size_t block_frames = channels < BLOCK_SAMPLES ? BLOCK_SAMPLES / channels : 1;
    int bits = integer_bits(format->format & SF_FORMAT_SUBMASK);
    int *integers = malloc(block_frames * channels * sizeof *integers);
    if (integers == NULL) {
        return false;
    }
    size_t done = 0;
    while (done < recording->frames) {
        size_t frames = recording->frames - done < block_frames ? recording->frames - done : block_frames;
        const float *block = recording->samples + done * channels;
        sf_count_t written;
        if (bits != 0) {
            to_integers(block, integers, frames * channels, bits);
            written = sf_writef_int(file, integers, (sf_count_t)frames);
        } else {
            written = sf_writef_float(file, block, (sf_count_t)frames);
        }
        if (written != (sf_count_t)frames) {
            break;
        }
        done += frames;
    }
    free(integers);
    return done == recording->frames;
}

/* What describes the sound, and not the program that made the file. */
static void copy_tags(SNDFILE *from, SNDFILE *to)
{
    static const int tags[] = {SF_STR_TITLE, SF_STR_COPYRIGHT, SF_STR_ARTIST,      SF_STR_COMMENT, SF_STR_DATE,
                               SF_STR_ALBUM, SF_STR_LICENSE,   SF_STR_TRACKNUMBER, SF_STR_GENRE};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        const char *text = sf_get_string(from, tags[i]);
        if (text != NULL) {
            sf_set_string(to, tags[i], text);
        }
    }
}

static void copy_channel_map(SNDFILE *from, SNDFILE *to, int channels)
{
    size_t bytes = (size_t)channels * sizeof(int);
    int *map = malloc(bytes);
    if (map != NULL && sf_command(from, SFC_GET_CHANNEL_MAP_INFO, map, (int)bytes)) {
        sf_command(to, SFC_SET_CHANNEL_MAP_INFO, map, (int)bytes);
    }
    free(map);
}

/* libsndfile has a text for some reasons; for most refusals of an encoder it has none, or a misleading one. */
static bool complain_refused(const SF_INFO *format, const char *out_path)
{
    SF_FORMAT_INFO about;
    memset(&about, 0, sizeof about);
    about.format = format->format & SF_FORMAT_SUBMASK;
    bool named = sf_command(NULL, SFC_GET_FORMAT_INFO, &about, (int)sizeof about) == 0 && about.name != NULL;
    return mbt_complain("%s: cannot write: the %s encoder refused %d channels at %d Hz", out_path,
                        named ? about.name : "chosen", format->channels, format->samplerate);
}

/* How many frames can be read back; -1 if it is no sound file. Some containers fail without a word: no frames at all in
 * some, a full disk while the header is completed. */
static sf_count_t frames_written(int fd)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = lseek(fd, 0, SEEK_SET) == 0 ? sf_open_fd(fd, SFM_READ, &info, SF_FALSE) : NULL;
    if (file == NULL) {
        return -1;
    }
    sf_close(file);
    return info.frames;
}

static SNDFILE *open_writer(const SF_INFO *format, int fd, const char *out_path)
{
    SF_INFO info = *format;
    SNDFILE *writer = sf_open_fd(fd, SFM_WRITE, &info, SF_FALSE);
    if (writer == NULL && sf_error(NULL) == SF_ERR_UNRECOGNISED_FORMAT) {
        complain_refused(format, out_path);
    } else if (writer == NULL) {
        mbt_complain("%s: cannot write: %s", out_path, sf_strerror(NULL));
    }
    return writer;
}

/* Writes all samples and closes the writer. */
static bool write_and_close(SNDFILE *writer, const mbt_recording *recording, const SF_INFO *format,
                            const char *out_path)
{
    errno = 0;
    bool whole = write_samples(recording, format, writer);
    int error = errno;
    int closed = sf_close(writer);
    if (whole && closed == 0) {
        return true;
    }
    if (error == 0 && closed == 0) {
        return complain_refused(format, out_path);
    }
    return mbt_complain("%s: cannot write: %s", out_path, error != 0 ? strerror(error) : sf_error_number(closed));
}

/* Writes a little silence, and takes it away again. */
static bool try_format(const SF_INFO *format, int fd, const char *out_path)
{
    mbt_recording silence = {.frames = TRIAL_FRAMES};
    silence.samples = calloc((size_t)format->channels * TRIAL_FRAMES, sizeof *silence.samples);
    if (silence.samples == NULL) {
        return mbt_complain("%s: out of memory for %d channels", out_path, format->channels);
    }
    SNDFILE *writer = open_writer(format, fd, out_path);
    bool fine = writer != NULL && write_and_close(writer, &silence, format, out_path);
    free(silence.samples);
    if (!fine) {
        return false;
    }
    if (frames_written(fd) < TRIAL_FRAMES) {
        return complain_refused(format, out_path);
    }
    return (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0) ||
           mbt_complain("%s: cannot write: %s", out_path, strerror(errno));
}

SNDFILE *mbt_writer_open(const mbt_recording *recording, const SF_INFO *format, int fd, const char *out_path)
{
    SNDFILE *writer = try_format(format, fd, out_path) ? open_writer(format, fd, out_path) : NULL;
    if (writer == NULL) {
        return NULL;
    }
    sf_command(writer, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it has the time of day in it */
    copy_tags(recording->file, writer);
    copy_channel_map(recording->file, writer, format->channels);
    return writer;
}

bool mbt_writer_finish(SNDFILE *writer, const mbt_recording *recording, const SF_INFO *format, int fd,
                       const char *out_path)
{
    if (!write_and_close(writer, recording, format, out_path)) {
        return false;
    }
    sf_count_t frames = frames_written(fd);
    if (frames >= (sf_count_t)recording->frames) {
        return true;
    }
    return recording->frames == 0 ? mbt_complain("%s: this container cannot hold a recording without samples", out_path)
                                  : mbt_complain("%s: only %lld of %zu frames could be written", out_path,
                                                 frames > 0 ? (long long)frames : 0LL, recording->frames);
}
