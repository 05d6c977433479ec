/* matrix.c: checks that a packed matrix has the shape and the type that a layer needs. */
#include "runtime/matrix.h"

bool mbt_in_range(uint32_t value, uint32_t lowest, uint32_t highest)
{
    return value >= lowest && value <= highest;
}

bool mbt_matrix_is(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n)
{
    return (w->type == MBT_WEIGHT_F32 || w->type == MBT_WEIGHT_F16) && w->taps == taps && w->k == k && w->n == n &&
           w->data && w->bias;
}

bool mbt_matrix_is_i8(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n)
{
    return w->type == MBT_WEIGHT_I8 && w->taps == taps && w->k == k && w->n == n && k <= MBT_MAX_SIZE / taps &&
           w->data && w->scale && w->bias;
}

bool mbt_linear_is(const mbt_matrix *w, uint32_t k, uint32_t n)
{
    return mbt_matrix_is(w, 1, k, n) || mbt_matrix_is_i8(w, 1, k, n);
}
