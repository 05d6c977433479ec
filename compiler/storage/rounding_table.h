/* rounding_table.h: what rounding the weights did to each layer. */
#ifndef MBT_COMPILER_STORAGE_ROUNDING_TABLE_H
#define MBT_COMPILER_STORAGE_ROUNDING_TABLE_H

#include <stdio.h>

#include "compiler/storage/arrays.h"

/* Prints a line for each layer: its type, its bytes (those of its scales included), and the signal-to-noise ratio that
 * rounding left, 10 log10(sum w^2 / sum (stored - w)^2) over its weights as they are before rounding; then the sums. */
void mbt_rounding_print(FILE *file, const mbt_arrays *arrays);

#endif
