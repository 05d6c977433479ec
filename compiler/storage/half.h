/* half.h: rounding to IEEE binary16. */
#ifndef MBT_COMPILER_STORAGE_HALF_H
#define MBT_COMPILER_STORAGE_HALF_H

#include <stdint.h>

#define MBT_HALF_MAX 65504.0

/* The bits of the nearest binary16, the even one of two equally near. Subnormal below 2^-14; infinity from 65520 on,
 * and for NaN. It rounds only once, and does not depend on the rounding mode. */
uint16_t mbt_half_from_double(double value);

#endif
