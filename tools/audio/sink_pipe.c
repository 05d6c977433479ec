/* sink_pipe.c: samples to a pipe, with WAV's header or none. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/sink_pipe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/g711.h"
#include "tools/audio/integers.h"
#include "tools/audio/pipe.h"
#include "tools/base/message.h"

enum { BLOCK_BYTES = 16384 };

static bool write_bytes(const mbt_writer *writer, const unsigned char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = write(writer->fd, bytes, count);
        if (written < 0 && !mbt_pipe_can_retry_write(writer->fd))
            return mbt_complain("%s: cannot write: %s", writer->path, strerror(errno));
        bytes += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static unsigned char *put(unsigned char *at, uint32_t value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at[i] = (unsigned char)(value >> (8 * i));
    return at + count;
}

static unsigned char *put_name(unsigned char *at, const char *name)
{
    memcpy(at, name, 4);
    return at + 4;
}

/* WAV (RIFF), with the largest length: the true one is not known yet. */
static bool write_header(const mbt_writer *writer)
{
    unsigned char header[44 + MBT_FMT_BYTES - MBT_PLAIN_FMT_BYTES], plain[MBT_PLAIN_FMT_BYTES], *at = header;
    const uint32_t channels = (uint32_t)writer->format.channels, rate = (uint32_t)writer->format.samplerate;
    const uint32_t bytes = writer->bits ? (uint32_t)writer->bits / 8 : 4;
    at = put_name(put(put_name(at, "RIFF"), UINT32_MAX, 4), "WAVE");
    at = put(put_name(at, "fmt "), writer->plan.stores ? MBT_FMT_BYTES : sizeof plain, 4);
    unsigned char *form = put(plain, writer->bits ? 1 : 3, 2); /* integers or floats */
    form = put(form, channels, 2);
    form = put(form, rate, 4);
    form = put(form, rate * channels * bytes, 4);
    form = put(form, channels * bytes, 2);
    put(form, 8 * bytes, 2);
    if (writer->plan.stores)
        mbt_make_fmt(plain, writer->plan.mask, at);
    else
        memcpy(at, plain, sizeof plain);
    at += writer->plan.stores ? MBT_FMT_BYTES : sizeof plain;
    at = put(put_name(at, "data"), UINT32_MAX, 4);
    return write_bytes(writer, header, (size_t)(at - header));
}

/* One integer, in the upper bits of 32, or one float. */
static unsigned char *put_sample(const mbt_writer *writer, unsigned char *at, int integer, float sample)
{
    uint32_t low;
    if (writer->stored == MBT_FORMAT_F64) {
        const double wide = sample;
        uint64_t bits;
        memcpy(&bits, &wide, sizeof bits);
        return put(put(at, (uint32_t)bits, 4), (uint32_t)(bits >> 32), 4);
    }
    if (writer->bits == 0) {
        memcpy(&low, &sample, sizeof low);
        return put(at, low, 4);
    }
    low = (uint32_t)integer >> (32 - writer->bits);
    if (writer->stored == MBT_FORMAT_ALAW)
        low = mbt_linear_to_alaw(integer >> 16);
    if (writer->stored == MBT_FORMAT_ULAW)
        low = mbt_linear_to_ulaw(integer >> 16);
    if (writer->stored == MBT_FORMAT_U8)
        low ^= 0x80; /* its zero is 128 */
    return put(at, low, mbt_format_bytes(writer->stored));
}

/* As many samples as fit into BLOCK_BYTES, or fewer. */
static bool write_block(mbt_writer *writer, const float *samples, size_t count)
{
    unsigned char bytes[BLOCK_BYTES], *at = bytes;
    int integers[BLOCK_BYTES];
    if (writer->bits > 0)
        writer->clipped += mbt_to_integers(samples, integers, count, writer->bits);
    for (size_t i = 0; i < count; i++)
        at = put_sample(writer, at, writer->bits > 0 ? integers[i] : 0, samples[i]);
    return write_bytes(writer, bytes, (size_t)(at - bytes));
}

static bool write_frames(mbt_writer *writer, const float *samples, size_t frames)
{
    const size_t count = frames * (size_t)writer->format.channels;
    const size_t block = BLOCK_BYTES / mbt_format_bytes(writer->stored);
    for (size_t done = 0; done < count; done += block)
        if (!write_block(writer, samples + done, count - done < block ? count - done : block))
            return false;
    writer->frames += frames;
    return true;
}

/* Samples are written at once: nothing is left to write. */
static bool finish(mbt_writer *writer)
{
    (void)writer;
    return true;
}

static void release(mbt_writer *writer)
{
    (void)writer;
}

static const mbt_sink sink = {write_frames, finish, release};

/* Bits of the integers that samples are rounded to: A-law and mu-law are made of 16 bits. 0 for floats. */
static int integer_bits(mbt_sample_format format)
{
    switch (format) {
    case MBT_FORMAT_F32:
    case MBT_FORMAT_F64:
        return 0;
    case MBT_FORMAT_ALAW:
    case MBT_FORMAT_ULAW:
        return 16;
    default:
        return 8 * (int)mbt_format_bytes(format);
    }
}

bool mbt_sink_open_pipe(mbt_writer *writer, mbt_sample_format format, bool with_header)
{
    writer->sink = &sink;
    writer->stored = format;
    writer->bits = integer_bits(format);
    return !with_header || write_header(writer);
}
