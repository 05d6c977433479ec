/* store_layout.h: how a sound file that is written says which loudspeakers its channels are for. */
#ifndef MBT_TOOLS_AUDIO_CHANNELS_STORE_LAYOUT_H
#define MBT_TOOLS_AUDIO_CHANNELS_STORE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <sndfile.h>

#include "tools/audio/channels/layout.h"

/* What becomes of the channels in a format. With two of them or fewer: nothing. */
typedef struct mbt_channel_plan {
    int format;                       /* of libsndfile: the one that was wanted, or WAV with room for a mask instead */
    bool stores;                      /* a mask is stored, or a chunk */
    bool misses;                      /* the format cannot name all speakers, or names some otherwise */
    uint32_t mask;                    /* of the speakers */
    const unsigned char *order;       /* of speakers, if the format has this one alone. Else NULL: that of the mask */
    unsigned char from[MBT_SPEAKERS]; /* if so, the channel that is stored at each place */
} mbt_channel_plan;

/* How a recording of that layout is written as `format`. */
mbt_channel_plan mbt_plan_channels(const mbt_layout *layout, const SF_INFO *format);

/* Before samples are written: of CAF and AIFF, a chunk. False: out of memory. */
bool mbt_begin_layout(SNDFILE *file, const mbt_channel_plan *plan, int channels);

/* When all is written, in the file that libsndfile has closed: the mask of WAV, RF64, W64 and FLAC, of which it writes
 * a few or none. False: it could not be written; errno says why. */
bool mbt_end_layout(int fd, const mbt_channel_plan *plan, int channels);

/* The contents of WAV's chunk "fmt " in the longer kind, which has a mask, from those of the plain kind. */
enum { MBT_PLAIN_FMT_BYTES = 16, MBT_FMT_BYTES = 40 };
void mbt_make_fmt(const unsigned char plain[MBT_PLAIN_FMT_BYTES], uint32_t mask, unsigned char bytes[MBT_FMT_BYTES]);

/* Prints a warning line if the plan misses speakers. */
void mbt_warn_of_names(const mbt_channel_plan *plan, int channels, const char *out_path);

#endif
