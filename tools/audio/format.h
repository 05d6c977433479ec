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
    MBT_FORMAT_F32
} mbt_sample_format;

/* Whether the name has an extension of the sound files that are read and written, in small letters or capitals. */
bool mbt_is_recording_name(const char *path);

/* ".wav, .flac or .ogg" and so on: those extensions. */
#define MBT_EXTENSION_LIST 128
void mbt_list_extensions(char list[MBT_EXTENSION_LIST]);

/* How to write the recording `in` to out_path. The container is that of out_path's extension if it is a known one, else
 * the input's. Samples are stored as in the input if the container can, else in the nearest way it can. On failure
 * prints one error line and returns false. */
bool mbt_choose_format(const SF_INFO *in, const char *out_path, mbt_sample_format wanted, SF_INFO *out);

/* Whether so many frames can be stored in that format. If not, prints one error line and returns false. */
bool mbt_check_size(uint64_t frames, const SF_INFO *format, const char *out_path);

#endif
