/* avxvnni/vec_arch.h: AVX2, and a product of int8 of its own. */
#ifndef MBT_SIMD_AVXVNNI_VEC_ARCH_H
#define MBT_SIMD_AVXVNNI_VEC_ARCH_H

#include "simd/avx2/vec_arch.h"

#undef MBT_ARCH
#undef MBT_ARCH_ISA
#define MBT_ARCH avxvnni
#define MBT_ARCH_BASE avx2
#define MBT_ARCH_ISA MBT_ISA_AVXVNNI

#endif
