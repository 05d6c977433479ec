/* linear.h: a linear layer, whatever its weights are stored in. */
#ifndef MBT_RUNTIME_LAYERS_LINEAR_H
#define MBT_RUNTIME_LAYERS_LINEAR_H

#include "runtime/system/arena.h"
#include "runtime/matrix.h"

/* Rows that are rounded to int8 and multiplied while they are in the first-level cache. */
#define MBT_LINEAR_ROWS 64u

/* Scratch memory of one worker: MBT_LINEAR_ROWS rows of int8. */
typedef struct mbt_linear_memory {
    mbt_rows_i8 rows;
} mbt_linear_memory;

/* Enough for layers of up to k inputs. */
void mbt_linear_plan(mbt_linear_memory *memory, size_t k, mbt_arena *arena);

/* out[m] = w in[m], or out[m] += w in[m], for m < rows. With int8 weights each row of in is rounded by a scale of its
 * own. */
void mbt_linear(const mbt_kernels *kernels, const mbt_linear_memory *memory, const mbt_matrix *w, const float *in,
                ptrdiff_t ldi, float *out, ptrdiff_t ldo, size_t rows, bool accumulate);

#endif
