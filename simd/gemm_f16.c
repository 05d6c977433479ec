/* gemm_f16.c: each architecture's gemm.c once more, for weights in binary16. */
#define MBT_WEIGHTS_F16
#include "gemm.c"
