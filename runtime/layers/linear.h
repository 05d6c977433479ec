/* linear.h: a linear layer with weights of any type. */
#ifndef MBT_RUNTIME_LAYERS_LINEAR_H
#define MBT_RUNTIME_LAYERS_LINEAR_H

#include "runtime/system/arena.h"
#include "runtime/matrix.h"

/* Rows that are rounded to int8 and multiplied at once: they fit the first-level cache. */
#define MBT_LINEAR_ROWS 64u

/* One worker's scratch memory: MBT_LINEAR_ROWS rows of int8. */
typedef struct mbt_linear_memory {
    mbt_rows_i8 rows;
} mbt_linear_memory;

/* Takes enough for layers of up to k inputs. */
void mbt_linear_plan(mbt_linear_memory *memory, size_t k, mbt_arena *arena);

/* out[m] = w in[m], or out[m] += w in[m] if accumulate, for m < rows. ldi, ldo: distance between rows. With int8
 * weights each row of `in` is rounded to int8 with its own scale. */
void mbt_linear(const mbt_kernels *kernels, const mbt_linear_memory *memory, const mbt_matrix *w, const float *in,
                ptrdiff_t ldi, float *out, ptrdiff_t ldo, size_t rows, bool accumulate);

#endif
