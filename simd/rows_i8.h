/* rows_i8.h: the inputs of the innermost loop of a product of int8. */
#ifndef MBT_SIMD_ROWS_I8_H
#define MBT_SIMD_ROWS_I8_H

#include "simd/vec.h"

/* Row r is q[r * ldq ..]. The sum of its integers is sum[r * lds]. */
typedef struct rows_i8 {
    const int8_t *q;
    ptrdiff_t ldq;
    const int32_t *sum;
    ptrdiff_t lds;
} rows_i8;

/* The four bytes at q as one 32-bit number. */
static inline int32_t quad_at(const int8_t *q)
{
    int32_t quad;
    memcpy(&quad, q, sizeof quad);
    return quad;
}

#endif
