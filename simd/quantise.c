/* quantise.c: from floats to int8, and from binary16 to floats. Contracts in kernels.def. */
#include "simd/vec.h"

#define LEAST 1e-30f /* below this the row counts as zeros; 127 / LEAST does not overflow */

/* Rounds by addition: x + TO_INTEGER, |x| < 2^22, has no bits left for a fraction. The bits of the sum are those of
 * TO_INTEGER plus the integer. */
#define TO_INTEGER 0x1.8p23f
#define TO_INTEGER_BITS 0x4b400000u

#define AT_ONCE 4u      /* rows read side by side */
#define BLOCK MBT_LANES /* rows whose factors are computed together */

/* A block of rows. If the last AT_ONCE rows are not all there, the last row is done several times in their place. */
typedef struct block {
    const float *x, *center;
    mbt_rows_i8 to;
    ptrdiff_t ldx, ldq, lds;
    size_t rows, channels;
} block;

static V_INLINE ptrdiff_t row_at(const block *b, size_t first, size_t i)
{
    return (ptrdiff_t)(first + i < b->rows ? first + i : b->rows - 1);
}

/* x - center, in channels c to c + n - 1. */
static V_INLINE vf deviation(const block *b, ptrdiff_t row, size_t c, size_t n, bool centered)
{
    const vf x = v_load_n(b->x + row * b->ldx + c, n);
    return centered ? v_sub(x, v_load_n(b->center + c, n)) : x;
}

static V_INLINE void largest_of_columns(vf most[AT_ONCE], const block *b, size_t first, size_t c, size_t n,
                                        bool centered)
{
    V_UNROLL
    for (size_t i = 0; i < AT_ONCE; i++)
        most[i] = v_max(v_abs(deviation(b, row_at(b, first, i), c, n, centered)), most[i]);
}

/* Stores the deviations times the row's factor, rounded to integers (NaN: -127), and adds these to total. The bits of
 * TO_INTEGER are still in total; quantise_block subtracts them. */
static V_INLINE void round_columns(vf total[AT_ONCE], const block *b, const float *factor, size_t first, size_t c,
                                   size_t n, bool centered)
{
    V_UNROLL
    for (size_t i = 0; i < AT_ONCE; i++) {
        const ptrdiff_t row = row_at(b, first, i);
        const vf d = deviation(b, row, c, n, centered);
        const vf rounded = v_at_least(v_fma(d, v_set(factor[first + i]), v_set(TO_INTEGER)), TO_INTEGER - 127.0f);
        int8_t *q = b->to.q + row * b->ldq + c, last[MBT_LANES];
        v_store_low_bytes(n < MBT_LANES ? last : q, rounded);
        if (n < MBT_LANES)
            memcpy(q, last, (n + 3) / 4 * 4);
        total[i] = v_add_bits(total[i], rounded);
    }
}

static V_INLINE void quantise_block(const block *b, bool centered)
{
    const size_t whole = b->channels / MBT_LANES * MBT_LANES, rest = b->channels - whole;
    float largest[BLOCK] = {0}, factor[BLOCK], scale[BLOCK];
    for (size_t first = 0; first < b->rows; first += AT_ONCE) {
        vf most[AT_ONCE] = {v_set(0.0f), v_set(0.0f), v_set(0.0f), v_set(0.0f)};
        for (size_t c = 0; c < whole; c += MBT_LANES)
            largest_of_columns(most, b, first, c, MBT_LANES, centered);
        if (rest)
            largest_of_columns(most, b, first, whole, rest, centered);
        v_largest_of_4(largest + first, most);
    }
    const vf m = v_load(largest), none = v_set(0.0f);
    const vm tiny = v_gt(v_set(LEAST), m);
    v_store(factor, v_select(tiny, none, v_div(v_set(127.0f), m)));
    v_store(scale, v_select(tiny, none, v_mul(m, v_set(1.0f / 127.0f))));
    const uint32_t excess = (uint32_t)((whole + (rest ? MBT_LANES : 0)) * TO_INTEGER_BITS);
    for (size_t first = 0; first < b->rows; first += AT_ONCE) {
        vf total[AT_ONCE] = {v_set(0.0f), v_set(0.0f), v_set(0.0f), v_set(0.0f)};
        for (size_t c = 0; c < whole; c += MBT_LANES)
            round_columns(total, b, factor, first, c, MBT_LANES, centered);
        if (rest)
            round_columns(total, b, factor, first, whole, rest, centered);
        uint32_t sum[AT_ONCE];
        v_sums_of_bits_of_4(sum, total);
        for (size_t i = 0; i < AT_ONCE; i++) {
            const ptrdiff_t row = row_at(b, first, i);
            b->to.sum[row * b->lds] = (int32_t)(sum[i] - excess);
            b->to.scale[row * b->lds] = scale[row];
        }
    }
}

void MBT_FN(quantise)(const float *x, ptrdiff_t ldx, size_t rows, size_t channels, const float *center, mbt_rows_i8 to,
                      ptrdiff_t ldq, ptrdiff_t lds)
{
    block b = {x, center, to, ldx, ldq, lds, 0, channels};
    for (; rows > 0; rows -= b.rows) {
        b.rows = rows < BLOCK ? rows : BLOCK;
        if (center)
            quantise_block(&b, true);
        else
            quantise_block(&b, false);
        b.x += (ptrdiff_t)b.rows * ldx;
        b.to.q += (ptrdiff_t)b.rows * ldq;
        b.to.scale += (ptrdiff_t)b.rows * lds;
        b.to.sum += (ptrdiff_t)b.rows * lds;
    }
}

void MBT_FN(widen)(const uint16_t *halves, size_t count, float *out)
{
    for (size_t i = 0; i < count; i += MBT_LANES)
        v_store(out + i, v_load_half(halves + i));
}
