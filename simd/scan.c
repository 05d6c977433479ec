/* scan.c: what the Mamba layer does between its matrix products. Contracts in kernels.def and kernels.h (mbt_scan). */
#include "vec.h"

void MBT_FN(conv1d_silu)(const float *x, ptrdiff_t ld, size_t rows, size_t channels, size_t d_conv, const float *weight,
                         const float *bias, float *out, ptrdiff_t ldo)
{
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + (ptrdiff_t)r * ld;
        for (size_t c = 0; c < channels; c += MBT_LANES) {
            vf s = v_load(bias + c);
            for (size_t j = 0; j < d_conv; j++)
                s = v_fma(v_load(weight + j * channels + c), v_load(row + (ptrdiff_t)j * ld + c), s);
            v_store(out + (ptrdiff_t)r * ldo + c, v_silu(s));
        }
    }
}

void MBT_FN(softplus)(float *x, size_t count)
{
    for (size_t i = 0; i < count; i += MBT_LANES) {
        const size_t n = v_lanes(count - i);
        const vf v = v_load_n(x + i, n);
        const vf e = v_exp(v_sub(v_set(0.0f), v_abs(v)));
        v_store_n(x + i, v_add(v_max(v, v_set(0.0f)), v_log1p(e)), n);
    }
}

void MBT_FN(scan)(const mbt_scan *s)
{
    for (size_t e = 0; e < s->channels; e += MBT_LANES) {
        const float *a = s->a + e * s->d_state;
        float *h = s->h + e * s->d_state;
        const vf d = v_load(s->d + e);
        for (size_t t = 0; t < s->steps; t++) {
            const float *b = s->b + (ptrdiff_t)t * s->ldbc, *c = s->c + (ptrdiff_t)t * s->ldbc;
            const vf dt = v_load(s->dt + (ptrdiff_t)t * s->ld + e), u = v_load(s->u + (ptrdiff_t)t * s->ld + e);
            const vf input = v_mul(dt, u);
            vf y = v_mul(d, u);
            for (size_t n = 0; n < s->d_state; n++) {
                const vf decay = v_exp2(v_mul(dt, v_load(a + n * MBT_LANES)));
                const vf state = v_fma(decay, v_load(h + n * MBT_LANES), v_mul(input, v_set(b[n])));
                v_store(h + n * MBT_LANES, state);
                y = v_fma(state, v_set(c[n]), y);
            }
            v_store(s->y + (ptrdiff_t)t * s->ld + e, v_mul(y, v_silu(v_load(s->z + (ptrdiff_t)t * s->ldz + e))));
        }
    }
}
