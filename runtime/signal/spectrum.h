/* spectrum.h: the short-time Fourier transform and its inverse. */
#ifndef MBT_RUNTIME_SIGNAL_SPECTRUM_H
#define MBT_RUNTIME_SIGNAL_SPECTRUM_H

#include "runtime/signal/fft.h"
#include "runtime/signal/level.h"
#include "runtime/run.h"

/* One worker's scratch memory. */
typedef struct mbt_spectrum_memory {
    float *frame, *scratch; /* [n_fft] */
    float *re, *im;         /* [F] */
} mbt_spectrum_memory;

typedef struct mbt_spectrum {
    mbt_fft fft;
    size_t hop;
    float *window;                 /* [n_fft]: periodic Hann window of `win` samples, centred */
    float *windowed;               /* [T][n_fft]: windowed frames of the result */
    mbt_spectrum_memory *memories; /* [threads] */
} mbt_spectrum;

/* How many frames a recording has. They are centred on every hop-th sample from the first on. A length that is no
 * multiple of hop is continued to the next one, where the last frame is. So each sample has a frame whose middle is at
 * most half a hop away, and the sum of squared windows over it is not small. */
static inline size_t mbt_spectrum_frames(const mbt_model *model, size_t samples)
{
    return 1 + samples / model->hop + (samples % model->hop > 0);
}

/* Takes the memory. Computes the tables unless the arena only counts. */
void mbt_spectrum_plan(mbt_spectrum *spectrum, const mbt_model *model, unsigned threads, mbt_arena *arena);

/* Takes the memory that only the inverse needs. */
void mbt_spectrum_plan_inverse(mbt_spectrum *spectrum, size_t frames, mbt_arena *arena);

/* Transforms centred frames of the recording, normalised to `level`. planes: [T][F][2], |X|^compress_factor and the
 * phase. Normalised samples below 2^-60 count as 0. The recording of n samples is continued to the next multiple of
 * hop, N, with its mirror image, faded out, and reflected at both ends then:
 *     x[n - 1 + i] = x[n - 1 - i] (1 - i / (N - n + 1)),   1 <= i <= N - n */
void mbt_spectrum_forward(mbt_run *run, const mbt_spectrum *spectrum, const float *samples, size_t count,
                          mbt_level level, float *planes);

/* The inverse: magnitude [T][F], phase of pairs [T][F][2]. Frames are overlap-added, divided by the sum of squared
 * windows and by the level, and mixed with as many samples of in, which may be out: run->dry is their share. */
void mbt_spectrum_inverse(mbt_run *run, const mbt_spectrum *spectrum, const float *magnitude, const float *pairs,
                          const float *in, float *out, size_t count, mbt_level level);

#endif
