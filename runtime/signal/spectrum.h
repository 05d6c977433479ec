/* spectrum.h: short-time Fourier transform, there and back. */
#ifndef MBT_RUNTIME_SIGNAL_SPECTRUM_H
#define MBT_RUNTIME_SIGNAL_SPECTRUM_H

#include "runtime/signal/fft.h"
#include "runtime/signal/level.h"
#include "runtime/run.h"

/* Scratch memory of one worker. */
typedef struct mbt_spectrum_memory {
    float *frame, *scratch; /* [n_fft] */
    float *re, *im;         /* [F] */
} mbt_spectrum_memory;

typedef struct mbt_spectrum {
    mbt_fft fft;
    size_t hop;
    float *window;                 /* [n_fft] periodic Hann of `win` samples, centred */
    float *windowed;               /* [T][n_fft] frames of the result */
    mbt_spectrum_memory *memories; /* [threads] */
} mbt_spectrum;

/* Takes the memory and, if the arena has any, computes the tables. */
void mbt_spectrum_plan(mbt_spectrum *spectrum, const mbt_model *model, unsigned threads, mbt_arena *arena);

/* Takes the memory that the inverse alone needs. */
void mbt_spectrum_plan_inverse(mbt_spectrum *spectrum, size_t frames, mbt_arena *arena);

/* Centred frames of the recording at that level, reflected at both ends; planes: [T][F][2], |X|^compress_factor and the
 * phase. Samples below 2^-60 at that level count as 0. */
void mbt_spectrum_forward(mbt_run *run, const mbt_spectrum *spectrum, const float *samples, size_t count,
                          mbt_level level, float *planes);

/* Inverse of the spectrum (magnitude [T][F], phase of pairs [T][F][2]), overlap-added and divided by the sum of squared
 * windows and by the level. */
void mbt_spectrum_inverse(mbt_run *run, const mbt_spectrum *spectrum, const float *magnitude, const float *pairs,
                          float *samples, size_t count, mbt_level level);

#endif
