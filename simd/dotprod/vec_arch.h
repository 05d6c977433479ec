/* dotprod/vec_arch.h: NEON, and a product of int8 of its own. */
#ifndef MBT_SIMD_DOTPROD_VEC_ARCH_H
#define MBT_SIMD_DOTPROD_VEC_ARCH_H

#include "simd/neon/vec_arch.h"

#undef MBT_ARCH
#undef MBT_ARCH_ISA
#define MBT_ARCH dotprod
#define MBT_ARCH_BASE neon
#define MBT_ARCH_ISA MBT_ISA_DOTPROD

#endif
