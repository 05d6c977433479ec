/* geometry.h: how many positions (frame, bin) a second of audio has. */
#ifndef MBT_COMPILER_LAYERS_GEOMETRY_H
#define MBT_COMPILER_LAYERS_GEOMETRY_H

#include "compiler/read/config.h"

/* F: the bins of a spectrum. */
static inline uint32_t mbt_bins(const mbt_config *config)
{
    return config->n_fft / 2 + 1;
}

/* F': the bins inside the network. */
static inline uint32_t mbt_inner_bins(const mbt_config *config)
{
    return (mbt_bins(config) - 3) / 2 + 1;
}

static inline double mbt_positions(const mbt_config *config)
{
    return (double)config->sampling_rate / config->hop_size * mbt_bins(config);
}

static inline double mbt_inner_positions(const mbt_config *config)
{
    return (double)config->sampling_rate / config->hop_size * mbt_inner_bins(config);
}

#endif
