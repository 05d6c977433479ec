/* matrix.h: packed matrices of weights: their size, their product, and checks of their shape. */
#ifndef MBT_RUNTIME_MATRIX_H
#define MBT_RUNTIME_MATRIX_H

#include <stdbool.h>

#include "simd/kernels.h"

/* The upper limit for every size in a model. No network comes near it, and no product of two sizes below it overflows
 * 32 bits. */
#define MBT_MAX_SIZE 65536u

/* The bytes of a matrix's packed weights. In int8 the inputs are stored in groups of four. */
static inline size_t mbt_matrix_bytes(const mbt_matrix *w)
{
    const size_t outputs = MBT_PADDED((size_t)w->n) * w->taps;
    if (w->type == MBT_WEIGHT_I8)
        return outputs * (((size_t)w->k + 3) / 4 * 4);
    return outputs * w->k * (w->type == MBT_WEIGHT_F16 ? sizeof(uint16_t) : sizeof(float));
}

/* Multiply-adds for one row. */
static inline size_t mbt_matrix_work(const mbt_matrix *w)
{
    return (size_t)w->taps * w->k * w->n;
}

/* Multiply-adds that take as long as one query's look at one key in one head, about: products and an exponential. */
#define MBT_ATTEND_WORK(dims) (2 * (dims) + 14)

/* The matrix product for f32 or f16 weights. */
static inline void mbt_gemm_run(const mbt_kernels *kernels, const mbt_gemm *gemm)
{
    if (gemm->w->type == MBT_WEIGHT_F16)
        kernels->gemm_f16(gemm);
    else
        kernels->gemm_f32(gemm);
}

/* Called for each matrix of a layer or a model. name: the layer's name in tables ("attention in_proj"); it is the
 * same in every block. */
typedef void mbt_matrix_visitor(void *cookie, const char *name, const mbt_matrix *w);

/* lowest <= value <= highest. */
bool mbt_in_range(uint32_t value, uint32_t lowest, uint32_t highest);

/* Whether a matrix of f32 or f16 weights has this shape and all its arrays. */
bool mbt_matrix_is(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n);

/* The same for int8 weights. Also checks that a sum of taps * k products of two numbers up to 127 fits 32 bits. */
bool mbt_matrix_is_i8(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n);

/* The same for a linear layer, whose weights may have any type. */
bool mbt_linear_is(const mbt_matrix *w, uint32_t k, uint32_t n);

#endif
