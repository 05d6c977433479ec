/* pack.h: matrices of doubles, as they are while layers are folded, and their packed form. */
#ifndef MBT_COMPILER_STORAGE_PACK_H
#define MBT_COMPILER_STORAGE_PACK_H

#include "compiler/error.h"
#include "mambattention/model.h"
#include "compiler/storage/arrays.h"

#define MBT_INT8_INPUTS 65536u /* most inputs, k * taps: a sum of so many products of int8 fits 32 bits */

/* A layer before it is packed: out[o] = bias[o] + sum over tap, i of in_tap[i] weight[tap][i][o]. */
typedef struct mbt_weights {
    uint32_t taps, k, n;
    double *weight; /* [taps][k][n] */
    double *bias;   /* [n] */
} mbt_weights;

/* Allocates zeros. taps, k, n >= 1. On failure nothing is held. */
bool mbt_weights_init(mbt_weights *weights, uint32_t taps, uint32_t k, uint32_t n, mbt_error *error);

void mbt_weights_free(mbt_weights *weights);

/* The address of the weight from input i of a tap to output o. */
static inline double *mbt_weights_at(const mbt_weights *weights, uint32_t tap, uint32_t i, uint32_t o)
{
    return &weights->weight[((size_t)tap * weights->k + i) * weights->n + o];
}

/* Rounds to `type` and packs as mbt_matrix says. The arrays are PREFIX_weights, PREFIX_bias (shared if it is all
 * zeros) and, in int8, PREFIX_scale. It is an error if f16 cannot hold a weight, or if an int8 output sums more than
 * MBT_INT8_INPUTS products. int8 is symmetric around 0, with a scale for each output: scale = max |w| / 127 as a
 * float, q = w / scale rounded to nearest even. If all w are 0, so are the scale and all q. */
bool mbt_pack_matrix(mbt_arrays *arrays, const char *prefix, const mbt_weights *weights, mbt_weight_type type,
                     mbt_matrix *matrix, mbt_error *error);

/* The same for a 3 x 3 convolution in Winograd's form, whose inputs come in groups of n; see mbt_unit in model.h. f32
 * or f16 only. */
bool mbt_pack_winograd(mbt_arrays *arrays, const char *prefix, const mbt_weights *conv, mbt_weight_type type,
                       mbt_matrix *matrix, mbt_error *error);

/* Stores a weight in its array, and adds what rounding changed to the array's error. It is an error if f16 cannot
 * hold the weight, or if the array is int8. */
bool mbt_pack_weight(mbt_array *array, size_t at, double weight, mbt_error *error);

/* Adds a vector of n numbers, padded with zeros to whole panels, as an array named PREFIX_NAME. NULL on failure. */
const float *mbt_pack_vector(mbt_arrays *arrays, const char *prefix, const char *name, const float *values, uint32_t n,
                             mbt_error *error);

#endif
