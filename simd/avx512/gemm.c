/* avx512/gemm.c: tiles of up to 13 rows and two panels: 26 accumulators of 16 floats, 2 registers for weights, the inputs
 * broadcast from memory. */
#include "vec.h"

#define TILE_ROWS 13
#define TILE_PANELS 2

static inline __attribute__((always_inline)) void multiply(vf acc[TILE_PANELS][TILE_ROWS], const float *weights,
                                                           size_t panel_size, const float *a, ptrdiff_t lda, size_t k,
                                                           size_t rows, size_t panels)
{
    for (size_t i = 0; i < k; i++)
        for (size_t r = 0; r < rows; r++) {
            const vf x = v_set(a[(ptrdiff_t)r * lda + (ptrdiff_t)i]);
            for (size_t p = 0; p < panels; p++)
                acc[p][r] = v_fma(x, v_load(weights + p * panel_size + i * MBT_LANES), acc[p][r]);
        }
}

#include "gemm_tiles.h"
