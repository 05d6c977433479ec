/* hops.h: the short-time Fourier transform of a stream, for causal networks: one hop in, one frame, one hop out.
 *
 * Frame t sees the samples (t + 1) hop - win to (t + 1) hop - 1, zeros before the first. Once it is done, the samples
 * (t + 1) hop - win to (t + 2) hop - win - 1 of the result are complete. */
#ifndef MBT_RUNTIME_SIGNAL_HOPS_H
#define MBT_RUNTIME_SIGNAL_HOPS_H

#include "runtime/signal/spectrum.h"

typedef struct mbt_hops {
    float *input;      /* [win]: the last samples, and room for the next hop */
    float *oldest;     /* [hop]: the samples of the input that belong to the next hop of the result */
    float *sum;        /* [win]: the overlap-added frames, from the first sample that is not complete */
    float *envelope;   /* [hop]: the sum of squared windows, which repeats from hop to hop */
    double power;      /* of the input: a running mean of the frames' mean squares */
    uint32_t measured; /* frames in that mean, at most level_frames */
    float level;       /* of the frame that was transformed last */
    size_t quiet;      /* how many frames in a row had no sample but zeros */
    size_t rest;       /* after so many the network rests */
} mbt_hops;

/* Takes the memory. Computes envelope unless the arena only counts. spectrum: the window and the transform. */
void mbt_hops_plan(mbt_hops *hops, const mbt_model *model, const mbt_spectrum *spectrum, mbt_arena *arena);

/* Begins a stream. */
void mbt_hops_reset(mbt_hops *hops, const mbt_model *model);

/* Where the samples of the next hop belong. */
float *mbt_hops_newest(const mbt_hops *hops, const mbt_model *model);

/* Takes the frame that ends with the newest hop, and makes room for the next hop.
 *
 * Returns false if the network rests. That is after 3 s of samples that are all zero. What it would give is zeros too,
 * since the mask multiplies the magnitude, so only its state differs. */
bool mbt_hops_take(const mbt_run *run, mbt_hops *hops, const mbt_spectrum *spectrum);

/* Transforms the frame that was taken. planes: [F][2], (|X| / level)^compress_factor and the phase.
 *
 * The level is the root of the mean power of the last level_frames frames or so:
 *     p = mean square of the windowed samples;  if p > 1e-10: n = min(n + 1, level_frames), power += (p - power) / n
 *     level = max(sqrt(power), 1e-6)
 * so that frames below -100 dB, as of a muted microphone, leave it as it is. */
void mbt_hops_forward(const mbt_run *run, mbt_hops *hops, const mbt_spectrum *spectrum, float *planes);

/* The inverse: adds the frame with magnitude [F] and the phase of pairs [F][2] to the result. */
void mbt_hops_inverse(const mbt_run *run, mbt_hops *hops, const mbt_spectrum *spectrum, const float *magnitude,
                      const float *pairs);

/* Gives the samples that are complete once the frame that was taken has been added, or the network rested. out: [hop],
 * mixed with those of the input: run->dry is their share. */
void mbt_hops_give(const mbt_run *run, mbt_hops *hops, float *out);

#endif
