/* rows_i8.h: what the innermost loop of a product of int8 reads. */
#ifndef MBT_SIMD_ROWS_I8_H
#define MBT_SIMD_ROWS_I8_H

#include "simd/vec.h"

/* Row r is q[r * ldq ..]; the sum of its integers sum[r * lds]. */
typedef struct rows_i8 {
    const int8_t *q;
    ptrdiff_t ldq;
    const int32_t *sum;
    ptrdiff_t lds;
} rows_i8;

/* Four integers as they stand in memory. */
static inline int32_t quad_at(const int8_t *q)
{
    int32_t quad;
    memcpy(&quad, q, sizeof quad);
    return quad;
}

#endif
