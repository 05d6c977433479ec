/* chan_chunk.h: the chunk in which CAF ("chan") and AIFF ("CHAN") say which channel is for which loudspeaker. */
#ifndef MBT_TOOLS_AUDIO_CHANNELS_CHAN_CHUNK_H
#define MBT_TOOLS_AUDIO_CHANNELS_CHAN_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "tools/audio/channels/layout.h"

/* A tag, a mask, a number of descriptions; and 20 bytes for each of those. */
enum { MBT_CHAN_BYTES = 12, MBT_CHAN_DESCRIPTION_BYTES = 20 };

/* The layout that the contents of such a chunk say, of `held` bytes. One that has no speakers, or other ones than are
 * known, or that is for another number of channels: no channel has a speaker. */
mbt_layout mbt_read_chan(const unsigned char *bytes, size_t held, int channels);

/* Makes the contents of the chunk for channels in the order of WAVE, or in that of ALAC. */
void mbt_make_chan(uint32_t mask, int channels, unsigned char bytes[MBT_CHAN_BYTES]);
void mbt_make_alac_chan(int channels, unsigned char bytes[MBT_CHAN_BYTES]);

#endif
