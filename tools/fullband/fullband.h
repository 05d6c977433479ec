/* fullband.h: live enhancement at any rate of the host, with a network that runs at its own, 16 kHz.
 *
 * The sound is brought to the network's rate, enhanced by mbt_process, and brought back. What lies above the network's
 * frequencies is dropped, or kept with a gain that follows what the network did to the highest of its own.
 *
 *     mbt_fullband *fullband = NULL;
 *     mbt_status status = mbt_fullband_open(model, &options, 48000, MBT_HIGH_BAND_KEEP, &fullband);
 *     ...
 *     replaced = mbt_fullband_process(fullband, block, block, count);   in the audio callback
 *     ...
 *     mbt_fullband_close(fullband);
 *
 * After mbt_fullband_open no function here allocates, takes a lock or makes a system call. One mbt_fullband serves one
 * call at a time; several share nothing but the model. */
#ifndef MBT_TOOLS_FULLBAND_FULLBAND_H
#define MBT_TOOLS_FULLBAND_FULLBAND_H

#include <stddef.h>

#include "mambattention/mambattention.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of the frequencies above those of the network. */
typedef enum mbt_high_band {
    MBT_HIGH_BAND_DROP, /* they are left out */
    MBT_HIGH_BAND_KEEP  /* they follow the network */
} mbt_high_band;

typedef struct mbt_fullband mbt_fullband;

/* Opens a causal model for sound of `rate` Hz. options: as for mbt_open, NULL for the defaults; options->memory is the
 * enhancer's alone, all else comes from options->allocate, or malloc. On failure *fullband is NULL.
 *
 * At the model's own rate the result has the bits of mbt_process. At other rates options->dry is mixed in here, with
 * all its frequencies. Rates below the model's work too; above them there is no high band.
 *
 * MBT_ERROR_ARGUMENT for NULL, and for a rate that cannot be served: those from 4 to 768 kHz can that are a whole
 * number of Hz and whose ratio to the model's rate is one of not too large numbers, as all usual ones are.
 * MBT_ERROR_STREAM for a model that is not causal. Otherwise as mbt_open. */
MBT_MUST_CHECK mbt_status mbt_fullband_open(const mbt_model *model, const mbt_options *options, double rate,
                                            mbt_high_band high_band, mbt_fullband **fullband);

/* The delay of the result, in samples at `rate`: exact, and the same at all times, whatever the blocks. 0 for NULL. */
size_t mbt_fullband_latency(const mbt_fullband *fullband);

/* Takes samples and gives as many: the result delayed by mbt_fullband_latency, which begins with as many zeros or, at
 * other rates than the model's, what the filters' ring before the first sample. Blocks may have any size, from call to
 * call another; the bits of the result do not depend on them. out may be in.
 * NaN and infinity count as silence, and the rest is limited to +-8, 18 dB above full scale. Returns how many samples
 * were replaced so, or MBT_ERROR_ARGUMENT. */
ptrdiff_t mbt_fullband_process(mbt_fullband *fullband, const float *in, float *out, size_t samples);

/* The share of the input in the result from the next sample on, 0 (default, or options->dry) to 1; it gets there
 * smoothly, within some 50 ms. 10^(-L / 20) limits what is taken away to L dB. Values outside count as the nearest
 * inside, NaN as 0. At the model's own rate options->dry is the network's, and this comes on top. */
void mbt_fullband_set_dry(mbt_fullband *fullband, float dry);

/* A meter: by how many dB the result is softer than the input at present, over some 300 ms; 0 to 100. 0 in silence, and
 * for NULL. */
float mbt_fullband_removed(const mbt_fullband *fullband);

/* Begins anew: what comes next has the bits of a new one, but for mbt_fullband_set_dry, whose share stays and is
 * reached at once. Does nothing for NULL. */
void mbt_fullband_reset(mbt_fullband *fullband);

/* Releases everything. Does nothing for NULL. */
void mbt_fullband_close(mbt_fullband *fullband);

#ifdef __cplusplus
}
#endif

#endif
