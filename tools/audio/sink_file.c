/* sink_file.c: samples to a sound file, block by block, by libsndfile. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/sink_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/carried/carry.h"
#include "tools/audio/carried/carry_write.h"
#include "tools/audio/channels/store_layout.h"
#include "tools/audio/format.h"
#include "tools/audio/integers.h"
#include "tools/base/message.h"

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

static size_t block_frames(const SF_INFO *format)
{
    size_t channels = (size_t)format->channels;
    return channels < BLOCK_SAMPLES ? BLOCK_SAMPLES / channels : 1;
}

/* Copies the channel map of a mono or stereo WAV alone: what more channels are for is in the plan. In RF64 and W64 a
 * second fmt chunk, in CAF and AIFF a layout of fewer channels leaves libsndfile 1.2 with a map that is shorter than
 * the number of channels, and it reads beyond the end of it when asked (tests/fuzz, seeds/audio/second-fmt.rf64). */
static bool copy_channel_map(const mbt_recording *from, SNDFILE *to)
{
    int major = from->info.format & SF_FORMAT_TYPEMASK;
    if (from->info.channels > 2 || (major != SF_FORMAT_WAV && major != SF_FORMAT_WAVEX))
        return true;
    size_t bytes = (size_t)from->info.channels * sizeof(int);
    int *map = malloc(bytes);
    if (map == NULL)
        return false;
    if (sf_command(from->file, SFC_GET_CHANNEL_MAP_INFO, map, (int)bytes))
        sf_command(to, SFC_SET_CHANNEL_MAP_INFO, map, (int)bytes);
    free(map);
    return true;
}

static bool out_of_memory(const mbt_writer *writer)
{
    return mbt_complain("%s: out of memory for %d channel%s", writer->path, writer->format.channels,
                        mbt_plural((size_t)writer->format.channels));
}

/* Prints that the encoder refused the format. For most such refusals libsndfile has no text, or a misleading one. */
static bool complain_refused(const mbt_writer *writer)
{
    const SF_INFO *format = &writer->format;
    SF_FORMAT_INFO about;
    memset(&about, 0, sizeof about);
    about.format = format->format & SF_FORMAT_SUBMASK;
    bool named = sf_command(NULL, SFC_GET_FORMAT_INFO, &about, (int)sizeof about) == 0 && about.name != NULL;
    return mbt_complain("%s: cannot write: the %s encoder refused %d channel%s at %d Hz", writer->path,
                        named ? about.name : "chosen", format->channels, mbt_plural((size_t)format->channels),
                        format->samplerate);
}

/* How many frames can be read back; -1 if it is no sound file. Some containers fail without an error: they hold no
 * frames at all, or the disk was full when the header was completed. */
static sf_count_t frames_written(int fd)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = lseek(fd, 0, SEEK_SET) == 0 ? sf_open_fd(fd, SFM_READ, &info, SF_FALSE) : NULL;
    if (file == NULL)
        return -1;
    sf_close(file);
    return info.frames;
}

static SNDFILE *open_file(const mbt_writer *writer)
{
    SF_INFO info = writer->format;
    SNDFILE *file = sf_open_fd(writer->fd, SFM_WRITE, &info, SF_FALSE);
    if (file == NULL && sf_error(NULL) == SF_ERR_UNRECOGNISED_FORMAT)
        complain_refused(writer);
    else if (file == NULL)
        mbt_complain("%s: cannot write: %s", writer->path, sf_strerror(NULL));
    return file;
}

/* Prints why writing failed. error: errno's value; closed: what sf_close returned. Returns false. */
static bool complain_failed(const mbt_writer *writer, int error, int closed)
{
    if (error == 0 && closed == 0)
        return complain_refused(writer);
    return mbt_complain("%s: cannot write: %s", writer->path, error != 0 ? strerror(error) : sf_error_number(closed));
}

static bool close_file(mbt_writer *writer)
{
    errno = 0;
    int closed = sf_close(writer->file), error = errno;
    writer->file = NULL;
    return closed == 0 || complain_failed(writer, error, closed);
}

static bool write_block(mbt_writer *writer, const float *samples, size_t frames)
{
    sf_count_t count = (sf_count_t)frames, written;
    const size_t channels = (size_t)writer->format.channels;
    if (writer->ordered != NULL) {
        memcpy(writer->ordered, samples, frames * channels * sizeof *samples);
        mbt_reorder(writer->ordered, frames, channels, writer->plan.from);
        samples = writer->ordered;
    }
    errno = 0;
    if (writer->bits != 0) {
        writer->clipped += mbt_to_integers(samples, writer->integers, frames * channels, writer->bits);
        written = sf_writef_int(writer->file, writer->integers, count);
    } else {
        written = sf_writef_float(writer->file, samples, count);
    }
    if (written == count) {
        writer->frames += frames;
        return true;
    }
    int error = errno, closed = sf_close(writer->file);
    writer->file = NULL;
    return complain_failed(writer, error, closed);
}

/* What is carried takes its room as samples do. */
static bool check_size(const mbt_writer *writer, uint64_t frames)
{
    const uint64_t carried = mbt_carry_bytes(writer->carry, false) / (uint64_t)writer->format.channels;
    return mbt_check_size(frames + carried, &writer->format, writer->path);
}

static bool write_frames(mbt_writer *writer, const float *samples, size_t frames)
{
    if (!check_size(writer, writer->frames + frames))
        return false;
    size_t block = block_frames(&writer->format);
    for (size_t done = 0, count; done < frames; done += count) {
        count = frames - done < block ? frames - done : block;
        if (!write_block(writer, samples + done * (size_t)writer->format.channels, count))
            return false;
    }
    return true;
}

/* Writes a little silence and removes it again, to see whether the encoder takes this format. */
static bool try_format(mbt_writer *writer)
{
    float *silence = calloc((size_t)writer->format.channels * TRIAL_FRAMES, sizeof *silence);
    if (silence == NULL)
        return out_of_memory(writer);
    bool fine = write_frames(writer, silence, TRIAL_FRAMES);
    free(silence);
    if (!fine || !close_file(writer))
        return false;
    if (frames_written(writer->fd) < TRIAL_FRAMES)
        return complain_refused(writer);
    writer->frames = 0;
    return (ftruncate(writer->fd, 0) == 0 && lseek(writer->fd, 0, SEEK_SET) == 0) ||
           mbt_complain("%s: cannot write: %s", writer->path, strerror(errno));
}

static bool allocate(mbt_writer *writer)
{
    writer->bits = integer_bits(writer->format.format & SF_FORMAT_SUBMASK);
    size_t samples = block_frames(&writer->format) * (size_t)writer->format.channels;
    writer->integers = malloc(samples * sizeof *writer->integers);
    if (writer->plan.order != NULL)
        writer->ordered = malloc(samples * sizeof *writer->ordered);
    return (writer->integers != NULL && (writer->plan.order == NULL || writer->ordered != NULL)) ||
           out_of_memory(writer);
}

/* The head of a WAV is in its place only when what is carried ahead of the samples is: then its mask can be set. At the
 * end reads back how much arrived. */
static bool finish(mbt_writer *writer)
{
    if (!close_file(writer))
        return false;
    if (!mbt_carry_write(writer->carry, writer->fd) ||
        !mbt_end_layout(writer->fd, &writer->plan, writer->format.channels))
        return mbt_complain("%s: cannot write: %s", writer->path, strerror(errno));
    mbt_carry_check_strings(writer->carry, writer->fd);
    sf_count_t frames = frames_written(writer->fd);
    if (frames >= 0 && (uint64_t)frames >= writer->frames)
        return true;
    return writer->frames == 0
               ? mbt_complain("%s: this container cannot hold a recording without samples", writer->path)
               : mbt_complain("%s: only %lld of %llu frames could be written", writer->path,
                              frames > 0 ? (long long)frames : 0LL, (unsigned long long)writer->frames);
}

static void release(mbt_writer *writer)
{
    if (writer->file != NULL)
        sf_close(writer->file);
    free(writer->integers);
    free(writer->ordered);
    writer->file = NULL;
    writer->integers = NULL;
    writer->ordered = NULL;
}

static const mbt_sink sink = {write_frames, finish, release};

bool mbt_sink_open_file(mbt_writer *writer, const mbt_recording *from)
{
    writer->sink = &sink;
    writer->plan = mbt_plan_channels(&from->layout, &writer->format);
    writer->format.format = writer->plan.format;
    if (!check_size(writer, mbt_recording_length(from)) || !allocate(writer) ||
        (writer->file = open_file(writer)) == NULL || !try_format(writer))
        return false;
    if (!mbt_carry_make_room(writer->carry, writer->fd))
        return mbt_complain("%s: cannot write: %s", writer->path, strerror(errno));
    writer->file = open_file(writer);
    if (writer->file == NULL)
        return false;
    sf_command(writer->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it has the time of day in it */
    mbt_warn_of_names(&writer->plan, writer->format.channels, writer->path);
    if (!mbt_begin_layout(writer->file, &writer->plan, writer->format.channels))
        return out_of_memory(writer);
    if (from->file == NULL)
        return true;
    if (sf_command(from->file, SFC_WAVEX_GET_AMBISONIC, NULL, 0) == SF_AMBISONIC_B_FORMAT)
        sf_command(writer->file, SFC_WAVEX_SET_AMBISONIC, NULL, SF_AMBISONIC_B_FORMAT);
    mbt_carry_set_strings(writer->carry, writer->file);
    return copy_channel_map(from, writer->file) || out_of_memory(writer);
}
