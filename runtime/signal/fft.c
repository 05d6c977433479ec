/* fft.c: real mixed-radix transform (Swarztrauber, "FFT algorithms for vector computers", 1984; the decomposition of
 * FFTPACK).
 *
 * The order of the operations matters. The first frame of a recording is its own mirror image, so the imaginary parts
 * of its spectrum are rounding noise only. Where the real part is negative, the sign of that noise decides whether the
 * phase is +pi or -pi, and the network sees the phase. The reference's transform takes factors 4, then 5, last factor
 * first, with the butterflies below. This one does the same, so it gives the same noise and the same phases. A product
 * with a matrix of cosines, or another library, agrees with the reference only to about 50 dB because of that one
 * frame. */
#include "runtime/signal/fft.h"

#include "runtime/port.h"

/* cos(2 pi i / n) for 0 <= i < n. The C library is not used, because its last bits differ between systems. Integer
 * arithmetic reduces the angle to at most pi / 4; Taylor's series in double does the rest. */
static double cosine(size_t i, size_t n)
{
    double sign = 1;
    i *= 4; /* so that n / 4 is an integer */
    n *= 4;
    if (2 * i > n)
        i = n - i;
    if (4 * i > n) {
        i = n / 2 - i;
        sign = -1;
    }
    const int swap = 8 * i > n; /* cos a = sin(pi / 2 - a) */
    const double a = 6.283185307179586476925 * (double)(swap ? n / 4 - i : i) / (double)n, a2 = a * a;
    double sum = 0;
    for (int k = 16; k >= 0; k -= 2) {
        const double next = (double)((k + 1 + swap) * (k + 2 + swap));
        sum = 1 - a2 / next * sum;
    }
    return sign * (swap ? a * sum : sum);
}

/* sin(2 pi i / n) */
static double sine(size_t i, size_t n)
{
    return cosine((4 * i + 3 * n) % (4 * n), 4 * n);
}

/* Factors of 4 come first, then odd ones. A factor of 2, if there is one, is put before all others. */
static void factorise(mbt_fft *fft)
{
    size_t left = fft->size, *factor = fft->factors, *end = factor;
    for (; left % 4 == 0; left /= 4)
        *end++ = 4;
    if (left % 2 == 0) {
        left /= 2;
        *end++ = factor[0];
        factor[0] = 2;
    }
    for (size_t p = 3; left > 1; p += 2)
        for (; left % p == 0; left /= p)
            *end++ = p;
    fft->factor_count = (size_t)(end - factor);
}

void mbt_fft_plan(mbt_fft *fft, size_t size, mbt_arena *arena)
{
    *fft = (mbt_fft){.size = size, .root = mbt_arena_floats(arena, 2 * size)};
    factorise(fft);
    if (!fft->root)
        return;
    for (size_t i = 0; i < size; i++) {
        fft->root[2 * i] = (float)cosine(i, size);
        fft->root[2 * i + 1] = (float)sine(i, size);
    }
}

/* A pass joins `radix` spectra of length `length` into one, for each of `groups` groups. A spectrum of real data is
 * stored as r0, r1, i1, r2, i2 ..., so r(j) is at 2 j - 1 and i(j) at 2 j. in is [radix][groups][length], out is
 * [groups][radix][length]. The twiddle factor of spectrum c at frequency j is e^(-2 pi i c j groups / size). */
typedef struct pass {
    const mbt_fft *fft;
    size_t length, groups;
    const float *in;
    float *out;
} pass;

typedef struct complex_float {
    float re, im;
} complex_float;

static complex_float add(complex_float a, complex_float b)
{
    return (complex_float){a.re + b.re, a.im + b.im};
}

static complex_float subtract(complex_float a, complex_float b)
{
    return (complex_float){a.re - b.re, a.im - b.im};
}

/* Frequency j >= 1 of spectrum c in group g, multiplied by its twiddle factor. */
static complex_float twiddled(const pass *p, size_t c, size_t g, size_t j)
{
    const float *x = p->in + (c * p->groups + g) * p->length + 2 * j - 1;
    const float *w = p->fft->root + 2 * (c * j * p->groups);
    return c == 0 ? (complex_float){x[0], x[1]} : (complex_float){w[0] * x[0] + w[1] * x[1], w[0] * x[1] - w[1] * x[0]};
}

/* put writes frequency j + q length of the result. put_mirrored writes frequency (q + 1) length - j: the conjugate of
 * its mirror image in the upper half. */
static void put(float *out, size_t length, size_t q, size_t j, complex_float value)
{
    out[2 * q * length + 2 * j - 1] = value.re;
    out[2 * q * length + 2 * j] = value.im;
}

static void put_mirrored(float *out, size_t length, size_t q, size_t j, float re, float im)
{
    out[(2 * q + 2) * length - 2 * j - 1] = re;
    out[(2 * q + 2) * length - 2 * j] = im;
}

static void radix4_group(const pass *p, size_t g)
{
    const size_t n = p->length, step = p->groups * n;
    const float *in = p->in + g * n, root_half = 0.70710678118654752f;
    float *out = p->out + 4 * g * n;
    const float odd = in[3 * step] + in[step], even = in[0] + in[2 * step];
    out[2 * n] = in[3 * step] - in[step];
    out[2 * n - 1] = in[0] - in[2 * step];
    out[0] = even + odd;
    out[4 * n - 1] = even - odd;
    if (n % 2 == 0) { /* the middle frequency of each spectrum is real */
        const float *last = in + n - 1;
        const float im = -root_half * (last[step] + last[3 * step]), re = root_half * (last[step] - last[3 * step]);
        out[n - 1] = last[0] + re;
        out[3 * n - 1] = last[0] - re;
        out[3 * n] = im + last[2 * step];
        out[n] = im - last[2 * step];
    }
    for (size_t j = 1; 2 * j < n; j++) {
        const complex_float x0 = twiddled(p, 0, g, j), x1 = twiddled(p, 1, g, j), x2 = twiddled(p, 2, g, j),
                            x3 = twiddled(p, 3, g, j);
        const complex_float sum13 = {x3.re + x1.re, x1.im + x3.im}, difference13 = {x3.re - x1.re, x1.im - x3.im};
        const complex_float sum02 = add(x0, x2), difference02 = subtract(x0, x2);
        put(out, n, 0, j, (complex_float){sum02.re + sum13.re, sum13.im + sum02.im});
        put_mirrored(out, n, 1, j, sum02.re - sum13.re, sum13.im - sum02.im);
        put(out, n, 1, j, (complex_float){difference02.re + difference13.im, difference13.re + difference02.im});
        put_mirrored(out, n, 0, j, difference02.re - difference13.im, difference13.re - difference02.im);
    }
}

/* cos and sin of 2 pi / 5 and 4 pi / 5. */
#define COS1 0.3090169943749474241f
#define SIN1 0.95105651629515357212f
#define COS2 (-0.8090169943749474241f)
#define SIN2 0.58778525229247312917f

static void radix5_group(const pass *p, size_t g)
{
    const size_t n = p->length, step = p->groups * n;
    const float *in = p->in + g * n;
    float *out = p->out + 5 * g * n;
    const float s14 = in[4 * step] + in[step], d14 = in[4 * step] - in[step];
    const float s23 = in[3 * step] + in[2 * step], d23 = in[3 * step] - in[2 * step];
    out[0] = in[0] + s14 + s23;
    out[2 * n - 1] = in[0] + COS1 * s14 + COS2 * s23;
    out[2 * n] = SIN1 * d14 + SIN2 * d23;
    out[4 * n - 1] = in[0] + COS2 * s14 + COS1 * s23;
    out[4 * n] = SIN2 * d14 - SIN1 * d23;
    for (size_t j = 1; 2 * j < n; j++) {
        const complex_float x0 = twiddled(p, 0, g, j), x1 = twiddled(p, 1, g, j), x2 = twiddled(p, 2, g, j),
                            x3 = twiddled(p, 3, g, j), x4 = twiddled(p, 4, g, j);
        const complex_float a = {x4.re + x1.re, x1.im + x4.im}, da = {x4.re - x1.re, x1.im - x4.im};
        const complex_float b = {x3.re + x2.re, x2.im + x3.im}, db = {x3.re - x2.re, x2.im - x3.im};
        const complex_float near = {x0.re + COS1 * a.re + COS2 * b.re, x0.im + COS1 * a.im + COS2 * b.im};
        const complex_float far = {x0.re + COS2 * a.re + COS1 * b.re, x0.im + COS2 * a.im + COS1 * b.im};
        const float near_re = da.im * SIN1 + db.im * SIN2, far_re = da.im * SIN2 - db.im * SIN1;
        const float near_im = da.re * SIN1 + db.re * SIN2, far_im = da.re * SIN2 - db.re * SIN1;
        put(out, n, 0, j, (complex_float){x0.re + a.re + b.re, x0.im + a.im + b.im});
        put(out, n, 1, j, (complex_float){near.re + near_re, near_im + near.im});
        put_mirrored(out, n, 0, j, near.re - near_re, near_im - near.im);
        put(out, n, 2, j, (complex_float){far.re + far_re, far_im + far.im});
        put_mirrored(out, n, 1, j, far.re - far_re, far_im - far.im);
    }
}

/* Any radix, by the definition: X[m] = sum_c e^(-2 pi i c m groups / size) S_c[m mod length], S_c[length - j] = conj
 * S_c[j]. */
static void any_radix_group(const pass *p, size_t g, size_t radix)
{
    const size_t n = p->length, total = radix * n;
    float *out = p->out + g * total;
    for (size_t m = 0; 2 * m <= total; m++) {
        const size_t j = m % n, mirrored = 2 * j > n ? n - j : j;
        float re = 0, im = 0;
        for (size_t c = 0; c < radix; c++) {
            const float *s = p->in + (c * p->groups + g) * n;
            const float *w = p->fft->root + 2 * (c * m * p->groups % p->fft->size);
            const float s_re = mirrored ? s[2 * mirrored - 1] : s[0];
            const float s_im = mirrored == 0 || 2 * mirrored == n ? 0 : 2 * j > n ? -s[2 * mirrored] : s[2 * mirrored];
            re += w[0] * s_re + w[1] * s_im;
            im += w[0] * s_im - w[1] * s_re;
        }
        if (m > 0)
            out[2 * m - 1] = re;
        else
            out[0] = re;
        if (m > 0 && 2 * m < total)
            out[2 * m] = im;
    }
}

void mbt_fft_forward(const mbt_fft *fft, float *x, float *scratch, float *re, float *im)
{
    pass p = {.fft = fft, .length = 1, .groups = fft->size, .in = x, .out = scratch};
    for (size_t i = fft->factor_count; i-- > 0;) {
        const size_t radix = fft->factors[i];
        p.groups /= radix;
        for (size_t g = 0; g < p.groups; g++)
            if (radix == 4)
                radix4_group(&p, g);
            else if (radix == 5)
                radix5_group(&p, g);
            else
                any_radix_group(&p, g, radix);
        p.length *= radix;
        float *const next = (float *)(p.in == x ? x : scratch);
        p.in = p.out;
        p.out = next;
    }
    const size_t half = fft->size / 2;
    re[0] = p.in[0];
    im[0] = im[half] = 0.0f;
    for (size_t k = 1; k <= half; k++)
        re[k] = p.in[2 * k - 1];
    for (size_t k = 1; k < half; k++)
        im[k] = p.in[2 * k];
}

/* The inverse by the Hartley transform, which is its own inverse up to the factor size: h = re - im on the lower
 * bins, re + im on the upper ones; then x[n] = Re F(h)[n] - Im F(h)[n], x[size - n] = Re F(h)[n] + Im F(h)[n]. */
void mbt_fft_inverse(const mbt_fft *fft, float *re, float *im, float *x, float *scratch)
{
    const size_t half = fft->size / 2;
    x[0] = re[0];
    x[half] = re[half];
    for (size_t k = 1; k < half; k++) {
        x[k] = re[k] - im[k];
        x[fft->size - k] = re[k] + im[k];
    }
    mbt_fft_forward(fft, x, scratch, re, im);
    x[0] = re[0];
    x[half] = re[half];
    for (size_t n = 1; n < half; n++) {
        x[n] = re[n] - im[n];
        x[fft->size - n] = re[n] + im[n];
    }
}
