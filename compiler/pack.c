/* pack.c: from matrices in double to the layout that every kernel reads. */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

bool mbt_dense_init(mbt_dense *dense, uint32_t taps, uint32_t k, uint32_t n, mbt_error *error)
{
    *dense = (mbt_dense){.taps = taps, .k = k, .n = n};
    if (k <= SIZE_MAX / sizeof(double) / taps / n) {
        dense->weight = calloc((size_t)taps * k * n, sizeof *dense->weight);
        dense->bias = calloc(n, sizeof *dense->bias);
    }
    if (dense->weight == NULL || dense->bias == NULL) {
        mbt_dense_free(dense);
        return mbt_fail(error, "out of memory for a matrix of %lu x %lu x %lu", (unsigned long)taps, (unsigned long)k,
                        (unsigned long)n);
    }
    return true;
}

void mbt_dense_free(mbt_dense *dense)
{
    free(dense->weight);
    free(dense->bias);
    dense->weight = NULL;
    dense->bias = NULL;
}

/* data[panel][tap][k][16] */
static void pack_f32(const mbt_dense *dense, float *data)
{
    for (uint32_t first = 0; first < dense->n; first += MBT_LANES) {
        const uint32_t lanes = dense->n - first < MBT_LANES ? dense->n - first : MBT_LANES;
        for (uint32_t tap = 0; tap < dense->taps; tap++) {
            for (uint32_t i = 0; i < dense->k; i++, data += MBT_LANES) {
                const double *row = mbt_dense_at(dense, tap, i, first);
                for (uint32_t lane = 0; lane < lanes; lane++) {
                    data[lane] = (float)row[lane];
                }
            }
        }
    }
}

static const void *pack_weights(mbt_network *network, uint32_t part, const char *prefix, const mbt_dense *dense,
                                mbt_weight_type type, mbt_error *error)
{
    const size_t count = (size_t)dense->taps * dense->k * MBT_PADDED((size_t)dense->n);
    switch (type) {
    case MBT_WEIGHT_F32: {
        float *data = mbt_network_array(network, part, prefix, "weights", count, error);
        if (data != NULL) {
            pack_f32(dense, data);
        }
        return data;
    }
    default:
        mbt_fail(error, "%s: weights of type %d cannot be packed", prefix, (int)type);
        return NULL;
    }
}

bool mbt_pack_matrix(mbt_network *network, uint32_t part, const char *prefix, const mbt_dense *dense,
                     mbt_weight_type type, mbt_matrix *matrix, mbt_error *error)
{
    const void *data = pack_weights(network, part, prefix, dense, type, error);
    if (data == NULL) {
        return false;
    }
    float *bias = mbt_network_array(network, part, prefix, "bias", MBT_PADDED((size_t)dense->n), error);
    if (bias == NULL) {
        return false;
    }
    for (uint32_t o = 0; o < dense->n; o++) {
        bias[o] = (float)dense->bias[o];
    }
    *matrix = (mbt_matrix){.type = (uint32_t)type,
                           .taps = dense->taps,
                           .k = dense->k,
                           .n = dense->n,
                           .data = data,
                           .scale = NULL,
                           .bias = bias};
    return true;
}

const float *mbt_pack_vector(mbt_network *network, uint32_t part, const char *prefix, const char *name,
                             const float *values, uint32_t n, mbt_error *error)
{
    float *data = mbt_network_array(network, part, prefix, name, MBT_PADDED((size_t)n), error);
    if (data != NULL) {
        memcpy(data, values, n * sizeof *data);
    }
    return data;
}
