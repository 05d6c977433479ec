/* matrix.h: packed matrices of weights: their size, their product, and whether one has the shape that a layer needs. */
#ifndef MBT_RUNTIME_MATRIX_H
#define MBT_RUNTIME_MATRIX_H

#include <stdbool.h>

#include "simd/kernels.h"

/* The largest size of anything in a model. It is far above any network of the family, and low enough that no product of
 * two sizes overflows 32 bits. */
#define MBT_MAX_SIZE 65536u

/* Bytes of a matrix's packed weights. In int8 inputs stand by four. */
static inline size_t mbt_matrix_bytes(const mbt_matrix *w)
{
    const size_t outputs = MBT_PADDED((size_t)w->n) * w->taps;
    if (w->type == MBT_WEIGHT_I8)
        return outputs * (((size_t)w->k + 3) / 4 * 4);
    return outputs * w->k * (w->type == MBT_WEIGHT_F16 ? sizeof(uint16_t) : sizeof(float));
}

/* The matrix product for float or binary16 weights. */
static inline void mbt_gemm_run(const mbt_kernels *kernels, const mbt_gemm *gemm)
{
    if (gemm->w->type == MBT_WEIGHT_F16)
        kernels->gemm_f16(gemm);
    else
        kernels->gemm_f32(gemm);
}

/* Called for each matrix of a layer or a model. name: what the layer is called in a table, "attention in_proj"; the
 * same in each block. */
typedef void mbt_matrix_visitor(void *cookie, const char *name, const mbt_matrix *w);

/* lowest <= value <= highest. */
bool mbt_in_range(uint32_t value, uint32_t lowest, uint32_t highest);

/* Whether a matrix of float or binary16 weights has this shape and everything it points to. */
bool mbt_matrix_is(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n);

/* The same for int8 weights. The sum of taps * k products of two numbers up to 127 must fit 32 bits. */
bool mbt_matrix_is_i8(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n);

/* A linear layer, which may have weights of any type: its inputs are rounded to int8 if need be. */
bool mbt_linear_is(const mbt_matrix *w, uint32_t k, uint32_t n);

#endif
