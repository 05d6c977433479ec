/* vec_math.h: exp, log1p, pow and atan2 on vectors: fixed sequences of IEEE operations, so the same bits
 * everywhere.
 *
 * The polynomials are minimax fits of ours (relative error in the comments), evaluated by Horner's rule with fma. exp2
 * and exp are always these, because they are inlined in the scan and the softmax; the others are SLEEF's deterministic
 * functions (Sleef_finz_*, 1.0 ulp) when MBT_SLEEF is on. Included by vec.h alone. */

/* Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, and leaves it in the low bits of the sum. */
#define V_ROUND 12582912.0f

/* 2^f on [-1/2, 1/2] as 1 + f P(f), error 2.0e-9, times 2^n where n stands in the low bits of t. */
static inline vf v_exp2_scaled(vf f, vf t)
{
    vf p = v_set(0x1.41fbbap-13f);
    p = v_fma(p, f, v_set(0x1.5f3e54p-10f));
    p = v_fma(p, f, v_set(0x1.3b2d4cp-7f));
    p = v_fma(p, f, v_set(0x1.c6aee8p-5f));
    p = v_fma(p, f, v_set(0x1.ebfbdcp-3f));
    p = v_fma(p, f, v_set(0x1.62e43p-1f));
    p = v_fma(p, f, v_set(1.0f));
    return v_add_exponent(p, t);
}

/* 2^x, for x clamped to [-125, 127.4]: never 0, denormal or infinite. NaN counts as -125. */
static inline vf v_exp2(vf x)
{
    x = v_min(v_max(x, v_set(-125.0f)), v_set(127.4f));
    const vf t = v_add(x, v_set(V_ROUND));
    return v_exp2_scaled(v_sub(x, v_sub(t, v_set(V_ROUND))), t);
}

/* e^x, clamped alike. log2(e) is split in two, so that the reduced argument is exact where x is large. */
static inline vf v_exp(vf x)
{
    x = v_min(v_max(x, v_set(-86.6f)), v_set(88.3f));
    const vf t = v_fma(x, v_set(0x1.715476p+0f), v_set(V_ROUND));
    const vf n = v_sub(t, v_set(V_ROUND));
    const vf f = v_fma(x, v_set(0x1.4ae0cp-26f), v_sub(v_set(0.0f), v_fma(x, v_set(-0x1.715476p+0f), n)));
    return v_exp2_scaled(f, t);
}

/* x / (1 + e^-x) */
static inline vf v_silu(vf x)
{
    return v_div(x, v_add(v_set(1.0f), v_exp(v_sub(v_set(0.0f), x))));
}

#if MBT_SLEEF

static inline vf v_log1p(vf y)
{
    return v_sleef_log1p(y);
}

static inline vf v_pow(vf x, float y)
{
    return v_sleef_pow(x, v_set(y));
}

static inline vf v_atan2(vf y, vf x)
{
    return v_sleef_atan2(y, x);
}

#else

/* log(1 + y) for 0 <= y <= 1: 2 atanh(s) = s R(s^2) with s = y / (2 + y), error 9.9e-11. */
static inline vf v_log1p(vf y)
{
    const vf s = v_div(y, v_add(y, v_set(2.0f)));
    const vf t = v_mul(s, s);
    vf r = v_set(0x1.f3fabcp-3f);
    r = v_fma(r, t, v_set(0x1.b62242p-3f));
    r = v_fma(r, t, v_set(0x1.251382p-2f));
    r = v_fma(r, t, v_set(0x1.99962cp-2f));
    r = v_fma(r, t, v_set(0x1.55555ap-1f));
    r = v_fma(r, t, v_set(2.0f));
    return v_mul(s, r);
}

/* x^y for x >= 0 and 0 < |y| < 8; x below the smallest normal number counts as 0, whose power is 0.
 * x = 2^e m, log2 m = s Q(s^2) with s = (m - 1) / (m + 1), error 6.9e-10; then 2^(y e + y log2 m), the integer part of
 * the exponent taken from y e before anything is lost to rounding. */
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
    const vf t = v_add(v_min(v_max(whole, v_set(-125.0f)), v_set(127.4f)), v_set(V_ROUND));
    const vf n = v_sub(t, v_set(V_ROUND));
    const vf f = v_fma(log2_m, v_set(y), v_sub(v_set(0.0f), v_fma(e, v_set(-y), n)));
    const vf inside = v_min(v_max(f, v_set(-0.5f)), v_set(0.5f));
    return v_select(v_gt(v_set(0x1p-126f), x), v_set(0.0f), v_exp2_scaled(inside, t));
}

/* The angle of (x, y) in (-pi, pi]; -pi where y is -0 and x is negative, as IEEE 754 has it. atan t = t S(t^2) for
 * |t| <= tan(pi / 8), error 1.8e-8, after t = min / max and, above tan(pi / 8), atan t = pi / 4 + atan((t - 1) / (t +
 * 1)). */
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
