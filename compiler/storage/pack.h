/* pack.h: matrices in double while they are folded, and their packed form. */
#ifndef MBT_COMPILER_STORAGE_PACK_H
#define MBT_COMPILER_STORAGE_PACK_H

#include "compiler/error.h"
#include "mambattention/model.h"
#include "compiler/storage/arrays.h"

#define MBT_INT8_INPUTS 65536u /* k * taps: the sum of as many products of int8 is exact in 32 bits */

/* A layer before it is packed: out[o] = bias[o] + sum over tap, i of in_tap[i] weight[tap][i][o]. */
typedef struct mbt_weights {
    uint32_t taps, k, n;
    double *weight; /* [taps][k][n] */
    double *bias;   /* [n] */
} mbt_weights;

/* Allocates zeros. taps, k, n >= 1. On failure nothing is held. */
bool mbt_weights_init(mbt_weights *weights, uint32_t taps, uint32_t k, uint32_t n, mbt_error *error);

void mbt_weights_free(mbt_weights *weights);

/* The place of the weight from input i of a tap to output o. */
static inline double *mbt_weights_at(const mbt_weights *weights, uint32_t tap, uint32_t i, uint32_t o)
{
    return &weights->weight[((size_t)tap * weights->k + i) * weights->n + o];
}

/* Rounds to type and packs as mbt_matrix says, into the arrays PREFIX_weights, PREFIX_bias, which is one shared
 * array where it is all zeros, and in int8 PREFIX_scale. A weight that f16 cannot hold is an error, and so are more
 * than MBT_INT8_INPUTS products for an output in int8.
 * int8 is symmetric around 0, with a scale for each output: scale = max |w| / 127 as a float, q = w / scale rounded to
 * nearest even; zeros, also the scale, where all w are. */
bool mbt_pack_matrix(mbt_arrays *arrays, const char *prefix, const mbt_weights *weights, mbt_weight_type type,
                     mbt_matrix *matrix, mbt_error *error);

/* The same for a 3 x 3 convolution from groups of n inputs each, in Winograd's form; see mbt_unit in model.h. f32 or
 * f16. */
bool mbt_pack_winograd(mbt_arrays *arrays, const char *prefix, const mbt_weights *conv, mbt_weight_type type,
                       mbt_matrix *matrix, mbt_error *error);

/* Stores a weight at a place of its array and counts what rounding changed. A weight that f16 cannot hold is an error,
 * and so is int8. */
bool mbt_pack_weight(mbt_array *array, size_t at, double weight, mbt_error *error);

/* A vector of n numbers, padded with zeros to a whole number of lanes: an array named PREFIX_NAME. NULL on failure. */
const float *mbt_pack_vector(mbt_arrays *arrays, const char *prefix, const char *name, const float *values, uint32_t n,
                             mbt_error *error);

#endif
