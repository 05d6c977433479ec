/* avx2/gemm.c: tiles of up to 6 rows and one panel: 12 accumulators of 8 floats, 2 registers for weights, 1 for
 * inputs. */
#include "simd/gemm_weights.h"

#define TILE_ROWS 6
#define TILE_PANELS 1
#define TILE_PART 8

static inline __attribute__((always_inline)) void multiply(vf acc[TILE_PANELS][TILE_ROWS], const weight *weights,
                                                           size_t panel_size, const float *a, ptrdiff_t lda, size_t k,
                                                           size_t rows, size_t panels)
{
    (void)panel_size;
    for (size_t i = 0; i < k; i++) {
        const vf w = v_load_weights(weights + i * MBT_LANES);
        for (size_t r = 0; r < rows; r++) {
            const __m256 x = _mm256_broadcast_ss(a + (ptrdiff_t)r * lda + i);
            acc[0][r].lo = _mm256_fmadd_ps(x, w.lo, acc[0][r].lo);
            if (panels > 0)
                acc[0][r].hi = _mm256_fmadd_ps(x, w.hi, acc[0][r].hi);
        }
    }
}

#include "simd/gemm_tiles.h"
