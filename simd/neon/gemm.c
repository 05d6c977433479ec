/* neon/gemm.c: tiles of up to 5 rows and one panel: 20 accumulators of 4 floats, 4 registers for the weights of an
 * input, 5 for four inputs of each row. */
#include "simd/gemm_weights.h"

#define TILE_ROWS 5
#define TILE_PANELS 1
#define TILE_PART 4

#ifdef MBT_WEIGHTS_F16
#define load_weights v_load_half_4
#else
#define load_weights vld1q_f32
#endif

/* sum += w x[lane], like vfmaq_laneq_f32, but volatile statements keep their order. Left to itself, gcc adds to the
 * same sum several times in a row and copies sums between registers. Processors that issue in order wait for that. */
#define FMLA(sum, w, x, lane) __asm__ volatile("fmla %0.4s, %1.4s, %2.s[" #lane "]" : "+w"(sum) : "w"(w), "w"(x))

/* In all rows: sum += the weights of input i + lane, times lane `lane` of x. */
#define MULTIPLY_LANE(lane)                                                  \
    do {                                                                     \
        float32x4_t w[4];                                                    \
        for (size_t q = 0; q < quarters; q++)                                \
            w[q] = load_weights(weights + (i + (lane)) * MBT_LANES + 4 * q); \
        for (size_t q = 0; q < quarters; q++)                                \
            for (size_t r = 0; r < rows; r++)                                \
                FMLA(sum[r][q], w[q], x[r], lane);                           \
    } while (0)

static inline __attribute__((always_inline)) void multiply(vf acc[TILE_PANELS][TILE_ROWS], const weight *weights,
                                                           size_t panel_size, const float *a, ptrdiff_t lda, size_t k,
                                                           size_t rows, size_t panels)
{
    (void)panel_size;
    const size_t quarters = panels > 0 ? 4 : 1;
    float32x4_t sum[TILE_ROWS][4], x[TILE_ROWS]; /* gcc would keep acc itself in memory */
    for (size_t r = 0; r < rows; r++)
        for (size_t q = 0; q < quarters; q++)
            sum[r][q] = acc[0][r].v[q];
    size_t i = 0;
    for (; i + 4 <= k; i += 4) {
        for (size_t r = 0; r < rows; r++)
            x[r] = vld1q_f32(a + (ptrdiff_t)r * lda + i);
        MULTIPLY_LANE(0);
        MULTIPLY_LANE(1);
        MULTIPLY_LANE(2);
        MULTIPLY_LANE(3);
    }
    for (; i < k; i++) {
        for (size_t r = 0; r < rows; r++)
            x[r] = vld1q_dup_f32(a + (ptrdiff_t)r * lda + i);
        MULTIPLY_LANE(0);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t q = 0; q < quarters; q++)
            acc[0][r].v[q] = sum[r][q];
}

#include "simd/gemm_tiles.h"
