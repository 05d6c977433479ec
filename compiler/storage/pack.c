/* pack.c: packs matrices of doubles in the layout that the kernels read. */
#include "compiler/storage/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/read/elements.h"
#include "compiler/storage/half.h"

#define INT8_LARGEST 127.0

bool mbt_weights_init(mbt_weights *weights, uint32_t taps, uint32_t k, uint32_t n, mbt_error *error)
{
    *weights = (mbt_weights){.taps = taps, .k = k, .n = n};
    if (k <= SIZE_MAX / sizeof(double) / taps / n) {
        weights->weight = calloc((size_t)taps * k * n, sizeof *weights->weight);
        weights->bias = calloc(n, sizeof *weights->bias);
    }
    if (weights->weight == NULL || weights->bias == NULL) {
        mbt_weights_free(weights);
        return mbt_fail(error, "out of memory for a matrix of %lu x %lu x %lu", (unsigned long)taps, (unsigned long)k,
                        (unsigned long)n);
    }
    return true;
}

void mbt_weights_free(mbt_weights *weights)
{
    free(weights->weight);
    free(weights->bias);
    weights->weight = NULL;
    weights->bias = NULL;
}

static void add_rounding_error(mbt_array *array, double weight, double stored)
{
    array->power += weight * weight;
    array->error += (stored - weight) * (stored - weight);
}

bool mbt_pack_weight(mbt_array *array, size_t at, double weight, mbt_error *error)
{
    double stored;
    if (array->type == MBT_WEIGHT_I8)
        return mbt_fail(error, "%s: numbers that are not a matrix cannot be int8", array->name);
    if (array->type == MBT_WEIGHT_F16) {
        const uint16_t bits = mbt_half_from_double(weight);
        ((uint16_t *)array->data)[at] = bits;
        stored = mbt_float_from_f16(bits);
        if (!isfinite(stored)) {
            return mbt_fail(error,
                            "%s: a weight of %g does not fit f16, whose largest number is %g; --precision mixed can "
                            "keep %s in f32",
                            array->name, weight, MBT_HALF_MAX, array->layer);
        }
    } else {
        const float rounded = (float)weight;
        ((float *)array->data)[at] = rounded;
        stored = rounded;
    }
    add_rounding_error(array, weight, stored);
    return true;
}

/* Packs as data[panel][tap][k][16], starting at number `at` of the array. */
static bool pack_panels(const mbt_weights *weights, mbt_array *array, size_t at, mbt_error *error)
{
    for (uint32_t first = 0; first < weights->n; first += MBT_LANES) {
        const uint32_t lanes = weights->n - first < MBT_LANES ? weights->n - first : MBT_LANES;
        for (uint32_t tap = 0; tap < weights->taps; tap++) {
            for (uint32_t i = 0; i < weights->k; i++, at += MBT_LANES) {
                const double *row = mbt_weights_at(weights, tap, i, first);
                for (uint32_t lane = 0; lane < lanes; lane++)
                    if (!mbt_pack_weight(array, at + lane, row[lane], error))
                        return false;
            }
        }
    }
    return true;
}

/* The scale of output o, by which the largest weight becomes 127 or -127. */
static float find_scale(const mbt_weights *weights, uint32_t o)
{
    double largest = 0;
    for (uint32_t tap = 0; tap < weights->taps; tap++)
        for (uint32_t i = 0; i < weights->k; i++)
            largest = fmax(largest, fabs(*mbt_weights_at(weights, tap, i, o)));
    return (float)(largest / INT8_LARGEST);
}

/* nearbyint rounds to nearest even in the default rounding mode. */
static int8_t round_to_int8(double weight, float scale)
{
    const double rounded = scale > 0 ? nearbyint(weight / (double)scale) : 0;
    return (int8_t)fmax(-INT8_LARGEST, fmin(rounded, INT8_LARGEST));
}

/* Packs as data[panel][tap][(k + 3) / 4][16][4]. */
static void pack_int8(const mbt_weights *weights, mbt_array *array, float *scale)
{
    const size_t fours = ((size_t)weights->k + 3) / 4;
    int8_t *data = array->data;
    for (uint32_t o = 0; o < weights->n; o++) {
        scale[o] = find_scale(weights, o);
        for (uint32_t tap = 0; tap < weights->taps; tap++) {
            int8_t *panel = data + ((size_t)(o / MBT_LANES) * weights->taps + tap) * fours * MBT_LANES * 4;
            for (uint32_t i = 0; i < weights->k; i++) {
                const double weight = *mbt_weights_at(weights, tap, i, o);
                const int8_t rounded = round_to_int8(weight, scale[o]);
                panel[((size_t)(i / 4) * MBT_LANES + o % MBT_LANES) * 4 + i % 4] = rounded;
                add_rounding_error(array, weight, (double)scale[o] * rounded);
            }
        }
    }
}

/* Adds the arrays PREFIX_weights and, in int8, PREFIX_scale. */
static bool pack_weights(mbt_arrays *arrays, const char *prefix, const mbt_weights *weights, mbt_weight_type type,
                         mbt_matrix *matrix, mbt_error *error)
{
    const bool int8 = type == MBT_WEIGHT_I8;
    const size_t padded = MBT_PADDED((size_t)weights->n);
    const size_t inputs = int8 ? ((size_t)weights->k + 3) / 4 * 4 : weights->k;
    if (int8 && (uint64_t)weights->k * weights->taps > MBT_INT8_INPUTS) {
        return mbt_fail(error, "%s: %lu x %lu inputs; int8 can sum %u", prefix, (unsigned long)weights->taps,
                        (unsigned long)weights->k, MBT_INT8_INPUTS);
    }
    const size_t index = arrays->count;
    mbt_array *array = mbt_arrays_add(arrays, prefix, prefix, "weights", type, weights->taps * inputs * padded, error);
    if (array == NULL)
        return false;
    matrix->data = array->data;
    if (!int8)
        return pack_panels(weights, array, 0, error);
    mbt_array *scale = mbt_arrays_add(arrays, prefix, prefix, "scale", MBT_WEIGHT_F32, padded, error);
    if (scale == NULL)
        return false;
    matrix->scale = scale->data;
    pack_int8(weights, &arrays->list[index], scale->data); /* list may have moved */
    return true;
}

/* [MBT_PADDED(n)]. All layers without a bias share one array of zeros. */
static const float *pack_bias(mbt_arrays *arrays, const char *prefix, const mbt_weights *weights, mbt_error *error)
{
    const size_t count = MBT_PADDED((size_t)weights->n);
    uint32_t first = 0;
    while (first < weights->n && weights->bias[first] == 0)
        first++;
    if (first == weights->n)
        return mbt_arrays_zeros(arrays, count, error);
    float *bias = mbt_arrays_add_floats(arrays, prefix, "bias", count, error);
    for (uint32_t o = 0; bias != NULL && o < weights->n; o++)
        bias[o] = (float)weights->bias[o];
    return bias;
}

bool mbt_pack_matrix(mbt_arrays *arrays, const char *prefix, const mbt_weights *weights, mbt_weight_type type,
                     mbt_matrix *matrix, mbt_error *error)
{
    *matrix = (mbt_matrix){.type = (uint32_t)type, .taps = weights->taps, .k = weights->k, .n = weights->n};
    if (!pack_weights(arrays, prefix, weights, type, matrix, error))
        return false;
    matrix->bias = pack_bias(arrays, prefix, weights, error);
    return matrix->bias != NULL;
}

/* The weight of one Winograd point t for the frequency taps w: (w[0] + t w[1] + t^2 w[2]) / product of (t - s) over
 * the other points s. For the last point, infinity, it is w[2]. */
static double at_point(const double w[3], uint32_t point)
{
    static const double points[MBT_WINOGRAD_POINTS - 1] = {0, 0.75, -0.75, 1.5, -1.5};
    if (point == MBT_WINOGRAD_POINTS - 1)
        return w[2];
    const double t = points[point];
    double product = 1;
    for (uint32_t other = 0; other < MBT_WINOGRAD_POINTS - 1; other++)
        product *= other == point ? 1 : t - points[other];
    return (w[0] + t * w[1] + t * t * w[2]) / product;
}

/* The matrix of one group and point: from 3 time taps of n channels to n outputs. */
static void transform_group(const mbt_weights *conv, uint32_t group, uint32_t point, mbt_weights *transformed)
{
    const uint32_t n = conv->n;
    for (uint32_t i = 0; i < 3 * n; i++) {
        for (uint32_t o = 0; o < n; o++) {
            double w[3];
            for (uint32_t j = 0; j < 3; j++)
                w[j] = *mbt_weights_at(conv, i / n * 3 + j, group * n + i % n, o);
            *mbt_weights_at(transformed, 0, i, o) = at_point(w, point);
        }
    }
}

bool mbt_pack_winograd(mbt_arrays *arrays, const char *prefix, const mbt_weights *conv, mbt_weight_type type,
                       mbt_matrix *matrix, mbt_error *error)
{
    const uint32_t n = conv->n, matrices = conv->k / n * MBT_WINOGRAD_POINTS;
    const size_t size = 3 * (size_t)n * MBT_PADDED((size_t)n);
    mbt_weights transformed;
    if (type == MBT_WEIGHT_I8)
        return mbt_fail(error, "%s: Winograd's form cannot be int8", prefix);
    mbt_array *array = mbt_arrays_add(arrays, prefix, prefix, "weights", type, size * matrices, error);
    if (array == NULL || !mbt_weights_init(&transformed, 1, 3 * n, n, error))
        return false;
    bool done = true;
    for (uint32_t i = 0; done && i < matrices; i++) {
        transform_group(conv, i / MBT_WINOGRAD_POINTS, i % MBT_WINOGRAD_POINTS, &transformed);
        done = pack_panels(&transformed, array, i * size, error);
    }
    mbt_weights_free(&transformed);
    const void *data = array->data;
    const float *bias = done ? mbt_arrays_zeros(arrays, MBT_PADDED((size_t)n), error) : NULL;
    *matrix = (mbt_matrix){.type = (uint32_t)type, .taps = matrices, .k = 3 * n, .n = n, .data = data, .bias = bias};
    return bias != NULL;
}

const float *mbt_pack_vector(mbt_arrays *arrays, const char *prefix, const char *name, const float *values, uint32_t n,
                             mbt_error *error)
{
    float *data = mbt_arrays_add_floats(arrays, prefix, name, MBT_PADDED((size_t)n), error);
    if (data != NULL)
        memcpy(data, values, n * sizeof *data);
    return data;
}
