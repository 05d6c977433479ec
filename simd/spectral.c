/* spectral.c: from the spectrum to the network's inputs, and from its outputs back. Contracts in kernels.def and
 * kernels.h (mbt_mask). */
#include "simd/vec.h"

void MBT_FN(spectrum)(const float *re, const float *im, size_t bins, float compress_factor, float *planes)
{
    for (size_t f = 0; f < bins; f += MBT_LANES) {
        const size_t n = v_lanes(bins - f);
        const vf x = v_load_n(re + f, n), y = v_load_n(im + f, n);
        const vf magnitude = v_sqrt(v_fma(x, x, v_mul(y, y)));
        v_store_strided(planes + 2 * f, 2, v_pow(magnitude, compress_factor), n);
        v_store_strided(planes + 2 * f + 1, 2, v_atan2(y, x), n);
    }
}

void MBT_FN(mask)(const mbt_mask *m)
{
    for (size_t f = 0; f < m->bins; f += MBT_LANES) {
        const size_t n = v_lanes(m->bins - f);
        const vf y = v_fma(v_load_n(m->x + f, n), v_set(m->scale), v_set(m->shift));
        const vf active = v_select(v_gt(y, v_set(0.0f)), y, v_mul(v_set(m->prelu), y));
        const vf logit = v_fma(active, v_set(m->out_scale), v_set(m->out_bias));
        vf e = v_mul(v_sub(v_set(0.0f), v_load_n(m->slope + f, n)), logit);
        v_exp(&e, 1);
        const vf mask = v_max(v_set(m->floor), v_div(v_set(m->beta), v_add(v_set(1.0f), e)));
        if (m->mask)
            v_store_n(m->mask + f, mask, n);
        const vf compressed = v_load_strided(m->compressed + 2 * f, 2, n);
        v_store_n(m->magnitude + f, v_pow(v_mul(mask, compressed), m->expand), n);
    }
}

/* A power of two by which a pair is multiplied before its length is taken. The squares of the larger number are then
 * normal: without it they would be 0 below 1e-23, inexact below 1e-19 and infinite above 1e19. */
static inline vf scale_of_pair(vf r, vf i)
{
    const vf larger = v_max(v_abs(r), v_abs(i));
    const vf down = v_select(v_gt(larger, v_set(0x1p40f)), v_set(0x1p-100f), v_set(1.0f));
    return v_select(v_gt(v_set(0x1p-40f), larger), v_set(0x1p100f), down);
}

void MBT_FN(polar)(const float *magnitude, const float *pairs, size_t bins, float *re, float *im)
{
    for (size_t f = 0; f < bins; f += MBT_LANES) {
        const size_t n = v_lanes(bins - f);
        const vf r0 = v_load_strided(pairs + 2 * f, 2, n), i0 = v_load_strided(pairs + 2 * f + 1, 2, n);
        const vf scale = scale_of_pair(r0, i0), r = v_mul(r0, scale), i = v_mul(i0, scale);
        const vf length = v_sqrt(v_fma(r, r, v_mul(i, i)));
        const vm some = v_gt(length, v_set(0.0f));
        const vf m = v_load_n(magnitude + f, n);
        v_store_n(re + f, v_mul(m, v_select(some, v_div(r, length), v_set(1.0f))), n);
        v_store_n(im + f, v_mul(m, v_select(some, v_div(i, length), v_set(0.0f))), n);
    }
}
