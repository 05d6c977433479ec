/* norm.c: the norm after a convolution. */
#include "compiler/layers/norm.h"

#include <math.h>

#define BATCH_NORM_EPS 1e-5 /* PyTorch's, which the network does not change */

bool mbt_norm_walk_tensors(const mbt_walk *walk, const mbt_place *place, const char *prefix, uint64_t channels,
                           mbt_raw_norm *norm)
{
    return mbt_walk_vector(walk, &norm->gain, MBT_ROLE_GAIN, channels, prefix, "weight") &&
           mbt_walk_vector(walk, &norm->offset, MBT_ROLE_BIAS, channels, prefix, "bias") &&
           (!place->causal ||
            (mbt_walk_vector(walk, &norm->mean, MBT_ROLE_MEAN, channels, prefix, "running_mean") &&
             mbt_walk_vector(walk, &norm->variance, MBT_ROLE_VARIANCE, channels, prefix, "running_var") &&
             mbt_walk_tensor(walk, &norm->count, MBT_ROLE_COUNT, 0, MBT_SCALAR, "%s.num_batches_tracked", prefix)));
}

/* (w x + b - mean) s + offset, where s = gain / sqrt(variance + eps), is (w s) x + ((b - mean) s + offset). */
void mbt_norm_fold(const mbt_raw_norm *norm, mbt_weights *weights)
{
    for (uint32_t o = 0; o < weights->n; o++) {
        const double scale = norm->gain[o] / sqrt(norm->variance[o] + BATCH_NORM_EPS);
        for (uint32_t tap = 0; tap < weights->taps; tap++)
            for (uint32_t i = 0; i < weights->k; i++)
                *mbt_weights_at(weights, tap, i, o) *= scale;
        weights->bias[o] = (weights->bias[o] - norm->mean[o]) * scale + norm->offset[o];
    }
}

bool mbt_norm_pack(const mbt_fold *fold, const mbt_place *place, const char *prefix, const mbt_raw_norm *norm,
                   const float **gain, const float **offset)
{
    const uint32_t c = place->config->hid_feature;
    *gain = *offset = NULL;
    if (place->causal)
        return true;
    *gain = mbt_pack_vector(fold->arrays, prefix, "gain", norm->gain, c, fold->error);
    *offset = mbt_pack_vector(fold->arrays, prefix, "offset", norm->offset, c, fold->error);
    return *gain != NULL && *offset != NULL;
}
