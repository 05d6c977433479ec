/* vec_math.h: exp, log1p, pow and atan2 on vectors. Each is a fixed sequence of IEEE operations, so the bits are the
 * same everywhere.
 *
 * The polynomials are our own minimax fits, evaluated by Horner's rule with fma; the comments give their relative
 * errors. exp and log1p are always these, because they are inlined in the scan and the softmax. pow and atan2 are
 * SLEEF's deterministic functions (Sleef_finz_*, 1.0 ulp) if MBT_SLEEF is on. Included by vec.h alone. */

/* Adding 1.5 * 2^20 rounds to the nearest eighth. The low bits of the sum then count the eighths; subtracting it again
 * gives the rounded number. */
#define V_ROUND 1572864.0f

/* One step of Horner's rule: q = q y + c. */
static V_INLINE void v_horner(vf *q, const vf *y, float c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        q[i] = v_fma(q[i], y[i], v_set(c));
}

/* (2^f - 1) / f for f in [-1/16, 1/16]; with it 2^f has a relative error of 2.6e-8. Here and below, `count` vectors (a
 * constant in every call) are computed step by step, so that independent operations stand side by side. */
static V_INLINE void v_exp2_slope(vf *slope, const vf *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        slope[i] = v_fma(v_set(0x1.c690eep-5f), f[i], v_set(0x1.ec0c3p-3f));
    v_horner(slope, f, 0x1.62e432p-1f, count);
}

/* In place: f = 2^f. */
static V_INLINE void v_exp2_fraction(vf *f, size_t count)
{
    vf p[V_MOST];
    v_exp2_slope(p, f, count);
    v_horner(p, f, 1.0f, count);
    for (size_t i = 0; i < count; i++)
        f[i] = p[i];
}

/* In place: f = 2^(i / 8 + f), with i in the low bits of t. */
static V_INLINE void v_exp2_reduced(vf *f, const vf *t, size_t count)
{
    v_exp2_fraction(f, count);
    for (size_t i = 0; i < count; i++)
        f[i] = v_mul(f[i], v_exp2_eighths(t[i]));
}

/* 2^x as a product of two factors, for x <= 0. x is first clamped to at least -125, so that the power is never 0 or
 * denormal; NaN counts as -125. One factor takes the place of x, the other is v_exp2_eighths(t). */
static V_INLINE void v_exp2_parts(vf *x, vf *t, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = v_at_least(x[i], -125.0f);
    for (size_t i = 0; i < count; i++)
        t[i] = v_add(x[i], v_set(V_ROUND));
    for (size_t i = 0; i < count; i++)
        x[i] = v_sub(x[i], v_sub(t[i], v_set(V_ROUND)));
    v_exp2_fraction(x, count);
}

/* In place: x = 2^x, with the same clamp. */
static V_INLINE void v_exp2(vf *x, size_t count)
{
    vf t[V_MOST];
    v_exp2_parts(x, t, count);
    for (size_t i = 0; i < count; i++)
        x[i] = v_mul(x[i], v_exp2_eighths(t[i]));
}

/* In place: x = e^x, with x clamped to [-86.6, 88.3]; NaN counts as -86.6. log2(e) is split into two floats, because
 * one would not be exact enough for large x. */
static V_INLINE void v_exp(vf *x, size_t count)
{
    vf t[V_MOST], f[V_MOST];
    for (size_t i = 0; i < count; i++)
        x[i] = v_at_most(v_at_least(x[i], -86.6f), 88.3f);
    for (size_t i = 0; i < count; i++)
        t[i] = v_fma(x[i], v_set(0x1.715476p+0f), v_set(V_ROUND));
    for (size_t i = 0; i < count; i++)
        f[i] = v_fma(x[i], v_set(0x1.715476p+0f), v_sub(v_set(V_ROUND), t[i]));
    for (size_t i = 0; i < count; i++)
        x[i] = v_fma(x[i], v_set(0x1.4ae0cp-26f), f[i]);
    v_exp2_reduced(x, t, count);
}

/* In place: x = x / (1 + e^-x). log2(e) is one float here, which gives e^-x a relative error of 1.4e-8 |x|. */
static V_INLINE void v_silu(vf *x, size_t count)
{
    vf t[V_MOST], f[V_MOST];
    for (size_t i = 0; i < count; i++)
        f[i] = v_at_most(v_at_least(x[i], -88.3f), 86.6f);
    for (size_t i = 0; i < count; i++)
        t[i] = v_fma(f[i], v_set(-0x1.715476p+0f), v_set(V_ROUND));
    for (size_t i = 0; i < count; i++)
        f[i] = v_fma(f[i], v_set(-0x1.715476p+0f), v_sub(v_set(V_ROUND), t[i]));
    v_exp2_reduced(f, t, count);
    for (size_t i = 0; i < count; i++)
        x[i] = v_div(x[i], v_add(v_set(1.0f), f[i]));
}

/* In place: y = log(1 + y) for 0 <= y <= 1, as y Q(y) with an error of 5.3e-9. */
static V_INLINE void v_log1p(vf *y, size_t count)
{
    vf q[V_MOST];
    for (size_t i = 0; i < count; i++)
        q[i] = v_fma(v_set(-0x1.af49cep-9f), y[i], v_set(0x1.4917cep-6f));
    v_horner(q, y, -0x1.d6b08cp-5f, count);
    v_horner(q, y, 0x1.b4ae08p-4f, count);
    v_horner(q, y, -0x1.3a435ep-3f, count);
    v_horner(q, y, 0x1.934b54p-3f, count);
    v_horner(q, y, -0x1.ff23e6p-3f, count);
    v_horner(q, y, 0x1.554ddp-2f, count);
    v_horner(q, y, -0x1.ffffd2p-2f, count);
    v_horner(q, y, 1.0f, count);
    for (size_t i = 0; i < count; i++)
        y[i] = v_mul(q[i], y[i]);
}

#if MBT_SLEEF

static inline vf v_pow(vf x, float y)
{
    return v_sleef_pow(x, v_set(y));
}

static inline vf v_atan2(vf y, vf x)
{
    return v_sleef_atan2(y, x);
}

#else

/* x^y for x >= 0 and 0 < y <= 8. Off by at most 1.3 + 0.9 y units of the last place where the power is 2^-125 to
 * 2^127.4 (tried with all x: 8.2 at y = 8). Smaller and larger powers become 2^-125.06 and 2^127.44. But an x below the
 * smallest normal number counts as 0, whose power is 0.
 * x = 2^e m, and log2 m = s Q(s^2) with s = (m - 1) / (m + 1), error 6.9e-10. Then the power is 2^(y e + y log2 m). The
 * exponent's integer part (in eighths) is subtracted from y e first, before anything is lost to rounding. What is left
 * is at most 1/16 and a little: `whole`, of which the eighths are taken, is off by up to 2^-18. */
static inline vf v_pow(vf x, float y)
{
    vf e;
    const vf m = v_split(x, &e);
    const vf s = v_div(v_sub(m, v_set(1.0f)), v_add(m, v_set(1.0f)));
    const vf u = v_mul(s, s);
    vf q = v_set(0x1.ba1b44p-2f);
    q = v_fma(q, u, v_set(0x1.27471p-1f));
    q = v_fma(q, u, v_set(0x1.ec70e6p-1f));
    q = v_fma(q, u, v_set(0x1.715476p+1f));
    const vf log2_m = v_mul(s, q);
    const vf whole = v_fma(e, v_set(y), v_mul(log2_m, v_set(y)));
    const vf t = v_add(v_at_most(v_at_least(whole, -125.0f), 127.4f), v_set(V_ROUND));
    const vf n = v_sub(t, v_set(V_ROUND));
    const vf f = v_fma(log2_m, v_set(y), v_sub(v_set(0.0f), v_fma(e, v_set(-y), n)));
    const vf inside = v_at_most(v_at_least(f, -0x1.001p-4f), 0x1.001p-4f), scale = v_exp2_eighths(t);
    vf slope;
    v_exp2_slope(&slope, &inside, 1);
    const vf power = v_fma(v_mul(slope, inside), scale, scale); /* 1 + f P(f) is not rounded in between */
    return v_select(v_gt(v_set(0x1p-126f), x), v_set(0.0f), power);
}

/* The angle of (x, y) in (-pi, pi]; -pi where y is -0 and x is negative, as in IEEE 754. With t = min / max of |x| and
 * |y|, atan t = t S(t^2) for t <= tan(pi / 8), error 1.8e-8. Above that, atan t = pi / 4 + atan((t - 1) / (t + 1)). */
static inline vf v_atan2(vf y, vf x)
{
    const vf ax = v_abs(x), ay = v_abs(y);
    const vf big = v_max(ax, ay), small = v_min(ay, ax);
    const vm upper = v_gt(small, v_mul(big, v_set(0x1.a8279ap-2f)));
    const vf top = v_select(upper, v_sub(small, big), small);
    const vf bottom = v_select(upper, v_add(small, big), big);
    const vf t = v_select(v_gt(bottom, v_set(0.0f)), v_div(top, v_max(bottom, v_set(0x1p-149f))), v_set(0.0f));
    const vf u = v_mul(t, t);
    vf s = v_set(0x1.4722f4p-4f);
    s = v_fma(s, u, v_set(-0x1.1bb0d4p-3f));
    s = v_fma(s, u, v_set(0x1.9913cp-3f));
    s = v_fma(s, u, v_set(-0x1.5553eep-2f));
    s = v_fma(v_mul(s, u), t, t);
    vf angle = v_select(upper, v_add(s, v_set(0x1.921fb6p-1f)), s);
    angle = v_select(v_gt(ay, ax), v_sub(v_set(0x1.921fb6p+0f), angle), angle);
    angle = v_select(v_sign_bit(x), v_sub(v_set(0x1.921fb6p+1f), angle), angle);
    return v_copysign(angle, y);
}

#endif
