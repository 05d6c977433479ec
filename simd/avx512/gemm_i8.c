/* avx512/gemm_i8.c: placeholder until the architecture's own: the specification. */
#include "../scalar/gemm_i8.c"
