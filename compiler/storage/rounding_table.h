/* rounding_table.h: the table of how much rounding the weights changed each layer. */
#ifndef MBT_COMPILER_STORAGE_ROUNDING_TABLE_H
#define MBT_COMPILER_STORAGE_ROUNDING_TABLE_H

#include <stdio.h>

#include "compiler/storage/arrays.h"

/* Prints a line for each layer: its type, its bytes (including its scales), and the signal-to-noise ratio of its
 * rounded weights, 10 log10(sum w^2 / sum (stored - w)^2), where w is a weight before rounding. Then prints the
 * totals. */
void mbt_rounding_print(FILE *file, const mbt_arrays *arrays);

#endif
