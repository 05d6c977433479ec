/* source_file.c: samples of a sound file, by libsndfile. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/source_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/audio/channels/find_layout.h"
#include "tools/audio/extent/data_extent.h"
#include "tools/audio/extent/endless_list.h"
#include "tools/audio/extent/file_view.h"
#include "tools/audio/format.h"
#include "tools/audio/source_parts.h"
#include "tools/base/message.h"

/* The codecs of blocks: SF_FORMAT_IMA_ADPCM to SF_FORMAT_G723_40 and what is between. MOST_FILLED: frames that can fill
 * up a block. */
enum { LAST_BLOCK_CODEC = SF_FORMAT_G723_40, MOST_FILLED = 65536 };

static bool read_next(mbt_recording *recording, float *samples, size_t most, size_t *frames)
{
    if (recording->limit > 0 && most > recording->limit - recording->frames)
        most = recording->limit - recording->frames;
    sf_count_t got = most > 0 ? sf_readf_float(recording->file, samples, (sf_count_t)most) : 0;
    *frames = got > 0 ? (size_t)got : 0;
    return true;
}

/* libsndfile gives this length to a FLAC or an MP3 whose header has none, as when it was written to a pipe, and to an
 * Ogg file that lacks its last page: that one is cut. */
static bool is_open_ended(const SF_INFO *info)
{
    return info->frames == SF_COUNT_MAX && (info->format & SF_FORMAT_TYPEMASK) != SF_FORMAT_OGG;
}

/* Whether this is all that there should be. */
static bool check_end(mbt_recording *recording)
{
    int error = sf_error(recording->file);
    const mbt_data_extent extent = mbt_find_data_extent(recording->fd);
    const bool unread = extent.kind == MBT_DATA_UNCOUNTED && !recording->no_length;
    bool cut = extent.kind == MBT_DATA_CUT;
    if (recording->frames == 0 && (error != 0 || cut || unread || recording->info.frames > 0)) {
        return mbt_complain("%s: no samples can be read: %s", recording->path,
                            error != 0 ? sf_error_number(error) : "the file is cut short");
    }
    bool fewer = !is_open_ended(&recording->info) && (sf_count_t)recording->frames < recording->info.frames;
    recording->ended_early = recording->ended_early || error != 0 || cut || fewer;
    recording->unread = extent.unread;
    return true;
}

/* A codec that stores blocks fills up the last one. Where the samples end is in the chunk "fact" of WAV, which
 * libsndfile does not use for that: it takes the block whole. */
static void limit_to_fact(mbt_recording *recording)
{
    const int major = recording->info.format & SF_FORMAT_TYPEMASK, subtype = recording->info.format & SF_FORMAT_SUBMASK;
    unsigned char count[4];
    SF_CHUNK_INFO chunk = {.id = "fact", .id_size = 4};
    SF_CHUNK_ITERATOR *found = major == SF_FORMAT_WAV && subtype >= SF_FORMAT_IMA_ADPCM && subtype <= LAST_BLOCK_CODEC
                                   ? sf_get_chunk_iterator(recording->file, &chunk)
                                   : NULL;
    if (found == NULL || sf_get_chunk_size(found, &chunk) != SF_ERR_NO_ERROR || chunk.datalen < sizeof count)
        return;
    chunk.data = count;
    chunk.datalen = sizeof count;
    if (sf_get_chunk_data(found, &chunk) != SF_ERR_NO_ERROR)
        return;
    const bool big_endian = (recording->info.format & SF_FORMAT_ENDMASK) == SF_ENDIAN_BIG;
    const sf_count_t frames = (sf_count_t)mbt_stored_number(count, sizeof count, big_endian);
    if (frames > 0 && frames < recording->info.frames && recording->info.frames - frames < MOST_FILLED) {
        recording->info.frames = frames;
        recording->limit = (size_t)frames;
    }
}

static void close_file(mbt_recording *recording)
{
    sf_close(recording->file);
}

static const mbt_source source = {read_next, check_end, close_file};

/* Opens the file with all that follows as the length of its samples, where the header has another one. NULL: it cannot
 * be read. */
static SNDFILE *open_corrected(mbt_recording *recording, const mbt_data_extent *extent, SF_INFO *info)
{
    const uint64_t length = extent->left + extent->counted;
    const bool fits = extent->length_bytes == 8 || length < INT32_MAX;
    mbt_file_view *view = &recording->corrected;
    *view = (mbt_file_view){.fd = recording->fd,
                            .end = extent->begin + extent->left,
                            .patch_at = extent->length_at,
                            .patch_bytes = extent->length_bytes};
    for (unsigned i = 0; i < extent->length_bytes; i++) {
        const unsigned shift = 8 * (extent->big_endian ? extent->length_bytes - 1 - i : i);
        view->patch[i] = (unsigned char)(fits ? length >> shift : 0xff); /* 0xff: all that follows */
    }
    SNDFILE *file = mbt_file_view_open(view, info);
    if (file == NULL || info->frames > 0)
        return file;
    sf_close(file);
    return NULL;
}

/* Reads all that follows, or of a length that wrapped as much as the true one is. */
static void correct_length(mbt_recording *recording, const mbt_data_extent *extent)
{
    SF_INFO info;
    SNDFILE *file = open_corrected(recording, extent, &info);
    if (file == NULL)
        return;
    sf_close(recording->file);
    recording->file = file;
    recording->info = info;
    recording->no_length = extent->kind == MBT_DATA_UNCOUNTED;
}

/* Bytes of a sample; 0 if its codec has no fixed number. */
static unsigned sample_bytes(int format)
{
    switch (format & SF_FORMAT_SUBMASK) {
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

/* Some of libsndfile's readers take all that follows as samples, whatever the header says. */
static void limit_to_extent(mbt_recording *recording, const mbt_data_extent *extent)
{
    const uint64_t frame = (uint64_t)sample_bytes(recording->info.format) * (uint64_t)recording->info.channels;
    const bool known = extent->begin > 0 && extent->length > extent->before && extent->length <= extent->left;
    if (!known || frame == 0 || extent->kind == MBT_DATA_UNCOUNTED)
        return;
    const uint64_t frames = (extent->length - extent->before) / frame;
    if (frames > 0 && frames < (uint64_t)recording->info.frames) {
        recording->info.frames = (sf_count_t)frames;
        recording->limit = (size_t)frames;
    }
}

/* Looks for what libsndfile would leave out: samples behind a length that is not true, and parts. It is bytes
 * [begin, end) of the file. */
static bool take_all(mbt_recording *recording, uint64_t begin, uint64_t end)
{
    const mbt_data_extent extent = mbt_find_data_extent(recording->fd);
    const bool nothing = extent.kind == MBT_DATA_UNCOUNTED && recording->info.frames == 0;
    if (nothing || extent.kind == MBT_DATA_WRAPPED)
        correct_length(recording, &extent);
    else if (extent.kind == MBT_DATA_UNCOUNTED && (recording->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_W64)
        recording->no_length = true; /* libsndfile takes all that follows by itself */
    limit_to_fact(recording);
    limit_to_extent(recording, &extent);
    if (extent.begin > 0 && mbt_is_mpeg(recording->info.format)) { /* in a WAV */
        recording->unread = extent.unread;
        begin = extent.begin;
        const uint64_t said = mbt_is_length(extent.length, extent.length_bytes) ? extent.length : extent.left;
        end = begin + (said < extent.left ? said : extent.left);
    }
    return mbt_source_use_parts(recording, begin, end);
}

/* A CAF that is cut, that leaves its length open, or whose length is 0: libsndfile refuses them all. */
static SNDFILE *open_cut(mbt_recording *recording)
{
    const mbt_data_extent extent = mbt_find_data_extent(recording->fd);
    const bool uncounted = extent.kind == MBT_DATA_UNCOUNTED;
    if (extent.length_bytes == 0 || (!uncounted && extent.length <= extent.left))
        return NULL;
    recording->no_length = uncounted;
    return open_corrected(recording, &extent, &recording->info);
}

bool mbt_source_open_file(mbt_recording *recording, char reason[MBT_SOURCE_REASON])
{
    if (mbt_is_sample_dump(recording->fd)) {
        snprintf(reason, MBT_SOURCE_REASON, "a MIDI sample dump, which is not read");
        return false;
    }
    struct stat about;
    const off_t at = lseek(recording->fd, 0, SEEK_CUR);
    const bool known = at >= 0 && fstat(recording->fd, &about) == 0 && at <= about.st_size;
    const uint64_t begin = known ? (uint64_t)at : 0, end = known ? (uint64_t)about.st_size : 0;
    if (mbt_has_endless_list(recording->fd, begin, end)) {
        snprintf(reason, MBT_SOURCE_REASON, "its chunk LIST is damaged, and libsndfile would never end reading it");
        return false;
    }
    if (!mbt_view_first_part(recording->fd, begin, end, &recording->view)) {
        snprintf(reason, MBT_SOURCE_REASON, "out of memory");
        return false;
    }
    /* sf_open_fd would close the descriptor when it fails (1.2). */
    recording->file = mbt_file_view_open(&recording->view, &recording->info);
    if (recording->file == NULL) {
        const char *why = sf_strerror(NULL);
        size_t length = strlen(why);
        length -= length > 0 && why[length - 1] == '.'; /* what is printed may go on behind it */
        snprintf(reason, MBT_SOURCE_REASON, "not a recording that libsndfile can read: %.*s", (int)length, why);
        recording->file = open_cut(recording);
    }
    if (recording->file == NULL)
        return false;
    recording->source = &source;
    if (recording->info.channels < 1 || recording->info.samplerate < 1) {
        snprintf(reason, MBT_SOURCE_REASON, "the header has no channels or no sample rate");
        return false;
    }
    recording->layout = mbt_find_layout(recording->fd, begin, end, &recording->info);
    if (take_all(recording, begin, end))
        return true;
    snprintf(reason, MBT_SOURCE_REASON, "out of memory");
    return false;
}
