/* audio_pipe.c: samples from standard input and to standard output. */
#define _POSIX_C_SOURCE 200809L

#include "audio_pipe.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio_pump.h"
#include "command.h"

enum { BLOCK_BYTES = 16384 };

static const char input_name[] = "standard input", output_name[] = "standard output";

/* After a read or a write that failed: whether to try again, once the descriptor is ready; it may be non-blocking. */
static bool can_go_on(int fd, short events)
{
    struct pollfd end = {.fd = fd, .events = events};
    return errno == EINTR || (errno == EAGAIN && (poll(&end, 1, -1) >= 0 || errno == EINTR));
}

/* Fewer than `wanted` bytes at the end. On failure false, told in a line. */
static bool read_head(unsigned char *head, size_t wanted, size_t *held)
{
    for (*held = 0; *held < wanted;) {
        const ssize_t got = read(STDIN_FILENO, head + *held, wanted - *held);
        if (got < 0 && !can_go_on(STDIN_FILENO, POLLIN)) {
            return mbt_complain("%s: %s", input_name, strerror(errno));
        }
        if (got == 0) {
            break;
        }
        *held += got > 0 ? (size_t)got : 0;
    }
    return *held > 0 || mbt_complain("%s: empty, without even a header", input_name);
}

/* WAV alone goes through a pipe. Where it cannot seek libsndfile 1.2 takes the offset in an AIFF for samples, loses the
 * end of an RF64, and knows no length of a W64. */
static bool start_pump(mbt_recording *recording)
{
    unsigned char head[MBT_PUMP_HEAD];
    size_t held;
    if (!read_head(head, sizeof head, &held)) {
        return false;
    }
    if (held < sizeof head || (memcmp(head, "RIFF", 4) != 0 && memcmp(head, "RIFX", 4) != 0) ||
        memcmp(head + 8, "WAVE", 4) != 0) {
        return mbt_complain("%s: not a WAV; a pipe takes WAV, or samples alone with --raw, and a file any format",
                            input_name);
    }
    recording->pump = mbt_pump_start(head, sizeof head, STDIN_FILENO, &recording->fd);
    return recording->pump != NULL || mbt_complain("%s: %s", input_name, strerror(errno));
}

/* On failure false, told in a line. */
static bool open_sound(mbt_recording *recording)
{
    struct stat about;
    bool is_file = fstat(recording->fd, &about) == 0 && S_ISREG(about.st_mode);
    if (is_file && about.st_size == 0) {
        return mbt_complain("%s: empty, without even a header", input_name);
    }
    if (!is_file && !start_pump(recording)) {
        return false;
    }
    if (!mbt_is_sample_dump(recording->fd)) {
        recording->file = sf_open_fd(recording->fd, SFM_READ, &recording->info, SF_FALSE);
    }
    if (recording->file != NULL && recording->info.channels > 0 && recording->info.samplerate > 0) {
        return true;
    }
    int error = recording->pump != NULL ? mbt_pump_error(recording->pump) : 0;
    if (error != 0) {
        return mbt_complain("%s: %s", input_name, strerror(error));
    }
    return mbt_complain("%s: not a recording that libsndfile can read%s", input_name,
                        recording->pump != NULL ? " from a pipe" : "; for samples without a header there is --raw");
}

bool mbt_recording_open_stdin(mbt_recording *recording, mbt_sample_format raw, uint32_t rate)
{
    memset(recording, 0, sizeof *recording);
    recording->path = input_name;
    recording->fd = STDIN_FILENO;
    recording->raw = raw;
    if (raw != MBT_FORMAT_AS_INPUT) {
        recording->info.channels = 1;
        recording->info.samplerate = (int)rate;
        recording->info.format = SF_FORMAT_WAV | (raw == MBT_FORMAT_S16 ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT);
        return true;
    }
    if (!open_sound(recording)) {
        mbt_recording_close(recording);
        return false;
    }
    return true;
}

static uint32_t little_endian(const unsigned char *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        value |= (uint32_t)bytes[i] << (8 * i);
    }
    return value;
}

static float to_sample(const unsigned char *bytes, mbt_sample_format format)
{
    if (format == MBT_FORMAT_S16) {
        const int value = (int)little_endian(bytes, 2);
        return (float)(value < 32768 ? value : value - 65536) / 32768.0f;
    }
    const uint32_t bits = little_endian(bytes, 4);
    float sample;
    memcpy(&sample, &bits, sizeof sample);
    return sample;
}

/* Waits for the first bytes, and then only for what a sample begun lacks. */
bool mbt_raw_read(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    unsigned char bytes[BLOCK_BYTES];
    const size_t size = recording->raw == MBT_FORMAT_S16 ? 2 : 4;
    const size_t wanted = most < BLOCK_BYTES / size ? most * size : BLOCK_BYTES;
    size_t held = 0;
    do {
        const ssize_t got = read(recording->fd, bytes + held, wanted - held);
        if (got < 0 && !can_go_on(recording->fd, POLLIN)) {
            return mbt_complain("%s: %s", recording->path, strerror(errno));
        }
        if (got == 0) {
            recording->ended_early = recording->ended_early || held % size != 0;
            break;
        }
        held += got > 0 ? (size_t)got : 0;
    } while (held == 0 || held % size != 0);
    *frames = held / size;
    for (size_t i = 0; i < *frames; i++) {
        samples[i] = to_sample(bytes + i * size, recording->raw);
    }
    return true;
}

static bool write_bytes(const mbt_writer *writer, const unsigned char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = write(writer->fd, bytes, count);
        if (written < 0 && !can_go_on(writer->fd, POLLOUT)) {
            return mbt_complain("%s: cannot write: %s", writer->path, strerror(errno));
        }
        bytes += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static unsigned char *put(unsigned char *at, uint32_t value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
    return at + count;
}

static unsigned char *put_name(unsigned char *at, const char *name)
{
    memcpy(at, name, 4);
    return at + 4;
}

/* WAV (RIFF), of a length that nobody knows yet: the largest. */
static bool write_header(const mbt_writer *writer)
{
    unsigned char header[44], *at = header;
    const uint32_t channels = (uint32_t)writer->format.channels, rate = (uint32_t)writer->format.samplerate;
    const uint32_t bytes = writer->bits ? (uint32_t)writer->bits / 8 : 4;
    at = put_name(put(put_name(at, "RIFF"), UINT32_MAX, 4), "WAVE");
    at = put(put_name(at, "fmt "), 16, 4);
    at = put(at, writer->bits ? 1 : 3, 2); /* integers or floats */
    at = put(at, channels, 2);
    at = put(at, rate, 4);
    at = put(at, rate * channels * bytes, 4);
    at = put(at, channels * bytes, 2);
    at = put(at, 8 * bytes, 2);
    at = put(put_name(at, "data"), UINT32_MAX, 4);
    return write_bytes(writer, header, (size_t)(at - header));
}

static mbt_sample_format nearest(const SF_INFO *info)
{
    switch (info->format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
        return MBT_FORMAT_F32;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_PCM_32:
        return MBT_FORMAT_S24;
    default:
        return MBT_FORMAT_S16;
    }
}

int mbt_keep_stdout(void)
{
    const int kept = dup(STDOUT_FILENO);
    if (kept < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        mbt_complain("%s: %s", output_name, strerror(errno));
        return -1;
    }
    return kept;
}

bool mbt_writer_open_stdout(mbt_writer *writer, int fd, const mbt_recording *recording, mbt_sample_format raw,
                            mbt_sample_format wanted)
{
    *writer = (mbt_writer){.format = recording->info, .path = output_name, .fd = fd};
    mbt_sample_format format = wanted != MBT_FORMAT_AS_INPUT ? wanted : raw;
    if (format == MBT_FORMAT_AS_INPUT) {
        format = nearest(&recording->info);
    }
    writer->bits = format == MBT_FORMAT_S16 ? 16 : format == MBT_FORMAT_S24 ? 24 : 0;
    if (isatty(writer->fd)) {
        return mbt_complain("%s: a terminal; samples go to a file or a pipe", output_name);
    }
    return raw != MBT_FORMAT_AS_INPUT || write_header(writer);
}

/* Up to BLOCK_BYTES. */
static bool write_block(const mbt_writer *writer, const float *samples, size_t count)
{
    unsigned char bytes[BLOCK_BYTES], *at = bytes;
    int integers[BLOCK_BYTES / 2];
    if (writer->bits > 0) {
        mbt_to_integers(samples, integers, count, writer->bits);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t value;
        if (writer->bits > 0) {
            value = (uint32_t)integers[i] >> (32 - writer->bits);
            at = put(at, value, (size_t)writer->bits / 8);
        } else {
            memcpy(&value, &samples[i], sizeof value);
            at = put(at, value, 4);
        }
    }
    return write_bytes(writer, bytes, (size_t)(at - bytes));
}

bool mbt_pipe_write(mbt_writer *writer, const float *samples, size_t frames)
{
    const size_t count = frames * (size_t)writer->format.channels;
    const size_t block = BLOCK_BYTES / (writer->bits ? (size_t)writer->bits / 8 : 4);
    for (size_t done = 0; done < count; done += block) {
        if (!write_block(writer, samples + done, count - done < block ? count - done : block)) {
            return false;
        }
    }
    writer->frames += frames;
    return true;
}
