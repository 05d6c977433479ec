/* source_pipe.c: samples that come through a pipe, as they come: with WAV's header or none. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/source_pipe.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "tools/audio/carried/find_chunks.h"
#include "tools/audio/channels/find_layout.h"
#include "tools/audio/extent/data_extent.h"
#include "tools/audio/g711.h"
#include "tools/audio/pipe.h"
#include "tools/base/message.h"

enum {
    BLOCK_BYTES = 16384,
    MOST_CHANNELS = 1024, /* as in libsndfile */
    MOST_CHUNKS = 1000,   /* before the samples: far more than a recording has */
    FORMAT_BYTES = 40     /* of the longest kind of format chunk */
};

/* Reads the next bytes: fewer than wanted only at the end. On failure prints one error line and returns false, as those
 * below do. */
static bool read_some(const mbt_recording *recording, unsigned char *bytes, size_t wanted, size_t *held)
{
    for (*held = 0; *held < wanted;) {
        const ssize_t got = mbt_pipe_read(recording->fd, bytes + *held, wanted - *held);
        if (got < 0)
            return mbt_complain("%s: %s", recording->path, strerror(errno));
        if (got == 0)
            break;
        *held += (size_t)got;
    }
    return true;
}

static bool read_whole(const mbt_recording *recording, unsigned char *bytes, size_t wanted)
{
    size_t held;
    return read_some(recording, bytes, wanted, &held) &&
           (held == wanted || mbt_complain("%s: cut short before its samples", recording->path));
}

static bool skip(const mbt_recording *recording, uint64_t count)
{
    unsigned char block[BLOCK_BYTES];
    for (; count > BLOCK_BYTES; count -= BLOCK_BYTES)
        if (!read_whole(recording, block, BLOCK_BYTES))
            return false;
    return read_whole(recording, block, (size_t)count);
}

/* The chunk "fmt ": tag, channels, rate, bytes per second, bytes per frame, bits; if the tag is 0xfffe, the true one is
 * at byte 24. Source: Microsoft, "Multiple Channel Audio Data and WAVE Files". */
static bool parse_format(mbt_recording *recording, const unsigned char *chunk, size_t size, bool big_endian)
{
    static const struct {
        uint32_t tag, bytes;
        int format;
    } kinds[] = {
        {1, 1, SF_FORMAT_PCM_U8}, {1, 2, SF_FORMAT_PCM_16}, {1, 3, SF_FORMAT_PCM_24},
        {1, 4, SF_FORMAT_PCM_32}, {3, 4, SF_FORMAT_FLOAT},  {3, 8, SF_FORMAT_DOUBLE},
    };
    if (size < 16)
        return mbt_complain("%s: its head is damaged", recording->path);
    uint64_t tag = mbt_stored_number(chunk, 2, big_endian), channels = mbt_stored_number(chunk + 2, 2, big_endian);
    uint64_t rate = mbt_stored_number(chunk + 4, 4, big_endian), frame = mbt_stored_number(chunk + 12, 2, big_endian);
    uint64_t bits = mbt_stored_number(chunk + 14, 2, big_endian); /* the upper ones of as many bytes as they take */
    uint64_t bytes = (bits + 7) / 8;
    if (channels < 1 || channels > MOST_CHANNELS || rate < 1 || rate > INT_MAX)
        return mbt_complain("%s: the header has no channels or no sample rate, or too many", recording->path);
    recording->layout = mbt_read_wave_layout(chunk, size, big_endian, (int)channels);
    if (tag == 0xfffe && size == FORMAT_BYTES)
        tag = mbt_stored_number(chunk + 24, 4, big_endian);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (tag == kinds[i].tag && bytes == kinds[i].bytes && frame == bytes * channels) {
            recording->info.channels = (int)channels;
            recording->info.samplerate = (int)rate;
            recording->info.format = SF_FORMAT_WAV | kinds[i].format;
            recording->pipe.bytes = kinds[i].bytes;
            recording->pipe.is_float = tag == 3;
            recording->pipe.big_endian = big_endian;
            return true;
        }
    }
    return mbt_complain("%s: its kind of samples is not read from a pipe, but from a file", recording->path);
}

static uint32_t frame_bytes(const mbt_recording *recording)
{
    return recording->pipe.bytes * (uint32_t)recording->info.channels;
}

/* Notes the length of the samples. After a length of 0 only another chunk may follow, or padding shorter than a chunk's
 * header; anything else is taken as samples, of a recorder that ended before it could write how many there are. */
static bool set_length(mbt_recording *recording, uint32_t length)
{
    enum { HEAD = 8 }; /* of a chunk */
    recording->pipe.counted = length == 0 || mbt_is_length(length, 4);
    if (recording->pipe.counted) {
        recording->info.frames = length / frame_bytes(recording);
        recording->pipe.left = (uint64_t)recording->info.frames * frame_bytes(recording);
    }
    if (length != 0)
        return true;
    if (!read_some(recording, recording->pipe.begin, HEAD, &recording->pipe.begin_held))
        return false;
    if (recording->pipe.begin_held < HEAD || mbt_is_chunk_name(recording->pipe.begin)) {
        recording->pipe.begin_held = 0;
        return true;
    }
    recording->pipe.counted = false;
    recording->no_length = true;
    return true;
}

/* Passes over a chunk that is not read, and notes its name and the tags in it. */
static bool pass(mbt_recording *recording, const unsigned char *head, uint32_t length, bool big_endian)
{
    unsigned char bytes[BLOCK_BYTES];
    const uint32_t held = length < BLOCK_BYTES ? length : BLOCK_BYTES;
    const mbt_chunk_layout *layout =
        mbt_layout_of_format(SF_FORMAT_WAV | (big_endian ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE));
    mbt_content chunk = {.length = length, .head_bytes = 8};
    unsigned least;
    const mbt_chunk_use use = mbt_find_chunk_use(layout, head, &least, &chunk.string);
    if (use == MBT_CHUNK_LEFT || length == 0)
        return skip(recording, (uint64_t)length + length % 2);
    memcpy(chunk.name, head, 4);
    chunk.state = use == MBT_CHUNK_COPIED ? MBT_CONTENT_KNOWN : MBT_CONTENT_UNKNOWN;
    if (!read_whole(recording, bytes, held))
        return false;
    const bool whole = held == length && length >= least;
    return (whole ? mbt_add_chunk(&recording->pipe.passed, layout, &chunk, bytes)
                  : mbt_contents_add(&recording->pipe.passed, &chunk))
               ? skip(recording, (uint64_t)length + length % 2 - held)
               : mbt_complain("%s: out of memory", recording->path);
}

/* Reads WAV's header, up to the first sample. */
static bool read_header(mbt_recording *recording)
{
    unsigned char head[12], format[FORMAT_BYTES];
    size_t held;
    if (!read_some(recording, head, sizeof head, &held))
        return false;
    if (held == 0)
        return mbt_complain("%s: empty, without even a header", recording->path);
    bool big_endian = memcmp(head, "RIFX", 4) == 0;
    if (held < sizeof head || (!big_endian && memcmp(head, "RIFF", 4) != 0) || memcmp(head + 8, "WAVE", 4) != 0) {
        return mbt_complain("%s: not a WAV; a pipe takes WAV, or samples alone with --raw, and a file any format",
                            recording->path);
    }
    for (int i = 0; i < MOST_CHUNKS; i++) {
        if (!read_whole(recording, head, 8))
            return false;
        const uint32_t length = (uint32_t)mbt_stored_number(head + 4, 4, big_endian);
        if (memcmp(head, "data", 4) == 0) {
            if (recording->pipe.bytes == 0)
                return mbt_complain("%s: its samples come before their format", recording->path);
            return set_length(recording, length);
        }
        if (memcmp(head, "fmt ", 4) == 0) {
            const uint32_t taken = length < FORMAT_BYTES ? length : FORMAT_BYTES;
            if (!read_whole(recording, format, taken) || !parse_format(recording, format, taken, big_endian) ||
                !skip(recording, (uint64_t)length + length % 2 - taken))
                return false;
        } else if (!pass(recording, head, length, big_endian)) {
            return false;
        }
    }
    return mbt_complain("%s: more than %d chunks before its samples", recording->path, MOST_CHUNKS);
}

/* Integers are scaled to [-1, 1); those of one byte have their zero at 128. */
static float to_sample(const unsigned char *bytes, const mbt_recording *recording)
{
    const unsigned count = recording->pipe.bytes;
    if (recording->pipe.law == MBT_FORMAT_ALAW)
        return (float)mbt_alaw_to_linear(bytes[0]) / 32768.0f;
    if (recording->pipe.law == MBT_FORMAT_ULAW)
        return (float)mbt_ulaw_to_linear(bytes[0]) / 32768.0f;
    const uint64_t wide = mbt_stored_number(bytes, count, recording->pipe.big_endian);
    if (count == 8) {
        double sample;
        memcpy(&sample, &wide, sizeof sample);
        return (float)sample;
    }
    uint32_t bits = (uint32_t)wide;
    if (recording->pipe.is_float) {
        float sample;
        memcpy(&sample, &bits, sizeof sample);
        return sample;
    }
    int32_t value;
    bits = bits << (32 - 8 * count) ^ (count == 1 ? 0x80000000u : 0);
    memcpy(&value, &bits, sizeof value);
    return (float)value / 2147483648.0f;
}

/* Raw samples that begin as a sound file does are one, whose header would be heard as a click. */
static bool check_begin(mbt_recording *recording)
{
    static const struct {
        char magic[5], at_8[5]; /* "" for anything */
    } kinds[] = {
        {"RIFF", "WAVE"}, {"RIFX", "WAVE"}, {"RF64", "WAVE"}, {"BW64", "WAVE"},
        {"FORM", "AIFF"}, {"FORM", "AIFC"}, {"caff", "desc"}, {"riff", "\xa5\xd6\x28\xdb"},
        {"fLaC", ""},     {"OggS", ""},     {".snd", ""},
    };
    unsigned char *begin = recording->pipe.begin;
    recording->pipe.begun = true;
    if (!read_some(recording, begin, sizeof recording->pipe.begin, &recording->pipe.begin_held))
        return false;
    if (recording->pipe.begin_held < sizeof recording->pipe.begin)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (memcmp(begin, kinds[i].magic, 4) != 0 || memcmp(begin + 8, kinds[i].at_8, strlen(kinds[i].at_8)) != 0)
            continue;
        return mbt_complain("%s: begins with the header of a sound file (%s), and --raw takes samples without one; "
                            "drop --raw, or have none written: arecord -t raw",
                            recording->path, kinds[i].magic);
    }
    return true;
}

/* mbt_pipe_read, after the bytes that were looked at. */
static ssize_t read_after_begin(mbt_recording *recording, unsigned char *bytes, size_t wanted)
{
    const size_t left = recording->pipe.begin_held - recording->pipe.begin_used, taken = left < wanted ? left : wanted;
    if (taken == 0)
        return mbt_pipe_read(recording->fd, bytes, wanted);
    memcpy(bytes, recording->pipe.begin + recording->pipe.begin_used, taken);
    recording->pipe.begin_used += taken;
    return (ssize_t)taken;
}

/* Waits for the first bytes, takes what is there, and waits again only to complete a frame. */
static bool read_next(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    unsigned char bytes[BLOCK_BYTES];
    const size_t size = frame_bytes(recording), channels = (size_t)recording->info.channels;
    size_t wanted = most < BLOCK_BYTES / size ? most * size : BLOCK_BYTES / size * size, held = 0;
    if (recording->pipe.counted && recording->pipe.left < wanted)
        wanted = (size_t)recording->pipe.left;
    if (recording->pipe.is_raw && !recording->pipe.begun && !check_begin(recording))
        return false;
    while (held < wanted && (held == 0 || held % size != 0)) {
        const ssize_t got = read_after_begin(recording, bytes + held, wanted - held);
        if (got < 0)
            return mbt_complain("%s: %s", recording->path, strerror(errno));
        if (got == 0) {
            recording->ended_early = recording->ended_early || (recording->pipe.is_raw && held % size != 0);
            break;
        }
        held += (size_t)got;
    }
    *frames = held / size;
    recording->pipe.left -= recording->pipe.counted ? *frames * size : 0;
    for (size_t i = 0; i < *frames * channels; i++)
        samples[i] = to_sample(bytes + i * recording->pipe.bytes, recording);
    return true;
}

static bool check_end(mbt_recording *recording)
{
    if (recording->info.frames > 0 && recording->frames == 0)
        return mbt_complain("%s: no samples can be read: it is cut short", recording->path);
    recording->ended_early = recording->ended_early || recording->pipe.left > 0;
    return true;
}

/* The descriptor is closed with the recording. */
static void close_nothing(mbt_recording *recording)
{
    (void)recording;
}

static const mbt_source source = {read_next, check_end, close_nothing};

bool mbt_source_open_wav(mbt_recording *recording)
{
    recording->source = &source;
    return read_header(recording);
}

void mbt_source_open_raw(mbt_recording *recording, const mbt_raw_layout *raw)
{
    const mbt_sample_format format = raw->format;
    recording->source = &source;
    recording->info.channels = (int)raw->channels;
    recording->layout = mbt_default_layout(recording->info.channels);
    recording->info.samplerate = (int)raw->rate;
    recording->info.format = SF_FORMAT_WAV | mbt_format_subtype(format);
    recording->pipe.bytes = mbt_format_bytes(format);
    recording->pipe.is_float = format == MBT_FORMAT_F32 || format == MBT_FORMAT_F64;
    if (format == MBT_FORMAT_ALAW || format == MBT_FORMAT_ULAW)
        recording->pipe.law = format;
    recording->pipe.is_raw = true;
}
