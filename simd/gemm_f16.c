/* gemm_f16.c: compiles each architecture's gemm.c a second time, for weights in binary16. */
#define MBT_WEIGHTS_F16
#include "gemm.c"
