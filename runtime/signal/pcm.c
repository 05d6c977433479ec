/* pcm.c: conversion between floats and 16-bit integers. */
#include "mambattention/mambattention.h"

#include "runtime/system/float_mode.h"

/* Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, ties to even. */
#define ROUND 12582912.0f

void mbt_to_s16(const float *in, int16_t *out, size_t samples)
{
    mbt_float_mode saved; /* the caller may have set another rounding mode */
    mbt_float_mode_enter(&saved);
    for (size_t i = 0; i < samples; i++) {
        const float scaled = in[i] * 32768.0f;
        const float clipped = scaled > 32767.0f ? 32767.0f : scaled < -32768.0f ? -32768.0f : scaled;
        const float rounded = (clipped == clipped ? clipped : 0.0f) + ROUND;
        out[i] = (int16_t)(rounded - ROUND);
    }
    mbt_float_mode_leave(&saved);
}

void mbt_from_s16(const int16_t *in, float *out, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        out[i] = (float)in[i] / 32768.0f;
}
