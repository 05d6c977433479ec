/* neon/gemm_i8.c: tiles of up to 2 rows and one panel: 16 accumulators of 4 sums, two to an output, 2 registers for the
 * weights of 4 outputs, 4 for eight inputs of each row, 4 for products.
 *
 * Two products of numbers in [-127, 127] fit into 16 bits: 2 * 127^2 = 32258. */
#include "rows_i8.h"

#define TILE_ROWS 2
#define TILE_PANELS 1

typedef struct vi {
    int32x4_t v[4];
} vi;

/* As vmull_s8, vmlal_s8, their siblings for the upper halves, and vpadalq_s16, but volatile statements keep their order:
 * several chains side by side, for processors that issue in order. */
#define SMULL(p, w, x) __asm__ volatile("smull %0.8h, %1.8b, %2.8b" : "=w"(p) : "w"(w), "w"(x))
#define SMULL2(p, w, x) __asm__ volatile("smull2 %0.8h, %1.16b, %2.16b" : "=w"(p) : "w"(w), "w"(x))
#define SMLAL(p, w, x) __asm__ volatile("smlal %0.8h, %1.8b, %2.8b" : "+w"(p) : "w"(w), "w"(x))
#define SMLAL2(p, w, x) __asm__ volatile("smlal2 %0.8h, %1.16b, %2.16b" : "+w"(p) : "w"(w), "w"(x))
#define SADALP(sum, p) __asm__ volatile("sadalp %0.4s, %1.8h" : "+w"(sum) : "w"(p))

/* Four integers, four times. */
static V_INLINE int8x16_t load_quad(const int8_t *q)
{
    return vreinterpretq_s8_s32(vdupq_n_s32(quad_at(q)));
}

/* sum[r][2 o .. 2 o + 1] += the products of 4 outputs' weights of one quad, or of two, and of the rows' inputs. */
static V_INLINE void multiply_quads(int32x4_t sum[TILE_ROWS][8], size_t o, const int8_t *weights, int8x16_t x[][2],
                                    size_t quads, size_t rows)
{
    int16x8_t low[TILE_ROWS], high[TILE_ROWS];
    int8x16_t w = vld1q_s8(weights + 16 * o);
    for (size_t r = 0; r < rows; r++) {
        SMULL(low[r], w, x[r][0]);
        SMULL2(high[r], w, x[r][0]);
    }
    if (quads > 1) {
        w = vld1q_s8(weights + 4 * MBT_LANES + 16 * o);
        for (size_t r = 0; r < rows; r++) {
            SMLAL(low[r], w, x[r][1]);
            SMLAL2(high[r], w, x[r][1]);
        }
    }
    for (size_t r = 0; r < rows; r++) {
        SADALP(sum[r][2 * o], low[r]);
        SADALP(sum[r][2 * o + 1], high[r]);
    }
}

static V_INLINE void multiply(vi acc[TILE_PANELS][TILE_ROWS], const int8_t *weights, size_t panel_size,
                              const rows_i8 *a, size_t quads, size_t rows, size_t panels)
{
    (void)panel_size;
    const size_t quarters = panels > 0 ? 4 : 1;
    int32x4_t sum[TILE_ROWS][8];
    int8x16_t x[TILE_ROWS][2];
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < 2 * quarters; i++)
            sum[r][i] = vdupq_n_s32(0);
    const int8_t *inputs = a->q;
    for (; quads >= 2; quads -= 2, inputs += 8, weights += 2 * 4 * MBT_LANES) {
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < 2; i++)
                x[r][i] = load_quad(inputs + (ptrdiff_t)r * a->ldq + 4 * i);
        for (size_t o = 0; o < quarters; o++)
            multiply_quads(sum, o, weights, x, 2, rows);
    }
    if (quads > 0) {
        for (size_t r = 0; r < rows; r++)
            x[r][0] = load_quad(inputs + (ptrdiff_t)r * a->ldq);
        for (size_t o = 0; o < quarters; o++)
            multiply_quads(sum, o, weights, x, 1, rows);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t o = 0; o < quarters; o++)
            acc[0][r].v[o] = vpaddq_s32(sum[r][2 * o], sum[r][2 * o + 1]);
}

static V_INLINE vf to_floats(vi sums)
{
    vf floats;
    for (size_t q = 0; q < 4; q++)
        floats.v[q] = vcvtq_f32_s32(sums.v[q]);
    return floats;
}

#include "gemm_i8_tiles.h"
