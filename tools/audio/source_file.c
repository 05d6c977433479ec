/* source_file.c: samples of a sound file, by libsndfile. */
#include "tools/audio/source_file.h"

#include <stdio.h>

#include "tools/audio/data_extent.h"
#include "tools/base/message.h"

/* The codecs of blocks: SF_FORMAT_IMA_ADPCM to SF_FORMAT_G723_40 and what is between. MOST_FILLED: frames that can fill up
 * a block. */
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
    mbt_data_extent extent = mbt_find_data_extent(recording->fd);
    bool cut = extent == MBT_DATA_CUT;
    if (recording->frames == 0 && recording->info.frames == 0 && extent == MBT_DATA_UNCOUNTED)
        return mbt_complain_of_no_length(recording->path);
    if (recording->frames == 0 && (error != 0 || cut || recording->info.frames > 0)) {
        return mbt_complain("%s: no samples can be read: %s", recording->path,
                            error != 0 ? sf_error_number(error) : "the file is cut short");
    }
    bool fewer = !is_open_ended(&recording->info) && (sf_count_t)recording->frames < recording->info.frames;
    recording->ended_early = recording->ended_early || error != 0 || cut || fewer;
    return true;
}

/* A codec that stores blocks fills up the last one. Where the samples end is in the chunk "fact" of WAV, which libsndfile
 * does not use for that: it takes the block whole. */
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

bool mbt_source_open_file(mbt_recording *recording, char reason[MBT_SOURCE_REASON])
{
    if (mbt_is_sample_dump(recording->fd)) {
        snprintf(reason, MBT_SOURCE_REASON, "a MIDI sample dump, which is not read");
        return false;
    }
    recording->file = sf_open_fd(recording->fd, SFM_READ, &recording->info, SF_FALSE);
    if (recording->file == NULL) {
        snprintf(reason, MBT_SOURCE_REASON, "not a recording that libsndfile can read: %s", sf_strerror(NULL));
        return false;
    }
    recording->source = &source;
    if (recording->info.channels < 1 || recording->info.samplerate < 1) {
        snprintf(reason, MBT_SOURCE_REASON, "the header has no channels or no sample rate");
        return false;
    }
    limit_to_fact(recording);
    return true;
}
