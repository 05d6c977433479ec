/* norm.c: normalisations and what is done beside them in the same pass. Contracts in kernels.def. */
#include "vec.h"

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

void MBT_FN(norm_prelu)(float *x, ptrdiff_t ld, size_t rows, size_t channels, const float *scale, const float *shift,
                        const float *slope)
{
    for (size_t c = 0; c < channels; c += MBT_LANES) {
        const size_t n = v_lanes(channels - c);
        const vf a = v_load_n(scale + c, n), b = v_load_n(shift + c, n), s = v_load_n(slope + c, n);
        for (size_t r = 0; r < rows; r++) {
            float *row = x + (ptrdiff_t)r * ld + c;
            const vf y = v_fma(v_load_n(row, n), a, b);
            v_store_n(row, v_select(v_gt(y, v_set(0.0f)), y, v_mul(s, y)), n);
        }
    }
}

void MBT_FN(layer_norm)(const float *x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out,
                        ptrdiff_t ldo)
{
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + (ptrdiff_t)r * ldx;
        float *to = out + (ptrdiff_t)r * ldo;
        vf sum = v_set(0.0f), squares = v_set(0.0f);
        for (size_t c = 0; c < channels; c += MBT_LANES)
            sum = v_add(sum, v_load_n(from + c, v_lanes(channels - c)));
        const float mean = v_sum(sum) / (float)channels;
        for (size_t c = 0; c < channels; c += MBT_LANES) {
            const size_t n = v_lanes(channels - c);
            const vf deviation = v_first_n(v_sub(v_load_n(from + c, n), v_set(mean)), n);
            squares = v_fma(deviation, deviation, squares);
        }
        const float scale = 1.0f / sqrtf(v_sum(squares) / (float)channels + eps);
        for (size_t c = 0; c < channels; c += MBT_LANES) {
            const size_t n = v_lanes(channels - c);
            v_store_n(to + c, v_mul(v_sub(v_load_n(from + c, n), v_set(mean)), v_set(scale)), n);
        }
    }
}

void MBT_FN(rms_norm)(const float *x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out, ptrdiff_t ldo)
{
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + (ptrdiff_t)r * ldx;
        float *to = out + (ptrdiff_t)r * ldo;
        vf squares = v_set(0.0f);
        for (size_t c = 0; c < channels; c += MBT_LANES) {
            const vf v = v_load_n(from + c, v_lanes(channels - c));
            squares = v_fma(v, v, squares);
        }
        const float scale = 1.0f / sqrtf(v_sum(squares) / (float)channels + eps);
        for (size_t c = 0; c < channels; c += MBT_LANES) {
            const size_t n = v_lanes(channels - c);
            v_store_n(to + c, v_mul(v_load_n(from + c, n), v_set(scale)), n);
        }
    }
}

void MBT_FN(add)(float *x, ptrdiff_t ldx, const float *y, ptrdiff_t ldy, size_t rows, size_t channels)
{
    for (size_t r = 0; r < rows; r++) {
        float *to = x + (ptrdiff_t)r * ldx;
        const float *from = y + (ptrdiff_t)r * ldy;
        for (size_t c = 0; c < channels; c += MBT_LANES) {
            const size_t n = v_lanes(channels - c);
            v_store_n(to + c, v_add(v_load_n(to + c, n), v_load_n(from + c, n)), n);
        }
    }
}
