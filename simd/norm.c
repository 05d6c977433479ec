/* norm.c: normalisations, and the element-wise work that is done in the same pass. Contracts in kernels.def. */
#include "simd/vec.h"

void MBT_FN(channel_stats)(const float *x, ptrdiff_t ld, size_t rows, size_t channels, float *mean, float *m2)
{
    for (size_t c = 0; c < channels; c += MBT_LANES) {
        const size_t n = v_lanes(channels - c);
        vf sum = v_set(0.0f), squares = v_set(0.0f);
        for (size_t r = 0; r < rows; r++)
            sum = v_add(sum, v_load_n(x + (ptrdiff_t)r * ld + c, n));
        const vf average = v_div(sum, v_set((float)rows));
        for (size_t r = 0; r < rows; r++) {
            const vf deviation = v_sub(v_load_n(x + (ptrdiff_t)r * ld + c, n), average);
            squares = v_fma(deviation, deviation, squares);
        }
        v_store_n(mean + c, average, n);
        v_store_n(m2 + c, squares, n);
    }
}

/* All rows of one vector of n channels. n is a constant, 16, except in the last vector. */
static V_INLINE void prelu_channels(float *x, ptrdiff_t ld, size_t rows, size_t n, const float *scale,
                                    const float *shift, const float *slope)
{
    const vf a = v_load_n(scale, n), b = v_load_n(shift, n), s = v_load_n(slope, n);
    for (size_t r = 0; r < rows; r++, x += ld) {
        const vf y = v_fma(v_load_n(x, n), a, b);
        v_store_n(x, v_select(v_gt(y, v_set(0.0f)), y, v_mul(s, y)), n);
    }
}

void MBT_FN(norm_prelu)(float *x, ptrdiff_t ld, size_t rows, size_t channels, const float *scale, const float *shift,
                        const float *slope)
{
    size_t c = 0;
    for (; c + MBT_LANES <= channels; c += MBT_LANES)
        prelu_channels(x + c, ld, rows, MBT_LANES, scale + c, shift + c, slope + c);
    if (c < channels)
        prelu_channels(x + c, ld, rows, channels - c, scale + c, shift + c, slope + c);
}

/* One row. full: channels is a multiple of 16. It is a constant in every call, so that the rest costs nothing then. */
static V_INLINE void layer_norm_row(const float *x, size_t channels, float eps, float *out, bool full)
{
    const size_t whole = full ? channels : channels - channels % MBT_LANES, rest = channels - whole;
    vf sum = v_set(0.0f), squares = v_set(0.0f);
    for (size_t c = 0; c < whole; c += MBT_LANES)
        sum = v_add(sum, v_load(x + c));
    if (!full)
        sum = v_add(sum, v_load_n(x + whole, rest));
    const vf mean = v_set(v_sum(sum) / (float)channels);
    for (size_t c = 0; c < whole; c += MBT_LANES) {
        const vf deviation = v_sub(v_load(x + c), mean);
        squares = v_fma(deviation, deviation, squares);
    }
    if (!full) {
        const vf deviation = v_first_n(v_sub(v_load_n(x + whole, rest), mean), rest);
        squares = v_fma(deviation, deviation, squares);
    }
    const vf scale = v_set(1.0f / sqrtf(v_sum(squares) / (float)channels + eps));
    for (size_t c = 0; c < whole; c += MBT_LANES)
        v_store(out + c, v_mul(v_sub(v_load(x + c), mean), scale));
    if (!full)
        v_store_n(out + whole, v_mul(v_sub(v_load_n(x + whole, rest), mean), scale), rest);
}

void MBT_FN(layer_norm)(const float *x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out,
                        ptrdiff_t ldo)
{
    for (size_t r = 0; r < rows; r++, x += ldx, out += ldo)
        if (channels % MBT_LANES == 0)
            layer_norm_row(x, channels, eps, out, true);
        else
            layer_norm_row(x, channels, eps, out, false);
}

/* One row; full as above. */
static V_INLINE void rms_norm_row(const float *x, size_t channels, float eps, float *out, bool full)
{
    const size_t whole = full ? channels : channels - channels % MBT_LANES, rest = channels - whole;
    vf squares = v_set(0.0f);
    for (size_t c = 0; c < whole; c += MBT_LANES) {
        const vf v = v_load(x + c);
        squares = v_fma(v, v, squares);
    }
    if (!full) {
        const vf v = v_load_n(x + whole, rest);
        squares = v_fma(v, v, squares);
    }
    const vf scale = v_set(1.0f / sqrtf(v_sum(squares) / (float)channels + eps));
    for (size_t c = 0; c < whole; c += MBT_LANES)
        v_store(out + c, v_mul(v_load(x + c), scale));
    if (!full)
        v_store_n(out + whole, v_mul(v_load_n(x + whole, rest), scale), rest);
}

void MBT_FN(rms_norm)(const float *x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out, ptrdiff_t ldo)
{
    for (size_t r = 0; r < rows; r++, x += ldx, out += ldo)
        if (channels % MBT_LANES == 0)
            rms_norm_row(x, channels, eps, out, true);
        else
            rms_norm_row(x, channels, eps, out, false);
}

void MBT_FN(add)(float *x, ptrdiff_t ldx, const float *y, ptrdiff_t ldy, size_t rows, size_t channels)
{
    for (size_t r = 0; r < rows; r++, x += ldx, y += ldy) {
        size_t c = 0;
        for (; c + MBT_LANES <= channels; c += MBT_LANES)
            v_store(x + c, v_add(v_load(x + c), v_load(y + c)));
        if (c < channels)
            v_store_n(x + c, v_add(v_load_n(x + c, channels - c), v_load_n(y + c, channels - c)), channels - c);
    }
}
