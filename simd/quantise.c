/* quantise.c: between floats and smaller numbers. Contracts in kernels.def. */
#include "vec.h"

#define LEAST 1e-30f         /* of a row's largest number: its reciprocal is far from overflow */
#define TO_INTEGER 0x1.8p23f /* added to |x| < 2^22, it leaves no room for a fraction */

/* x - center, n lanes of it. */
static V_INLINE vf deviation(const float *x, const float *center, size_t n)
{
    return center ? v_sub(v_load_n(x, n), v_load_n(center, n)) : v_load_n(x, n);
}

/* The integers nearest to d * factor; -127 for NaN. */
static V_INLINE vf round_to_integers(vf d, vf factor)
{
    return v_at_least(v_sub(v_fma(d, factor, v_set(TO_INTEGER)), v_set(TO_INTEGER)), -127.0f);
}

static V_INLINE void quantise_row(const float *x, size_t channels, const float *center, int8_t *q, float *scale,
                                  int32_t *sum)
{
    const size_t whole = channels / MBT_LANES * MBT_LANES, rest = channels - whole;
    vf most = v_set(0.0f), total = v_set(0.0f);
    for (size_t c = 0; c < whole; c += MBT_LANES)
        most = v_max(v_abs(deviation(x + c, center ? center + c : NULL, MBT_LANES)), most);
    if (rest)
        most = v_max(v_abs(deviation(x + whole, center ? center + whole : NULL, rest)), most);
    const float largest = v_largest(most);
    const vf factor = v_set(largest >= LEAST ? 127.0f / largest : 0.0f);
    for (size_t c = 0; c < whole; c += MBT_LANES) {
        const vf integers = round_to_integers(deviation(x + c, center ? center + c : NULL, MBT_LANES), factor);
        v_store_i8(q + c, integers);
        total = v_add(total, integers);
    }
    if (rest) {
        const vf integers = round_to_integers(deviation(x + whole, center ? center + whole : NULL, rest), factor);
        int8_t last[MBT_LANES];
        v_store_i8(last, integers);
        memcpy(q + whole, last, (rest + 3) / 4 * 4);
        total = v_add(total, integers);
    }
    *scale = largest >= LEAST ? largest * (1.0f / 127.0f) : 0.0f;
    *sum = (int32_t)v_sum(total);
}

void MBT_FN(quantise)(const float *x, ptrdiff_t ldx, size_t rows, size_t channels, const float *center, mbt_rows_i8 to,
                      ptrdiff_t ldq, ptrdiff_t lds)
{
    for (ptrdiff_t r = 0; r < (ptrdiff_t)rows; r++)
        quantise_row(x + r * ldx, channels, center, to.q + r * ldq, to.scale + r * lds, to.sum + r * lds);
}

void MBT_FN(widen)(const uint16_t *halves, size_t count, float *out)
{
    for (size_t i = 0; i < count; i += MBT_LANES)
        v_store(out + i, v_load_half(halves + i));
}
