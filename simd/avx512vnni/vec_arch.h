/* avx512vnni/vec_arch.h: AVX-512, and a product of int8 of its own. */
#ifndef MBT_SIMD_AVX512VNNI_VEC_ARCH_H
#define MBT_SIMD_AVX512VNNI_VEC_ARCH_H

#include "simd/avx512/vec_arch.h"

#undef MBT_ARCH
#undef MBT_ARCH_ISA
#define MBT_ARCH avx512vnni
#define MBT_ARCH_BASE avx512
#define MBT_ARCH_ISA MBT_ISA_AVX512VNNI

#endif
