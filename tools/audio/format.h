/* format.h: which container and sample format a result is stored in. */
#ifndef MBT_TOOLS_AUDIO_FORMAT_H
#define MBT_TOOLS_AUDIO_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include <sndfile.h>

/* How samples are stored. */
typedef enum mbt_sample_format {
    MBT_FORMAT_AS_INPUT = 0,
    MBT_FORMAT_S16,
    MBT_FORMAT_S24,
    MBT_FORMAT_F32,
    MBT_FORMAT_S32, /* this and those below: of samples without a header alone */
    MBT_FORMAT_F64,
    MBT_FORMAT_U8,
    MBT_FORMAT_ALAW,
    MBT_FORMAT_ULAW
} mbt_sample_format;

/* Samples without a header, little-endian, interleaved. MBT_FORMAT_AS_INPUT: there is a header. */
typedef struct mbt_raw_layout {
    mbt_sample_format format;
    uint32_t channels, rate; /* Hz */
} mbt_raw_layout;

/* "s16" and so on; NULL for MBT_FORMAT_AS_INPUT. */
const char *mbt_format_name(mbt_sample_format format);

/* The format of that name; MBT_FORMAT_AS_INPUT if there is none. */
mbt_sample_format mbt_format_named(const char *name);

/* As libsndfile has it: SF_FORMAT_PCM_16 and so on; 0 for MBT_FORMAT_AS_INPUT. */
int mbt_format_subtype(mbt_sample_format format);

/* Bytes of a sample. */
unsigned mbt_format_bytes(mbt_sample_format format);

/* Whether the name has an extension of the sound files that are read and written, in small letters or capitals. */
bool mbt_is_recording_name(const char *path);

/* Whether the name has an extension of sound files that are neither read nor written: .m4a, .wma and the like. */
bool mbt_is_foreign_name(const char *path);

/* ".wav, .flac or .ogg" and so on: those extensions. */
#define MBT_EXTENSION_LIST 128
void mbt_list_extensions(char list[MBT_EXTENSION_LIST]);

/* Whether a format of libsndfile is MPEG audio, in a file of its own or in a WAV. */
bool mbt_is_mpeg(int format);

/* How to write the recording `in` to out_path. The container is that of out_path's extension if it is a known one, else
 * the input's. Samples are stored as in the input if the container can, in the same length, else in the nearest way it
 * can. On failure prints one error line and returns false. */
bool mbt_choose_format(const SF_INFO *in, const char *out_path, mbt_sample_format wanted, SF_INFO *out);

/* Whether so many frames can be stored in that format. If not, prints one error line and returns false. */
bool mbt_check_size(uint64_t frames, const SF_INFO *format, const char *out_path);

#endif
