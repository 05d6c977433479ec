/* precision.h: the types in which weights are stored. */
#ifndef MBT_COMPILER_STORAGE_PRECISION_H
#define MBT_COMPILER_STORAGE_PRECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "mambattention/model.h"

/* The name of a type as --precision has it: "f32", "f16", "int8". */
const char *mbt_precision_name(mbt_weight_type type);

/* Finds the type of a name. False if the name is unknown. */
bool mbt_precision_parse(const char *text, mbt_weight_type *type);

/* Bytes of a number. */
size_t mbt_precision_size(mbt_weight_type type);

#endif
