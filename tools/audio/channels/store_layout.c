/* store_layout.c: how a sound file that is written says which loudspeakers its channels are for. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/channels/store_layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/audio/channels/chan_chunk.h"
#include "tools/audio/channels/chunks.h"
#include "tools/audio/channels/find_layout.h"
#include "tools/audio/extent/byte_reader.h"
#include "tools/base/message.h"

static bool is_alac(int format)
{
    const int subtype = format & SF_FORMAT_SUBMASK;
    return subtype >= SF_FORMAT_ALAC_16 && subtype <= SF_FORMAT_ALAC_32;
}

/* The order of a format that has no other; NULL if there is none for so many channels. */
static const unsigned char *fixed_order(int format, int channels)
{
    if ((format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG)
        return mbt_vorbis_order(channels);
    return is_alac(format) ? mbt_alac_order(channels) : NULL;
}

/* Channels without speakers are fitted as if they had the usual ones: a reader that puts them back into the order of
 * WAVE has each where it was. */
static void plan_order(mbt_channel_plan *plan, const mbt_layout *layout, int channels)
{
    const uint32_t mask = plan->mask != 0 ? plan->mask : mbt_default_mask(channels);
    const bool exact = mbt_fit_to_order(mask, plan->order, channels, plan->from);
    plan->misses = layout->stated && (!exact || plan->mask == 0);
    plan->stores = is_alac(plan->format);
}

/* Plain WAV has no mask. If there is something to say, the longer kind takes its place; it is little-endian. */
static void plan_wav(mbt_channel_plan *plan, const SF_INFO *format)
{
    SF_INFO longer = *format;
    longer.format = SF_FORMAT_WAVEX | (format->format & SF_FORMAT_SUBMASK);
    plan->stores = sf_format_check(&longer) != 0;
    if (plan->stores)
        plan->format = longer.format;
}

mbt_channel_plan mbt_plan_channels(const mbt_layout *layout, const SF_INFO *format)
{
    const int channels = format->channels;
    mbt_channel_plan plan = {.format = format->format, .mask = layout->mask};
    if (channels <= 2)
        return plan;
    plan.order = fixed_order(format->format, channels);
    if (plan.order != NULL) {
        plan_order(&plan, layout, channels);
        return plan;
    }
    switch (format->format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
        if (layout->stated)
            plan_wav(&plan, format);
        break;
    case SF_FORMAT_W64:
        plan.stores = layout->stated;
        break;
    case SF_FORMAT_AIFF:
    case SF_FORMAT_CAF:
        plan.stores = true;
        plan.misses = plan.mask != 0 && mbt_count_speakers(plan.mask) != channels;
        break;
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
    case SF_FORMAT_FLAC:
        plan.stores = true;
        break;
    default:
        break;
    }
    if (!plan.stores)
        plan.misses = layout->stated && plan.mask != 0 && plan.mask != mbt_default_mask(channels);
    return plan;
}

bool mbt_begin_layout(SNDFILE *file, const mbt_channel_plan *plan, int channels)
{
    const int major = plan->format & SF_FORMAT_TYPEMASK;
    unsigned char bytes[MBT_CHAN_BYTES];
    SF_CHUNK_INFO chunk = {.id_size = 4, .datalen = sizeof bytes, .data = bytes};
    if (!plan->stores || (major != SF_FORMAT_CAF && major != SF_FORMAT_AIFF))
        return true;
    memcpy(chunk.id, major == SF_FORMAT_CAF ? "chan" : "CHAN", chunk.id_size);
    if (plan->order != NULL)
        mbt_make_alac_chan(channels, bytes);
    else
        mbt_make_chan(plan->mask, channels, bytes);
    return sf_set_chunk(file, &chunk) == SF_ERR_NO_ERROR;
}

static unsigned char *put(unsigned char *at, uint64_t value, size_t count, bool big_endian)
{
    for (size_t i = 0; i < count; i++)
        at[i] = (unsigned char)(value >> (8 * (big_endian ? count - 1 - i : i)));
    return at + count;
}

/* A mask with the tag at the beginning moved behind it, as the first bytes of a GUID. */
void mbt_make_fmt(const unsigned char plain[MBT_PLAIN_FMT_BYTES], uint32_t mask, unsigned char bytes[MBT_FMT_BYTES])
{
    enum { EXTENSIBLE = 0xfffe, MORE_BYTES = 22, BITS_AT = 14 };
    static const unsigned char guid_end[14] = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
    memcpy(bytes, plain, MBT_PLAIN_FMT_BYTES);
    unsigned char *at = bytes + MBT_PLAIN_FMT_BYTES;
    at = put(at, MORE_BYTES, 2, false);
    memcpy(at, plain + BITS_AT, 2);
    at = put(at + 2, mask, 4, false);
    memcpy(at, plain, 2);
    memcpy(at + 2, guid_end, sizeof guid_end);
    put(bytes, EXTENSIBLE, 2, false);
}

static bool write_at(int fd, uint64_t at, const unsigned char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = pwrite(fd, bytes, count, (off_t)at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        at += (uint64_t)written;
        count -= (size_t)written;
    }
    return true;
}

/* Makes room for `count` bytes at `at`: all behind them moves, from the end on. */
static bool make_room(int fd, uint64_t at, uint64_t end, size_t count)
{
    mbt_byte_reader reader;
    while (end > at) {
        const size_t part = end - at < MBT_READER_BYTES ? (size_t)(end - at) : MBT_READER_BYTES;
        mbt_byte_reader_begin(&reader, fd, end);
        const unsigned char *bytes = mbt_bytes_at(&reader, end - part, part);
        if (bytes == NULL || !write_at(fd, end - part + count, bytes, part))
            return false;
        end -= part;
    }
    return true;
}

/* Of WAV and RF64, whose chunk has room for a mask. */
static bool store_mask(int fd, mbt_byte_reader *reader, uint32_t mask)
{
    enum { MASK_AT = 20, MASK_BYTES = 4 };
    mbt_chunk fmt;
    unsigned char bytes[MASK_BYTES];
    if (!mbt_find_chunk(reader, 0, "fmt ", &fmt) || fmt.length < MBT_FMT_BYTES)
        return false;
    put(bytes, mask, sizeof bytes, fmt.big_endian);
    return write_at(fd, fmt.at + MASK_AT, bytes, sizeof bytes);
}

/* Of W64, of which libsndfile writes the plain kind: the chunk grows. The file's length is in its bytes 16 to 23. */
static bool store_w64(int fd, mbt_byte_reader *reader, uint32_t mask)
{
    enum { FILE_LENGTH_AT = 16, LENGTH_BYTES = 8, HEAD_BYTES = 24 };
    mbt_chunk fmt;
    unsigned char plain[MBT_PLAIN_FMT_BYTES], bytes[LENGTH_BYTES + MBT_FMT_BYTES];
    if (!mbt_find_chunk(reader, 0, "fmt ", &fmt) || fmt.length < sizeof plain || fmt.length > MBT_FMT_BYTES)
        return false;
    const unsigned char *old = mbt_bytes_at(reader, fmt.at, sizeof plain);
    if (old == NULL)
        return false;
    memcpy(plain, old, sizeof plain);
    const uint64_t behind = fmt.at + (fmt.length + 7) / 8 * 8, end = reader->end;
    const size_t more = (size_t)(fmt.at + MBT_FMT_BYTES - behind);
    put(bytes, HEAD_BYTES + MBT_FMT_BYTES, LENGTH_BYTES, false);
    mbt_make_fmt(plain, mask, bytes + LENGTH_BYTES);
    if (!make_room(fd, behind, end, more) || !write_at(fd, fmt.at - LENGTH_BYTES, bytes, sizeof bytes))
        return false;
    put(bytes, end + more, LENGTH_BYTES, false);
    return write_at(fd, FILE_LENGTH_AT, bytes, LENGTH_BYTES);
}

/* Of FLAC, unless it is what a FLAC has that does not say. libsndfile writes no comments but those of its own list. */
static bool store_comment(int fd, mbt_byte_reader *reader, uint32_t mask, int channels)
{
    enum { MOST = 0xffffff, LENGTH_BYTES = 3 };
    mbt_comment place;
    char text[64];
    unsigned char bytes[4 + sizeof text];
    if (mask == mbt_flac_mask(channels))
        return true;
    if (!mbt_find_comment(reader, 0, NULL, &place))
        return false;
    const size_t length = (size_t)snprintf(text, sizeof text, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x%04X", mask);
    const size_t more = 4 + length;
    if (place.block_length + more > MOST) {
        errno = EFBIG;
        return false;
    }
    memcpy(put(bytes, length, 4, false), text, length);
    if (!make_room(fd, place.at, reader->end, more) || !write_at(fd, place.at, bytes, more))
        return false;
    put(bytes, place.count + UINT64_C(1), 4, false);
    if (!write_at(fd, place.count_at, bytes, 4))
        return false;
    put(bytes, place.block_length + more, LENGTH_BYTES, true);
    return write_at(fd, place.block + 1, bytes, LENGTH_BYTES);
}

bool mbt_end_layout(int fd, const mbt_channel_plan *plan, int channels)
{
    mbt_byte_reader reader;
    struct stat about;
    if (!plan->stores)
        return true;
    if (fstat(fd, &about) != 0)
        return false;
    mbt_byte_reader_begin(&reader, fd, (uint64_t)about.st_size);
    errno = EIO; /* of a file that is not as expected */
    switch (plan->format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
        return store_mask(fd, &reader, plan->mask);
    case SF_FORMAT_W64:
        return store_w64(fd, &reader, plan->mask);
    case SF_FORMAT_FLAC:
        return store_comment(fd, &reader, plan->mask, channels);
    default:
        return true;
    }
}

void mbt_warn_of_names(const mbt_channel_plan *plan, int channels, const char *out_path)
{
    char wanted[MBT_SPEAKER_LIST], got[MBT_SPEAKER_LIST];
    if (!plan->misses)
        return;
    mbt_list_speakers(plan->mask, channels, wanted);
    if (plan->order == NULL) {
        mbt_complain("warning: %s: this format cannot say which loudspeakers the channels are for; they are stored in "
                     "the order %s",
                     out_path, wanted);
        return;
    }
    mbt_list_fitted(plan->order, plan->from, channels, got);
    mbt_complain("warning: %s: this format has no such loudspeakers: the channels %s are stored as %s", out_path,
                 wanted, got);
}
