/* dotprod/gemm_i8.c: tiles of up to 5 rows and one panel: 20 accumulators of 4 sums, 4 registers for the weights of
 * four inputs, 5 for sixteen inputs of each row. Weights are loaded as soon as those before them have been used. */
#include "simd/rows_i8.h"

#define TILE_ROWS 5
#define TILE_PANELS 1

typedef struct vi {
    int32x4_t v[4];
} vi;

/* For each output, sum += the four products of its weights in w with quad `lane` of x. Like vdotq_laneq_s32, but
 * volatile statements keep their order, as in neon/gemm.c. */
#define SDOT(sum, w, x, lane) __asm__ volatile("sdot %0.4s, %1.16b, %2.4b[" #lane "]" : "+w"(sum) : "w"(w), "w"(x))

#define LOAD(w, from) __asm__ volatile("ldr %q0, %1" : "=w"(w) : "m"(*(const int8_t(*)[16])(from)))

/* In all rows: sum += weights w times quad `lane` of x. Then loads w for the quad whose weights stand at `next`. */
#define MULTIPLY_QUAD(lane, next)                  \
    do {                                           \
        for (size_t q = 0; q < 4; q++) {           \
            for (size_t r = 0; r < rows; r++)      \
                SDOT(sum[r][q], w[q], x[r], lane); \
            LOAD(loaded, (next) + 4 * 4 * q);      \
            w[q] = loaded;                         \
        }                                          \
    } while (0)

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    (void)panel_size;
    (void)panels;
    int32x4_t sum[TILE_ROWS][4];          /* gcc would keep acc itself in memory */
    int8x16_t x[TILE_ROWS], w[4], loaded; /* gcc would keep w in memory if it were loaded directly */
    for (size_t q = 0; q < 4; q++) {
        LOAD(loaded, weights + 4 * 4 * q);
        w[q] = loaded;
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t q = 0; q < 4; q++)
            sum[r][q] = vdupq_n_s32(0);
    const int8_t *inputs = a->q;
    for (; quads >= 4; quads -= 4, inputs += 16) {
        for (size_t r = 0; r < rows; r++)
            x[r] = vld1q_s8(inputs + (ptrdiff_t)r * a->ldq);
        MULTIPLY_QUAD(0, weights + 4 * MBT_LANES);
        MULTIPLY_QUAD(1, weights + 8 * MBT_LANES);
        MULTIPLY_QUAD(2, weights + 12 * MBT_LANES);
        weights += quads > 4 ? 16 * MBT_LANES : 0; /* behind the last quad there are no weights */
        MULTIPLY_QUAD(3, weights);
    }
    for (; quads > 0; quads--, inputs += 4) {
        for (size_t r = 0; r < rows; r++)
            x[r] = vreinterpretq_s8_s32(vdupq_n_s32(quad_at(inputs + (ptrdiff_t)r * a->ldq)));
        weights += quads > 1 ? 4 * MBT_LANES : 0;
        MULTIPLY_QUAD(0, weights);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t q = 0; q < 4; q++)
            acc[0][r].v[q] = sum[r][q];
}

static V_INLINE vf to_floats(vi sums)
{
    vf floats;
    for (size_t q = 0; q < 4; q++)
        floats.v[q] = vcvtq_f32_s32(sums.v[q]);
    return floats;
}

#include "simd/gemm_i8_tiles.h"
