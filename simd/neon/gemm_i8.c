/* neon/gemm_i8.c: tiles of up to 2 rows and one panel: 16 accumulators of 4 sums, two for each output, 2 registers for
 * the weights of 4 outputs, 4 for eight inputs of each row, 4 for products.
 *
 * The sum of two products of numbers in [-127, 127] fits into 16 bits: 2 * 127^2 = 32258. */
#include "simd/rows_i8.h"

#define TILE_ROWS 2
#define TILE_PANELS 1

typedef struct vi {
    int32x4_t v[4];
} vi;

/* Like vmull_s8, vmlal_s8, the same for upper halves, vpaddlq_s16 and vpadalq_s16, but volatile statements keep their
 * order. So several chains run side by side and loads stand well before their use, which processors that issue in order
 * need. */
#define SMULL(p, w, x) __asm__ volatile("smull %0.8h, %1.8b, %2.8b" : "=w"(p) : "w"(w), "w"(x))
#define SMULL2(p, w, x) __asm__ volatile("smull2 %0.8h, %1.16b, %2.16b" : "=w"(p) : "w"(w), "w"(x))
#define SMLAL(p, w, x) __asm__ volatile("smlal %0.8h, %1.8b, %2.8b" : "+w"(p) : "w"(w), "w"(x))
#define SMLAL2(p, w, x) __asm__ volatile("smlal2 %0.8h, %1.16b, %2.16b" : "+w"(p) : "w"(w), "w"(x))
#define SADDLP(sum, p) __asm__ volatile("saddlp %0.4s, %1.8h" : "=w"(sum) : "w"(p))
#define SADALP(sum, p) __asm__ volatile("sadalp %0.4s, %1.8h" : "+w"(sum) : "w"(p))
#define LOAD(w, from) __asm__ volatile("ldr %q0, %1" : "=w"(w) : "m"(*(const int8_t(*)[16])(from)))

/* The four bytes at q, four times. */
static V_INLINE int8x16_t load_quad(const int8_t *q)
{
    return vreinterpretq_s8_s32(vdupq_n_s32(quad_at(q)));
}

/* Adds to sum[r] the products of one or two quads of each row, from `inputs` on, with their weights. first: sum[r] is
 * set to them. */
static V_INLINE void multiply_quads(int32x4_t sum[TILE_ROWS][8], const int8_t *weights, const int8_t *inputs,
                                    ptrdiff_t ldq, size_t quads, bool first, size_t rows)
{
    int8x16_t x[TILE_ROWS][2], w[2], next[2];
    for (size_t i = 0; i < quads; i++)
        LOAD(next[i], weights + 4 * MBT_LANES * i);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < quads; i++)
            x[r][i] = load_quad(inputs + (ptrdiff_t)r * ldq + 4 * i);
    V_UNROLL
    for (size_t o = 0; o < 4; o++) {
        int16x8_t low[TILE_ROWS], high[TILE_ROWS];
        for (size_t i = 0; i < quads; i++) {
            w[i] = next[i];
            if (o < 3)
                LOAD(next[i], weights + 4 * MBT_LANES * i + 16 * (o + 1));
        }
        for (size_t r = 0; r < rows; r++) {
            SMULL(low[r], w[0], x[r][0]);
            SMULL2(high[r], w[0], x[r][0]);
        }
        for (size_t r = 0; quads > 1 && r < rows; r++) {
            SMLAL(low[r], w[1], x[r][1]);
            SMLAL2(high[r], w[1], x[r][1]);
        }
        for (size_t r = 0; r < rows; r++) {
            if (first) {
                SADDLP(sum[r][2 * o], low[r]);
                SADDLP(sum[r][2 * o + 1], high[r]);
            } else {
                SADALP(sum[r][2 * o], low[r]);
                SADALP(sum[r][2 * o + 1], high[r]);
            }
        }
    }
}

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    (void)panel_size;
    (void)panels;
    int32x4_t sum[TILE_ROWS][8];
    const int8_t *inputs = a->q;
    if (quads == 1) {
        multiply_quads(sum, weights, inputs, a->ldq, 1, true, rows);
    } else {
        multiply_quads(sum, weights, inputs, a->ldq, 2, true, rows);
        for (quads -= 2; quads >= 2; quads -= 2) {
            inputs += 8;
            weights += 2 * 4 * MBT_LANES;
            multiply_quads(sum, weights, inputs, a->ldq, 2, false, rows);
        }
        if (quads > 0)
            multiply_quads(sum, weights + 2 * 4 * MBT_LANES, inputs + 8, a->ldq, 1, false, rows);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t o = 0; o < 4; o++)
            acc[0][r].v[o] = vpaddq_s32(sum[r][2 * o], sum[r][2 * o + 1]);
}

static V_INLINE vf to_floats(vi sums)
{
    vf floats;
    for (size_t q = 0; q < 4; q++)
        floats.v[q] = vcvtq_f32_s32(sums.v[q]);
    return floats;
}

#include "simd/gemm_i8_tiles.h"
