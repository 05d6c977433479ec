/* g711.h: samples of 8 bits on a logarithmic scale, as in telephony: ITU-T G.711. */
#ifndef MBT_TOOLS_AUDIO_G711_H
#define MBT_TOOLS_AUDIO_G711_H

/* The sample that a byte of A-law or of mu-law stands for, in 16 bits: -32768 to 32767. */
int mbt_alaw_to_linear(unsigned char byte);
int mbt_ulaw_to_linear(unsigned char byte);

/* The byte for a sample from -32768 to 32767: that of the step which it is in. */
unsigned char mbt_linear_to_alaw(int linear);
unsigned char mbt_linear_to_ulaw(int linear);

#endif
