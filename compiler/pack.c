/* pack.c: from matrices in double to the layout that every kernel reads. */
#include "pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "elements.h"
#include "half.h"
#include "precision.h"

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

/* Stores a weight in the array's type, and counts what that changed. */
static bool put(mbt_array *array, size_t at, double weight, mbt_error *error)
{
    double stored;
    if (array->type == MBT_WEIGHT_F16) {
        const uint16_t bits = mbt_half_from_double(weight);
        ((uint16_t *)array->data)[at] = bits;
        stored = mbt_float_from_f16(bits);
        if (!isfinite(stored)) {
            return mbt_fail(error, "%s: a weight of %g does not fit f16, whose largest number is %g", array->name,
                            weight, MBT_HALF_MAX);
        }
    } else {
        const float rounded = (float)weight;
        ((float *)array->data)[at] = rounded;
        stored = rounded;
    }
    array->power += weight * weight;
    array->error += (stored - weight) * (stored - weight);
    return true;
}

/* data[panel][tap][k][16], from number `at` of the array on. */
static bool pack_panels(const mbt_dense *dense, mbt_array *array, size_t at, mbt_error *error)
{
    for (uint32_t first = 0; first < dense->n; first += MBT_LANES) {
        const uint32_t lanes = dense->n - first < MBT_LANES ? dense->n - first : MBT_LANES;
        for (uint32_t tap = 0; tap < dense->taps; tap++) {
            for (uint32_t i = 0; i < dense->k; i++, at += MBT_LANES) {
                const double *row = mbt_dense_at(dense, tap, i, first);
                for (uint32_t lane = 0; lane < lanes; lane++) {
                    if (!put(array, at + lane, row[lane], error)) {
                        return false;
                    }
                }
            }
        }
    }
    return true;
}

/* Room for the weights, or NULL. */
static mbt_array *add_weights(mbt_network *network, uint32_t part, const char *prefix, mbt_weight_type type,
                              size_t count, mbt_error *error)
{
    if (type != MBT_WEIGHT_F32 && type != MBT_WEIGHT_F16) {
        mbt_fail(error, "%s: weights of type %s cannot be packed", prefix, mbt_precision_name(type));
        return NULL;
    }
    return mbt_network_matrix(network, part, prefix, type, count, error);
}

/* [MBT_PADDED(n)]. All layers without a bias share theirs. */
static const float *pack_bias(mbt_network *network, uint32_t part, const char *prefix, const mbt_dense *dense,
                              mbt_error *error)
{
    const size_t count = MBT_PADDED((size_t)dense->n);
    uint32_t first = 0;
    while (first < dense->n && dense->bias[first] == 0) {
        first++;
    }
    if (first == dense->n) {
        return mbt_network_zeros(network, part, count, error);
    }
    float *bias = mbt_network_array(network, part, prefix, "bias", count, error);
    for (uint32_t o = 0; bias != NULL && o < dense->n; o++) {
        bias[o] = (float)dense->bias[o];
    }
    return bias;
}

bool mbt_pack_matrix(mbt_network *network, uint32_t part, const char *prefix, const mbt_dense *dense,
                     mbt_weight_type type, mbt_matrix *matrix, mbt_error *error)
{
    const size_t count = (size_t)dense->taps * dense->k * MBT_PADDED((size_t)dense->n);
    mbt_array *array = add_weights(network, part, prefix, type, count, error);
    if (array == NULL || !pack_panels(dense, array, 0, error)) {
        return false;
    }
    const void *data = array->data;
    const float *bias = pack_bias(network, part, prefix, dense, error);
    if (bias == NULL) {
        return false;
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
                       mbt_weight_type type, mbt_matrix *matrix, mbt_error *error)
{
    const uint32_t n = conv->n, matrices = conv->k / n * MBT_WINOGRAD_POINTS;
    const size_t size = 3 * (size_t)n * MBT_PADDED((size_t)n);
    mbt_array *array = add_weights(network, part, prefix, type, size * matrices, error);
    mbt_dense transformed;
    if (array == NULL || !mbt_dense_init(&transformed, 1, 3 * n, n, error)) {
        return false;
    }
    bool done = true;
    for (uint32_t i = 0; done && i < matrices; i++) {
        transform_group(conv, i / MBT_WINOGRAD_POINTS, i % MBT_WINOGRAD_POINTS, &transformed);
        done = pack_panels(&transformed, array, i * size, error);
    }
    mbt_dense_free(&transformed);
    const void *data = array->data;
    const float *bias = done ? mbt_network_zeros(network, part, MBT_PADDED((size_t)n), error) : NULL;
    *matrix = (mbt_matrix){.type = (uint32_t)type, .taps = matrices, .k = 3 * n, .n = n, .data = data, .bias = bias};
    return bias != NULL;
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
