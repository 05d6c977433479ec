/* linear.c: linear layers. */
#include "compiler/layers/linear.h"

#include <stdio.h>

bool mbt_fold_matrix(const mbt_fold *fold, const char *prefix, const char *name, const mbt_weights *weights,
                     mbt_matrix *matrix)
{
    char layer[MBT_LAYER_NAME];
    snprintf(layer, sizeof layer, "%s_%s", prefix, name);
    return mbt_pack_matrix(fold->arrays, layer, weights, mbt_rules_type(&fold->storage->rules, layer), matrix,
                           fold->error);
}

bool mbt_fold_linear(const mbt_fold *fold, const char *prefix, const char *name, const float *weight, const float *bias,
                     uint32_t k, uint32_t n, mbt_matrix *matrix)
{
    mbt_weights weights;
    if (!mbt_weights_init(&weights, 1, k, n, fold->error))
        return false;
    for (uint32_t o = 0; o < n; o++) {
        for (uint32_t i = 0; i < k; i++)
            *mbt_weights_at(&weights, 0, i, o) = weight[(size_t)o * k + i];
        weights.bias[o] = bias != NULL ? bias[o] : 0;
    }
    const bool done = mbt_fold_matrix(fold, prefix, name, &weights, matrix);
    mbt_weights_free(&weights);
    return done;
}
