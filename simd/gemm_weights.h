/* gemm_weights.h: the type of weights that a gemm.c is compiled for: float, or binary16 if gemm_f16.c includes it. */
#ifndef MBT_SIMD_GEMM_WEIGHTS_H
#define MBT_SIMD_GEMM_WEIGHTS_H

#include "simd/vec.h"

#ifdef MBT_WEIGHTS_F16
typedef uint16_t weight;
#define GEMM MBT_FN(gemm_f16)
#define WEIGHT(p) mbt_float_from_half(*(p))
#define v_load_weights v_load_half
#else
typedef float weight;
#define GEMM MBT_FN(gemm_f32)
#define WEIGHT(p) (*(p))
#define v_load_weights v_load
#endif

#endif
