/* precision.h: the types in which weights are stored. */
#ifndef MBT_COMPILER_STORAGE_PRECISION_H
#define MBT_COMPILER_STORAGE_PRECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "mambattention/model.h"

/* "f32", "f16", "int8": as --precision calls it. */
const char *mbt_precision_name(mbt_weight_type type);

/* False if the text is none of these names. */
bool mbt_precision_parse(const char *text, mbt_weight_type *type);

/* Bytes of a number. */
size_t mbt_precision_size(mbt_weight_type type);

#endif
