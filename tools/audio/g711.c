/* g711.c: A-law and mu-law. A byte has a sign, a segment of 3 bits and a step of 4 bits. Each segment is twice as wide
 * as the one below; a byte stands for the middle of its step. Source: ITU-T G.711 (11/88), tables 1 and 2. */
#include "tools/audio/g711.h"

/* mu-law counts from 132 below zero, which makes its first segment like the others; the largest sample is 32635. */
enum { ULAW_BIAS = 132, ULAW_MOST = 32635 };

/* A-law is sent with every second bit inverted, mu-law with all of them. */
enum { ALAW_MASK = 0x55, ULAW_MASK = 0xff, SIGN = 0x80 };

int mbt_alaw_to_linear(unsigned char byte)
{
    const int bits = byte ^ ALAW_MASK, segment = bits >> 4 & 7;
    int value = (bits & 15) * 16 + 8; /* in steps of 16, the first two segments */
    if (segment > 0)
        value = (value + 256) << (segment - 1);
    return bits & SIGN ? value : -value;
}

int mbt_ulaw_to_linear(unsigned char byte)
{
    const int bits = byte ^ ULAW_MASK, segment = bits >> 4 & 7;
    const int value = (((bits & 15) * 8 + ULAW_BIAS) << segment) - ULAW_BIAS;
    return bits & SIGN ? -value : value;
}

/* The segment of a value: how often it can be halved before it is below `first`. */
static int segment_of(int value, int first)
{
    int segment = 0;
    for (; value >= first; value /= 2)
        segment++;
    return segment;
}

unsigned char mbt_linear_to_alaw(int linear)
{
    const int sign = linear >= 0 ? SIGN : 0, value = linear >= 0 ? linear : -linear - 1;
    const int segment = segment_of(value, 256);
    const int step = value >> (segment > 0 ? segment + 3 : 4) & 15;
    return (unsigned char)((sign | segment << 4 | step) ^ ALAW_MASK);
}

unsigned char mbt_linear_to_ulaw(int linear)
{
    const int sign = linear >= 0 ? 0 : SIGN, size = linear >= 0 ? linear : (3 - linear) / 4 * 4; /* of 14 bits */
    const int value = (size < ULAW_MOST ? size : ULAW_MOST) + ULAW_BIAS;
    const int segment = segment_of(value, 256);
    return (unsigned char)((sign | segment << 4 | (value >> (segment + 3) & 15)) ^ ULAW_MASK);
}
