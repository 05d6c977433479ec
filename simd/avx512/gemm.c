/* avx512/gemm.c: tiles of up to 13 rows and two panels: 26 accumulators of 16 floats, 2 registers for weights, the
 * inputs broadcast from memory. */
#include "simd/gemm_weights.h"

#define TILE_ROWS 13
#define TILE_PANELS 2

static inline __attribute__((always_inline)) void multiply(vf acc[TILE_PANELS][TILE_ROWS], const weight *weights,
                                                           size_t panel_size, const float *a, ptrdiff_t lda, size_t k,
                                                           size_t rows, size_t panels)
{
    /* Five pointers, each for three rows. Thirteen would not fit into the registers and cost 1 to 5% at k = 64. */
    const float *row[(TILE_ROWS + 2) / 3];
    for (size_t j = 0; 3 * j < rows; j++)
        row[j] = a + 3 * (ptrdiff_t)j * lda;
    for (size_t i = 0; i < k; i++, weights += MBT_LANES) {
        const vf w0 = v_load_weights(weights), w1 = panels > 1 ? v_load_weights(weights + panel_size) : w0;
        for (size_t r = 0; r < rows; r++) {
            const vf x = v_set(row[r / 3][(ptrdiff_t)(r % 3) * lda]);
            acc[0][r] = v_fma(x, w0, acc[0][r]);
            if (panels > 1)
                acc[1][r] = v_fma(x, w1, acc[1][r]);
        }
        for (size_t j = 0; 3 * j < rows; j++)
            row[j]++;
    }
}

#include "simd/gemm_tiles.h"
