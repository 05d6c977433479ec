/* find_layout.c: which loudspeakers the channels of a sound file are for, and in which order it has them. */
#include "tools/audio/channels/find_layout.h"

#include <stdlib.h>
#include <string.h>

#include "tools/audio/channels/chan_chunk.h"
#include "tools/audio/channels/chunks.h"
#include "tools/audio/extent/byte_reader.h"
#include "tools/audio/extent/data_extent.h"

/* The mask is 4 bytes from byte 20, if the tag is that of WAVE_FORMAT_EXTENSIBLE. */
mbt_layout mbt_read_wave_layout(const unsigned char *bytes, size_t held, bool big_endian, int channels)
{
    enum { EXTENSIBLE = 0xfffe, MASK_AT = 20, WHOLE = 40 };
    if (held < WHOLE || mbt_stored_number(bytes, 2, big_endian) != EXTENSIBLE ||
        mbt_stored_number(bytes + 2, 2, big_endian) != (uint64_t)channels)
        return mbt_default_layout(channels);
    return mbt_layout_of_mask((uint32_t)mbt_stored_number(bytes + MASK_AT, 4, big_endian), channels);
}

static size_t whole_or(uint64_t length, size_t most)
{
    return length < most ? (size_t)length : most;
}

static mbt_layout find_in_wave(mbt_byte_reader *reader, uint64_t begin, int channels)
{
    enum { READ = 40 };
    mbt_chunk chunk;
    if (!mbt_find_chunk(reader, begin, "fmt ", &chunk))
        return mbt_default_layout(channels);
    const size_t held = whole_or(chunk.length, READ);
    const unsigned char *bytes = mbt_bytes_at(reader, chunk.at, held);
    return bytes != NULL ? mbt_read_wave_layout(bytes, held, chunk.big_endian, channels) : mbt_default_layout(channels);
}

static mbt_layout find_in_apple(mbt_byte_reader *reader, uint64_t begin, const char *name, int channels)
{
    enum { READ = MBT_CHAN_BYTES + MBT_SPEAKERS * MBT_CHAN_DESCRIPTION_BYTES };
    mbt_chunk chunk;
    if (!mbt_find_chunk(reader, begin, name, &chunk))
        return mbt_default_layout(channels);
    const size_t held = whole_or(chunk.length, READ);
    const unsigned char *bytes = mbt_bytes_at(reader, chunk.at, held);
    return bytes != NULL ? mbt_read_chan(bytes, held, channels) : mbt_default_layout(channels);
}

/* Source: RFC 9639, section 9.1.3. Where that leaves open whether speakers are in the back or at the sides, as flac and
 * ffmpeg take it. */
uint32_t mbt_flac_mask(int channels)
{
    enum { MOST = 8 };
    static const uint32_t masks[MOST + 1] = {[3] = 0x7, [4] = 0x33, [5] = 0x607, [6] = 0x60f, [7] = 0x70f, [8] = 0x63f};
    return channels >= 0 && channels <= MOST ? masks[channels] : 0;
}

/* A comment may have the mask of WAVE, as a number of C. Source: RFC 9639, section 8.6.2. */
static mbt_layout find_in_flac(mbt_byte_reader *reader, uint64_t begin, int channels)
{
    enum { MOST_DIGITS = 15 };
    mbt_comment comment;
    char text[MOST_DIGITS + 1] = "";
    if (mbt_find_comment(reader, begin, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK", &comment) &&
        comment.length <= MOST_DIGITS) {
        const unsigned char *bytes = mbt_bytes_at(reader, comment.at, (size_t)comment.length);
        if (bytes != NULL)
            memcpy(text, bytes, (size_t)comment.length);
    }
    char *behind = text;
    const unsigned long long mask = strtoull(text, &behind, 0);
    const bool good = behind != text && *behind == '\0' && mask >> MBT_SPEAKERS == 0;
    return mbt_layout_of_mask(good ? (uint32_t)mask : mbt_flac_mask(channels), channels);
}

/* How Opus stores channels is in byte 18 of its head, which is the first packet of the first page: 1 is the order of
 * Vorbis. Sources: RFC 3533, section 6; RFC 7845, section 5.1. */
static bool is_opus_in_order(mbt_byte_reader *reader, uint64_t begin)
{
    enum { PAGE_HEAD = 27, SEGMENTS_AT = 26, FAMILY_AT = 18, IN_ORDER = 1 };
    const unsigned char *page = mbt_bytes_at(reader, begin, PAGE_HEAD);
    if (page == NULL || memcmp(page, "OggS", 4) != 0)
        return false;
    const uint64_t packet = begin + PAGE_HEAD + page[SEGMENTS_AT];
    const unsigned char *head = mbt_bytes_at(reader, packet, FAMILY_AT + 1);
    return head != NULL && memcmp(head, "OpusHead", 8) == 0 && head[FAMILY_AT] == IN_ORDER;
}

static mbt_layout in_order(const unsigned char *order, int channels)
{
    return order != NULL ? mbt_layout_of_order(order, channels) : (mbt_layout){.stated = true};
}

static mbt_layout find_in_ogg(mbt_byte_reader *reader, uint64_t begin, int subtype, int channels)
{
    if (subtype == SF_FORMAT_VORBIS || (subtype == SF_FORMAT_OPUS && is_opus_in_order(reader, begin)))
        return in_order(mbt_vorbis_order(channels), channels);
    return subtype == SF_FORMAT_OPUS ? in_order(NULL, channels) : mbt_default_layout(channels);
}

mbt_layout mbt_find_layout(int fd, uint64_t begin, uint64_t end, const SF_INFO *info)
{
    const int channels = info->channels, subtype = info->format & SF_FORMAT_SUBMASK;
    mbt_byte_reader reader;
    if (channels <= 2)
        return mbt_default_layout(channels);
    mbt_byte_reader_begin(&reader, fd, end);
    switch (info->format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
    case SF_FORMAT_W64:
        return find_in_wave(&reader, begin, channels);
    case SF_FORMAT_AIFF:
        return find_in_apple(&reader, begin, "CHAN", channels);
    case SF_FORMAT_CAF:
        return subtype >= SF_FORMAT_ALAC_16 && subtype <= SF_FORMAT_ALAC_32
                   ? in_order(mbt_alac_order(channels), channels)
                   : find_in_apple(&reader, begin, "chan", channels);
    case SF_FORMAT_FLAC:
        return find_in_flac(&reader, begin, channels);
    case SF_FORMAT_OGG:
        return find_in_ogg(&reader, begin, subtype, channels);
    default:
        return mbt_default_layout(channels);
    }
}
