/* precision.h: the types in which weights are stored, and the table of what rounding to them did. */
#ifndef MBT_COMPILER_PRECISION_H
#define MBT_COMPILER_PRECISION_H

#include <stdio.h>

#include "compiler/network.h"

/* "f32", "f16", "int8": as --precision calls it. */
const char *mbt_precision_name(mbt_weight_type type);

/* False if the text is none of these names. */
bool mbt_precision_parse(const char *text, mbt_weight_type *type);

/* Bytes of a number. */
size_t mbt_precision_size(mbt_weight_type type);

/* Prints a line for each layer: its type, its bytes (those of its scales included), and the signal-to-noise ratio that
 * rounding left, 10 log10(sum w^2 / sum (stored - w)^2) over its weights as they are before rounding; then the sums. */
void mbt_precision_print(FILE *file, const mbt_network *network);

#endif
