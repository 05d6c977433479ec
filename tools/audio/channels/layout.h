/* layout.h: which loudspeaker each channel is for, and the orders in which containers store channels.
 * A recording that is read has its channels in the order of WAVE: that of the bits of its mask. */
#ifndef MBT_TOOLS_AUDIO_CHANNELS_LAYOUT_H
#define MBT_TOOLS_AUDIO_CHANNELS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loudspeakers, by their bits in a mask of WAVE_FORMAT_EXTENSIBLE. Source: Microsoft, "Multiple Channel Audio Data and
 * WAVE Files". */
typedef enum mbt_speaker {
    MBT_FL,
    MBT_FR,
    MBT_FC,
    MBT_LFE,
    MBT_BL,
    MBT_BR,
    MBT_FLC,
    MBT_FRC,
    MBT_BC,
    MBT_SL,
    MBT_SR,
    MBT_TC,
    MBT_TFL,
    MBT_TFC,
    MBT_TFR,
    MBT_TBL,
    MBT_TBC,
    MBT_TBR,
    MBT_SPEAKERS, /* how many there are; as a speaker: none */
} mbt_speaker;

typedef struct mbt_layout {
    uint32_t mask; /* speakers: that of the lowest bit is the first channel's. Channels beyond the last bit have none */
    bool stated;   /* by the file, or by its format for all files. Else it is the one that WAVE has by default */
    bool reordered;                   /* the file has its channels in another order: */
    unsigned char from[MBT_SPEAKERS]; /* the channel of the file for each of ours, if so */
} mbt_layout;

/* Of a recording that does not say: by default, in WAVE, 3 to 8 channels have these speakers. 0 for other numbers. */
uint32_t mbt_default_mask(int channels);
mbt_layout mbt_default_layout(int channels);

/* Of channels in the order of the bits. Those of more speakers than there are channels do not count. */
mbt_layout mbt_layout_of_mask(uint32_t mask, int channels);

/* Of channels in the order of `speakers`. One that is twice there, or none (MBT_SPEAKERS): no channel has a speaker,
 * and they stay in the order of the file. */
mbt_layout mbt_layout_of_order(const unsigned char *speakers, int channels);

/* How many speakers there are. */
int mbt_count_speakers(uint32_t mask);

/* The order in which a codec stores 3 to 8 channels, whatever they are; NULL for other numbers. */
const unsigned char *mbt_vorbis_order(int channels);
const unsigned char *mbt_alac_order(int channels);

/* Fits channels that have the speakers of `mask` to the places in `order`: from[k] is the channel for place k. What
 * finds its speaker there goes to it; then the sides to the back and the back to the sides; then the rest, as it comes.
 * Whether every channel found its own speaker. */
bool mbt_fit_to_order(uint32_t mask, const unsigned char *order, int channels, unsigned char *from);

/* Brings channels into another order in place: from[k] is the channel that becomes channel k. At most MBT_SPEAKERS. */
void mbt_reorder(float *samples, size_t frames, size_t channels, const unsigned char *from);

/* The names of the first channels' speakers, as "FL FR LFE"; "-" for none. */
#define MBT_SPEAKER_LIST 128
void mbt_list_speakers(uint32_t mask, int channels, char list[MBT_SPEAKER_LIST]);

/* The same for the channels that are fitted to an order. */
void mbt_list_fitted(const unsigned char *order, const unsigned char *from, int channels, char list[MBT_SPEAKER_LIST]);

#endif
