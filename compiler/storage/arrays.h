/* arrays.h: the arrays of numbers that the generated C will hold. */
#ifndef MBT_COMPILER_STORAGE_ARRAYS_H
#define MBT_COMPILER_STORAGE_ARRAYS_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"
#include "compiler/storage/rules.h"
#include "mambattention/model.h"

#define MBT_ARRAY_NAME 96

/* An array of the generated C. */
typedef struct mbt_array {
    char name[MBT_ARRAY_NAME]; /* a C identifier, unique in the network */
    mbt_weight_type type;      /* of its numbers */
    void *data;                /* [count], aligned to 64 bytes */
    size_t count;
    char layer[MBT_LAYER_NAME]; /* the layer that it belongs to, see rules.h; empty for vectors */
    double power, error; /* of weights: the sums of w^2 and of (stored - w)^2, where w is the weight before rounding */
} mbt_array;

/* The arrays of a network. {0} is an empty list. */
typedef struct mbt_arrays {
    mbt_array *list; /* in the order in which they were added */
    size_t count, capacity;
    uint64_t bytes; /* of the numbers in all arrays */
} mbt_arrays;

/* Adds an array of count (>= 1) zeros named "PREFIX_NAME". layer: the layer that it belongs to, or "". NULL, with
 * error set, if memory ran out. The pointer is valid until the next array is added; the array's data stays where it
 * is. */
mbt_array *mbt_arrays_add(mbt_arrays *arrays, const char *layer, const char *prefix, const char *name,
                          mbt_weight_type type, size_t count, mbt_error *error);

/* Adds an array of floats that belongs to no layer, and returns its data. NULL, with error set, if memory ran out. */
float *mbt_arrays_add_floats(mbt_arrays *arrays, const char *prefix, const char *name, size_t count, mbt_error *error);

/* An array of count zeros named "zeros_COUNT". All callers with the same count share one. */
const float *mbt_arrays_zeros(mbt_arrays *arrays, size_t count, mbt_error *error);

/* The array whose data starts at `data`, or NULL. */
const mbt_array *mbt_arrays_find(const mbt_arrays *arrays, const void *data);

void mbt_arrays_free(mbt_arrays *arrays);

#endif
