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

/* The weight of one point for the frequency taps w: (w[0] + t w[1] + t^2 w[2]) / product of (t - s); last, w[2]. */
static double at_point(const double w[3], uint32_t point)
{
    static const double points[MBT_WINOGRAD_POINTS - 1] = {0, 0.75, -0.75, 1.5, -1.5};
    if (point == MBT_WINOGRAD_POINTS - 1) {
        return w[2];
    }
    const double t = points[point];
    double product = 1;
    for (uint32_t other = 0; other < MBT_WINOGRAD_POINTS - 1; other++) {
        product *= other == point ? 1 : t - points[other];
    }
    return (w[0] + t * w[1] + t * t * w[2]) / product;
}

/* The matrix of one group and point: from 3 time taps of n channels to n outputs. */
static void transform_group(const mbt_dense *conv, uint32_t group, uint32_t point, mbt_dense *transformed)
{
    const uint32_t n = conv->n;
    for (uint32_t i = 0; i < 3 * n; i++) {
        for (uint32_t o = 0; o < n; o++) {
            double w[3];
            for (uint32_t j = 0; j < 3; j++) {
                w[j] = *mbt_dense_at(conv, i / n * 3 + j, group * n + i % n, o);
            }
            *mbt_dense_at(transformed, 0, i, o) = at_point(w, point);
        }
    }
}

bool mbt_pack_winograd(mbt_network *network, uint32_t part, const char *prefix, const mbt_dense *conv,
                       mbt_matrix *matrix, mbt_error *error)
{
    const uint32_t n = conv->n, groups = conv->k / n;
    const size_t size = 3 * (size_t)n * MBT_PADDED((size_t)n);
    float *data = mbt_network_array(network, part, prefix, "weights", size * MBT_WINOGRAD_POINTS * groups, error);
    const float *bias = mbt_network_array(network, part, prefix, "bias", MBT_PADDED((size_t)n), error);
    mbt_dense transformed;
    if (data == NULL || bias == NULL || !mbt_dense_init(&transformed, 1, 3 * n, n, error)) {
        return false;
    }
    for (uint32_t group = 0; group < groups; group++) {
        for (uint32_t point = 0; point < MBT_WINOGRAD_POINTS; point++, data += size) {
            transform_group(conv, group, point, &transformed);
            pack_f32(&transformed, data);
        }
    }
    mbt_dense_free(&transformed);
    *matrix = (mbt_matrix){.type = MBT_WEIGHT_F32,
                           .taps = groups * MBT_WINOGRAD_POINTS,
                           .k = 3 * n,
                           .n = n,
                           .data = data - size * MBT_WINOGRAD_POINTS * groups,
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
