/* dotprod/vec_arch.h: NEON, and a product of int8 of its own. */
#ifndef MBT_SIMD_VEC_ARCH_DOTPROD_H
#define MBT_SIMD_VEC_ARCH_DOTPROD_H

#include "../neon/vec_arch.h"

#undef MBT_ARCH
#undef MBT_ARCH_ISA
#define MBT_ARCH dotprod
#define MBT_ARCH_BASE neon
#define MBT_ARCH_ISA MBT_ISA_DOTPROD

#endif
