/* neon/gemm.c: tiles of 4 rows and one panel: 16 accumulators of 4 floats, 4 registers for weights, 4 for four inputs of
 * each row. */
#include "vec.h"

#define TILE_ROWS 4
#define TILE_PANELS 1
#define FEW_ROWS 2

/* acc += weights of input i + lane times lane `lane` of x, in all rows. */
#define MULTIPLY_LANE(lane)                                                          \
    for (size_t q = 0; q < 4; q++) {                                                 \
        const float32x4_t w = vld1q_f32(weights + (i + (lane)) * MBT_LANES + 4 * q); \
        for (size_t r = 0; r < rows; r++)                                            \
            acc[0][r].v[q] = vfmaq_laneq_f32(acc[0][r].v[q], w, x[r], lane);         \
    }

static inline __attribute__((always_inline)) void multiply(vf acc[TILE_PANELS][TILE_ROWS], const float *weights,
                                                           size_t panel_size, const float *a, ptrdiff_t lda, size_t k,
                                                           size_t rows, size_t panels)
{
    (void)panel_size;
    (void)panels;
    size_t i = 0;
    for (; i + 4 <= k; i += 4) {
        float32x4_t x[TILE_ROWS];
        for (size_t r = 0; r < rows; r++)
            x[r] = vld1q_f32(a + (ptrdiff_t)r * lda + i);
        MULTIPLY_LANE(0)
        MULTIPLY_LANE(1)
        MULTIPLY_LANE(2)
        MULTIPLY_LANE(3)
    }
    for (; i < k; i++) {
        const vf w = v_load(weights + i * MBT_LANES);
        for (size_t r = 0; r < rows; r++)
            acc[0][r] = v_fma(v_set(a[(ptrdiff_t)r * lda + (ptrdiff_t)i]), w, acc[0][r]);
    }
}

#include "gemm_tiles.h"
