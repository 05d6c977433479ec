/* find_layout.h: which loudspeakers the channels of a sound file are for, and in which order it has them. */
#ifndef MBT_TOOLS_AUDIO_CHANNELS_FIND_LAYOUT_H
#define MBT_TOOLS_AUDIO_CHANNELS_FIND_LAYOUT_H

#include <stdint.h>

#include <sndfile.h>

#include "tools/audio/channels/layout.h"

/* That of the sound file in bytes [begin, end) of fd, which libsndfile reads as `info` says. It does not put channels
 * in order, and knows no more than the masks of WAV and some of Apple's layouts; in version 1.2 it reads beyond what it
 * knows (tests/fuzz, seeds/audio/second-fmt.rf64). So the bytes are read here. */
mbt_layout mbt_find_layout(int fd, uint64_t begin, uint64_t end, const SF_INFO *info);

/* That of the contents of WAV's chunk "fmt ", of `held` bytes. */
mbt_layout mbt_read_wave_layout(const unsigned char *bytes, size_t held, bool big_endian, int channels);

/* Speakers of 3 to 8 channels of a FLAC that does not say; 0 for other numbers. */
uint32_t mbt_flac_mask(int channels);

#endif
