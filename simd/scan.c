/* scan.c: the Mamba layer between its matrix products. Contracts in kernels.def and kernels.h (mbt_scan). */
#define V_NARROW

#include "simd/vec.h"

/* conv1d_silu for `rows` rows, a constant in every call. */
static V_INLINE void conv_rows(const float *x, ptrdiff_t ld, size_t rows, size_t channels, size_t d_conv,
                               const float *weight, const float *bias, float *out, ptrdiff_t ldo)
{
    for (size_t c = 0; c < channels; c += V_WIDTH) {
        vf s[V_AT_ONCE];
        for (size_t r = 0; r < rows; r++)
            s[r] = v_load(bias + c);
        for (size_t j = 0; j < d_conv; j++) {
            const vf w = v_load(weight + j * channels + c);
            for (size_t r = 0; r < rows; r++)
                s[r] = v_fma(w, v_load(x + (ptrdiff_t)(r + j) * ld + c), s[r]);
        }
        v_silu(s, rows);
        for (size_t r = 0; r < rows; r++)
            v_store(out + (ptrdiff_t)r * ldo + c, s[r]);
    }
}

void MBT_FN(conv1d_silu)(const float *x, ptrdiff_t ld, size_t rows, size_t channels, size_t d_conv, const float *weight,
                         const float *bias, float *out, ptrdiff_t ldo)
{
    size_t r = 0;
    for (; r + V_AT_ONCE <= rows; r += V_AT_ONCE)
        conv_rows(x + (ptrdiff_t)r * ld, ld, V_AT_ONCE, channels, d_conv, weight, bias, out + (ptrdiff_t)r * ldo, ldo);
    for (; r < rows; r++)
        conv_rows(x + (ptrdiff_t)r * ld, ld, 1, channels, d_conv, weight, bias, out + (ptrdiff_t)r * ldo, ldo);
}

/* In place, max(x, 0) + log1p(exp(-|x|)), of `count` vectors, a constant in every call. */
static V_INLINE void v_softplus(vf *x, size_t count)
{
    vf e[V_MOST];
    for (size_t i = 0; i < count; i++)
        e[i] = v_sub(v_set(0.0f), v_abs(x[i]));
    v_exp(e, count);
    v_log1p(e, count);
    for (size_t i = 0; i < count; i++)
        x[i] = v_add(v_max(x[i], v_set(0.0f)), e[i]);
}

void MBT_FN(softplus)(float *x, size_t count)
{
    size_t i = 0;
    for (; i + V_MOST * V_WIDTH <= count; i += V_MOST * V_WIDTH) {
        vf v[V_MOST];
        for (size_t k = 0; k < V_MOST; k++)
            v[k] = v_load(x + i + k * V_WIDTH);
        v_softplus(v, V_MOST);
        for (size_t k = 0; k < V_MOST; k++)
            v_store(x + i + k * V_WIDTH, v[k]);
    }
    for (size_t n; i < count; i += n) {
        float some[V_WIDTH] = {0};
        n = count - i < V_WIDTH ? count - i : V_WIDTH;
        memcpy(some, x + i, n * sizeof(float));
        vf v = v_load(some);
        v_softplus(&v, 1);
        v_store(some, v);
        memcpy(x + i, some, n * sizeof(float));
    }
}

#define STATES_AT_ONCE 16 /* as many as AVX-512 can keep in registers over all steps */

/* All steps, for states n to n + count - 1 (count is a constant in every call) of channels e to e + V_WIDTH - 1. */
static V_INLINE void scan_states(const mbt_scan *s, size_t e, size_t n, size_t count)
{
    const size_t start = e / MBT_LANES * MBT_LANES * s->d_state + n * MBT_LANES + e % MBT_LANES;
    const float *a = s->a + start;
    float *states = s->h + start;
    const bool first = n == 0, last = n + count == s->d_state;
    const vf d = v_load(s->d + e);
    vf h[STATES_AT_ONCE];
    for (size_t i = 0; i < count; i++)
        h[i] = v_load(states + i * MBT_LANES);
    for (size_t t = 0; t < s->steps; t++) {
        const float *b = s->b + (ptrdiff_t)t * s->ldbc + n, *c = s->c + (ptrdiff_t)t * s->ldbc + n;
        const ptrdiff_t row = (ptrdiff_t)t * s->ld + (ptrdiff_t)e;
        const vf dt = v_load(s->dt + row), u = v_load(s->u + row), input = v_mul(dt, u);
        vf y = first ? v_mul(d, u) : v_load(s->y + row);
        V_UNROLL
        for (size_t i = 0; i < count; i += V_AT_ONCE) {
            vf decay[V_AT_ONCE], power[V_AT_ONCE];
            const size_t some = count - i < V_AT_ONCE ? count - i : V_AT_ONCE;
            for (size_t k = 0; k < some; k++)
                decay[k] = v_mul(dt, v_load(a + (i + k) * MBT_LANES));
            v_exp2_parts(decay, power, some);
            for (size_t k = 0; k < some; k++) { /* `scaled` first: it need not wait for the polynomial in decay (4%) */
                const vf scaled = v_mul(v_exp2_eighths(power[k]), h[i + k]);
                h[i + k] = v_fma(decay[k], scaled, v_mul(input, v_set(b[i + k])));
            }
            for (size_t k = 0; k < some; k++)
                y = v_fma(h[i + k], v_set(c[i + k]), y);
        }
        if (last) {
            vf gate = v_load(s->z + (ptrdiff_t)t * s->ldz + e);
            v_silu(&gate, 1);
            y = v_mul(y, gate);
        }
        v_store(s->y + row, y);
    }
    for (size_t i = 0; i < count; i++)
        v_store(states + i * MBT_LANES, h[i]);
}

void MBT_FN(scan)(const mbt_scan *s)
{
    for (size_t e = 0; e < s->channels; e += V_WIDTH) {
        size_t n = 0;
        for (; n + STATES_AT_ONCE <= s->d_state; n += STATES_AT_ONCE)
            scan_states(s, e, n, STATES_AT_ONCE);
        for (; n < s->d_state; n++)
            scan_states(s, e, n, 1);
    }
}
