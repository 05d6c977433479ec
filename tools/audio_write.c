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

enum { BLOCK_SAMPLES = 65536 };

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

/* Some containers fail without a word: no frames at all in some, a full disk while the header is completed. */
static bool check_written(size_t frames, int fd, const char *out_path)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = lseek(fd, 0, SEEK_SET) == 0 ? sf_open_fd(fd, SFM_READ, &info, SF_FALSE) : NULL;
    if (file != NULL) {
        sf_close(file);
    }
    if (file != NULL && info.frames >= (sf_count_t)frames) {
        return true;
    }
    return frames == 0 ? mbt_complain("%s: this container cannot hold a recording without samples", out_path)
                       : mbt_complain("%s: only %lld of %zu frames could be written", out_path,
                                      file != NULL ? (long long)info.frames : 0LL, frames);
}

SNDFILE *mbt_writer_open(const mbt_recording *recording, const SF_INFO *format, int fd, const char *out_path)
{
    SF_INFO info = *format;
    SNDFILE *writer = sf_open_fd(fd, SFM_WRITE, &info, SF_FALSE);
    if (writer == NULL) {
        mbt_complain("%s: cannot write: %s", out_path, sf_strerror(NULL));
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
    errno = 0;
    bool whole = write_samples(recording, format, writer);
    int error = errno;
    int closed = sf_close(writer);
    if (!whole || closed != 0) {
        return mbt_complain("%s: cannot write: %s", out_path, error != 0 ? strerror(error) : sf_error_number(closed));
    }
    return check_written(recording->frames, fd, out_path);
}
