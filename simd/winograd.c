/* winograd.c: the transforms of Winograd's F(4, 3) (arXiv 1509.09308). With them a convolution by three taps along
 * frequency takes six products for four outputs, instead of twelve. Contracts in kernels.def.
 *
 * The polynomials are evaluated at 0, +-P, +-Q and infinity. P = 3/4 and Q = 3/2 lose 3 dB less to rounding than the
 * usual 1 and 2, and cost the same. */
#include "simd/vec.h"

#define P 0.75f
#define Q 1.5f

/* n channels of one tile. Its bins are 0 .. 5 of x; those from `bins` on count as zeros. */
static inline __attribute__((always_inline)) void tile_input(const float *x, ptrdiff_t ld, size_t bins, float *v,
                                                             size_t point, size_t n)
{
    vf d[MBT_WINOGRAD_POINTS];
    for (size_t i = 0; i < MBT_WINOGRAD_POINTS; i++)
        d[i] = i < bins ? v_load_n(x + (ptrdiff_t)i * ld, n) : v_set(0.0f);
    const vf even_p = v_fma(v_set(-Q * Q), d[2], d[4]), odd_p = v_fma(v_set(-Q * Q), d[1], d[3]);
    const vf even_q = v_fma(v_set(-P * P), d[2], d[4]), odd_q = v_fma(v_set(-P * P), d[1], d[3]);
    const vf outer = v_set(P * P * Q * Q), inner = v_set(-(P * P + Q * Q));
    v_store_n(v + 0 * point, v_fma(outer, d[0], v_fma(inner, d[2], d[4])), n);
    v_store_n(v + 1 * point, v_fma(v_set(P), odd_p, even_p), n);
    v_store_n(v + 2 * point, v_fma(v_set(-P), odd_p, even_p), n);
    v_store_n(v + 3 * point, v_fma(v_set(Q), odd_q, even_q), n);
    v_store_n(v + 4 * point, v_fma(v_set(-Q), odd_q, even_q), n);
    v_store_n(v + 5 * point, v_fma(outer, d[1], v_fma(inner, d[3], d[5])), n);
}

void MBT_FN(winograd_input)(const float *x, ptrdiff_t ld, size_t bins, size_t channels, float *v, ptrdiff_t ldv,
                            size_t point)
{
    for (size_t bin = 0; bin < bins; bin += MBT_WINOGRAD_OUTPUTS, v += ldv) {
        const float *from = x + (ptrdiff_t)bin * ld;
        const size_t left = bins + 2 - bin;
        size_t c = 0;
        for (; c + MBT_LANES <= channels && left >= MBT_WINOGRAD_POINTS; c += MBT_LANES)
            tile_input(from + c, ld, MBT_WINOGRAD_POINTS, v + c, point, MBT_LANES);
        for (; c < channels; c += MBT_LANES)
            tile_input(from + c, ld, left, v + c, point, v_lanes(channels - c));
    }
}

/* n channels of one tile; its first `bins` bins are stored. */
static inline __attribute__((always_inline)) void tile_output(const float *m, size_t point, size_t bins, float *out,
                                                              ptrdiff_t ldo, size_t n)
{
    vf s[MBT_WINOGRAD_POINTS], y[MBT_WINOGRAD_OUTPUTS];
    for (size_t i = 0; i < MBT_WINOGRAD_POINTS; i++)
        s[i] = v_load_n(m + i * point, n);
    const vf even_p = v_add(s[1], s[2]), odd_p = v_sub(s[1], s[2]);
    const vf even_q = v_add(s[3], s[4]), odd_q = v_sub(s[3], s[4]);
    y[0] = v_add(s[0], v_add(even_p, even_q));
    y[1] = v_fma(v_set(Q), odd_q, v_mul(v_set(P), odd_p));
    y[2] = v_fma(v_set(Q * Q), even_q, v_mul(v_set(P * P), even_p));
    y[3] = v_fma(v_set(Q * Q * Q), odd_q, v_fma(v_set(P * P * P), odd_p, s[5]));
    for (size_t i = 0; i < MBT_WINOGRAD_OUTPUTS && i < bins; i++)
        v_store_n(out + (ptrdiff_t)i * ldo, y[i], n);
}

void MBT_FN(winograd_output)(const float *m, ptrdiff_t ldm, size_t point, size_t bins, size_t channels, float *out,
                             ptrdiff_t ldo)
{
    for (size_t bin = 0; bin < bins; bin += MBT_WINOGRAD_OUTPUTS, m += ldm) {
        float *to = out + (ptrdiff_t)bin * ldo;
        const size_t left = bins - bin;
        size_t c = 0;
        for (; c + MBT_LANES <= channels && left >= MBT_WINOGRAD_OUTPUTS; c += MBT_LANES)
            tile_output(m + c, point, MBT_WINOGRAD_OUTPUTS, to + c, ldo, MBT_LANES);
        for (; c < channels; c += MBT_LANES)
            tile_output(m + c, point, left, to + c, ldo, v_lanes(channels - c));
    }
}
