/* check_int8.c: the product and convolution on int8 weights, and the conversions of floats and binary16. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "tests/kernelcheck/kernelcheck.h"

typedef struct shape {
    size_t rows, k, n, taps, groups;
} shape;

static void call_gemm(const mbt_kernels *kernels, void *arguments)
{
    kernels->gemm_i8(arguments);
}

/* How the integers of a case are chosen: for the largest sums, for what could meet a limit of 16 bits, and others. */
typedef enum pattern {
    PATTERN_PLUS,        /* 127 */
    PATTERN_MINUS,       /* -127 */
    PATTERN_ALTERNATING, /* 127, -127, 127 .. from input to input */
    PATTERN_SIGNS,       /* 127 and -127 */
    PATTERN_SMALL,       /* -1, 0 and 1 */
    PATTERN_RANDOM,      /* -127 to 127 */
    PATTERN_COUNT        /* any of these */
} pattern;

static int8_t pick_integer(mbt_checker *checker, pattern p, size_t i)
{
    switch (p) {
    case PATTERN_PLUS:
        return 127;
    case PATTERN_MINUS:
        return -127;
    case PATTERN_ALTERNATING:
        return (int8_t)(i % 2 ? -127 : 127);
    case PATTERN_SIGNS:
        return (int8_t)(mbt_pick(checker, 2) ? 127 : -127);
    case PATTERN_SMALL:
        return (int8_t)((int)mbt_pick(checker, 3) - 1);
    default:
        return (int8_t)((int)mbt_pick(checker, 255) - 127);
    }
}

/* In rows of inputs as in panels of weights, the input's parity is that of the index. */
static void fill_integers(mbt_checker *checker, pattern wanted, int8_t *q, size_t count)
{
    const pattern p = wanted == PATTERN_COUNT ? (pattern)mbt_pick(checker, PATTERN_COUNT) : wanted;
    for (size_t i = 0; i < count; i++)
        q[i] = pick_integer(checker, p, i);
}

static int8_t *bytes_of(const mbt_area *area, size_t row)
{
    return (int8_t *)(void *)(area->row0 + (ptrdiff_t)row * area->ld);
}

/* What pads the outputs is zero; what pads the inputs is not, since the inputs are zero there. */
static mbt_matrix take_weights(mbt_checker *checker, const shape *s, pattern wanted)
{
    const size_t panels = MBT_PADDED(s->n) / MBT_LANES, height = panels * s->taps * ((s->k + 3) / 4);
    const mbt_area data = mbt_area_take(checker, "weights", MBT_ROLE_IN, height, MBT_LANES, MBT_LANES);
    int8_t *weights = bytes_of(&data, 0);
    fill_integers(checker, wanted, weights, height * MBT_LANES * 4);
    const mbt_area scale =
        mbt_area_filled(checker, "weight scales", MBT_ROLE_IN, 1, MBT_PADDED(s->n), MBT_LANES, 0.01, 1e14, 1);
    const mbt_area bias =
        mbt_area_filled(checker, "bias", MBT_ROLE_IN, 1, MBT_PADDED(s->n), MBT_LANES, 1.0, FLT_MAX / 8, 0);
    for (size_t o = s->n; o < MBT_PADDED(s->n); o++) {
        scale.row0[o] = bias.row0[o] = 0.0f;
        for (size_t i = 0; i < height / panels * 4; i++)
            weights[((height / panels * (panels - 1) + i / 4) * MBT_LANES + o % MBT_LANES) * 4 + i % 4] = 0;
    }
    return (mbt_matrix){.type = MBT_WEIGHT_I8,
                        .taps = (uint32_t)s->taps,
                        .k = (uint32_t)s->k,
                        .n = (uint32_t)s->n,
                        .data = weights,
                        .scale = scale.row0,
                        .bias = bias.row0};
}

/* Rows for all taps, tap i beginning at row i. */
static void take_inputs(mbt_checker *checker, const shape *s, pattern wanted, ptrdiff_t ldq, ptrdiff_t lds,
                        mbt_gemm_i8 *gemm)
{
    const size_t rows = s->rows + s->taps - 1, quads = (s->k + 3) / 4, size = s->k / s->groups;
    const mbt_area q = mbt_area_take(checker, "q", MBT_ROLE_IN, rows, quads, ldq);
    const mbt_area scale = mbt_area_filled(checker, "row scales", MBT_ROLE_IN, rows, s->groups, lds, 0.01, 1e14, 1);
    const mbt_area sum = mbt_area_take(checker, "row sums", MBT_ROLE_IN, rows, s->groups, lds);
    for (size_t row = 0; row < rows; row++) {
        int8_t *integers = bytes_of(&q, row);
        memset(integers, 0, 4 * quads);
        fill_integers(checker, wanted, integers, s->k);
        for (size_t group = 0; group < s->groups; group++) {
            int32_t total = 0;
            for (size_t i = group * size; i < (group + 1) * size; i++)
                total += integers[i];
            memcpy(sum.row0 + (ptrdiff_t)row * lds + group, &total, sizeof total);
        }
    }
    for (size_t tap = 0; tap < s->taps; tap++) {
        gemm->a[tap] = (mbt_rows_i8){bytes_of(&q, tap), scale.row0 + (ptrdiff_t)tap * lds,
                                     (int32_t *)(void *)(sum.row0 + (ptrdiff_t)tap * lds)};
    }
    gemm->ldq = 4 * ldq;
    gemm->lds = lds;
    gemm->groups = s->groups;
}

static void check_patterns(mbt_checker *checker, shape s, pattern weights, pattern inputs)
{
    for (int setting = 0; setting < MBT_SETTINGS; setting++) {
        const ptrdiff_t ldq = mbt_pick_ld(checker, (s.k + 3) / 4), lds = mbt_pick_ld(checker, s.groups),
                        ldo = mbt_pick_ld(checker, s.n);
        const int accumulate = (int)mbt_pick(checker, 2);
        mbt_case(checker, setting,
                 "rows %zu, k %zu, n %zu, taps %zu, groups %zu, ldq %td, lds %td, ldo %td, accumulate %d", s.rows, s.k,
                 s.n, s.taps, s.groups, 4 * ldq, lds, ldo, accumulate);
        const mbt_matrix w = take_weights(checker, &s, weights);
        mbt_gemm_i8 gemm = {.w = &w, .ldo = ldo, .rows = s.rows, .accumulate = accumulate};
        take_inputs(checker, &s, inputs, ldq, lds, &gemm);
        const mbt_area out =
            mbt_area_take(checker, "out", accumulate ? MBT_ROLE_INOUT : MBT_ROLE_OUT, s.rows, s.n, ldo);
        if (accumulate)
            mbt_area_fill(checker, &out, 1.0, FLT_MAX / 8, 0);
        gemm.out = out.row0;
        mbt_compare(checker, call_gemm, &gemm);
    }
}

static void check_shape(mbt_checker *checker, shape s)
{
    check_patterns(checker, s, PATTERN_COUNT, PATTERN_COUNT);
}

/* Sums as large as they can be, of both signs, over the longest rows. */
static void check_largest(mbt_checker *checker, size_t rows, size_t k)
{
    for (pattern weights = PATTERN_PLUS; weights <= PATTERN_MINUS; weights++)
        for (pattern inputs = PATTERN_PLUS; inputs <= PATTERN_MINUS; inputs++)
            check_patterns(checker, (shape){rows, k, MBT_LANES, 1, 1}, weights, inputs);
    check_patterns(checker, (shape){rows, k, MBT_LANES, 1, 1}, PATTERN_ALTERNATING, PATTERN_ALTERNATING);
}

void mbt_check_gemm_i8(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        const size_t taps = 1 + mbt_pick(checker, 3), groups = 1 + mbt_pick(checker, 4);
        check_shape(checker, (shape){sizes[i], mbt_pick_size(checker, 33), mbt_pick_size(checker, 33), taps, 1});
        check_shape(checker, (shape){mbt_pick_size(checker, 33), sizes[i], mbt_pick_size(checker, 33), taps, 1});
        check_shape(checker, (shape){mbt_pick_size(checker, 33), mbt_pick_size(checker, 33), sizes[i], taps, 1});
        check_shape(checker, (shape){mbt_pick_size(checker, 33), 4 * sizes[i] * groups, 17, 1, groups});
    }
    for (size_t rows = 1; rows <= 26; rows++)
        check_shape(checker, (shape){rows, 8, 33, 2, 2});
    for (size_t groups = 1; groups <= 4; groups++)
        check_shape(checker, (shape){14, 64 * groups, 64, MBT_MAX_TAPS, groups});
    check_shape(checker, (shape){14, 256, 36, 1, 1});
    check_shape(checker, (shape){14, 256, 2, 1, 1});
    check_shape(checker, (shape){2, 65536, 1, 1, 1});
    check_largest(checker, 3, 65536);
    check_largest(checker, 3, 65533);
}

typedef struct quantise_call {
    const float *x, *center;
    ptrdiff_t ldx, ldq, lds;
    size_t rows, channels;
    mbt_rows_i8 to;
} quantise_call;

static void call_quantise(const mbt_kernels *kernels, void *arguments)
{
    const quantise_call *c = arguments;
    kernels->quantise(c->x, c->ldx, c->rows, c->channels, c->center, c->to, c->ldq, c->lds);
}

/* Rows as they come, and some that are zero, far smaller or larger, on the edge between two integers, or have NaN or
 * infinities in them. */
static void make_special(mbt_checker *checker, float *row, size_t channels)
{
    static const float special[] = {NAN, INFINITY, -INFINITY, -0.0f, 0x1p-149f, FLT_MAX, -FLT_MAX, 1e-30f, 0.99e-30f};
    const size_t kind = mbt_pick(checker, 8);
    for (size_t c = 0; c < channels; c++)
        if (kind == 0)
            row[c] = mbt_pick(checker, 2) ? 0.0f : -0.0f;
        else if (kind == 1)
            row[c] *= ldexpf(1.0f, -(int)mbt_pick(checker, 110));
        else if (kind == 2)
            row[c] = c == 0 ? 127.0f : (float)mbt_pick(checker, 254) / 2.0f - 63.0f;
        else if (kind == 3 && mbt_pick(checker, 3) == 0)
            row[c] = special[mbt_pick(checker, sizeof special / sizeof *special)];
    if (kind == 4)
        row[mbt_pick(checker, channels)] = special[mbt_pick(checker, 3)];
}

static void check_quantise(mbt_checker *checker, size_t rows, size_t channels)
{
    const size_t quads = (channels + 3) / 4;
    for (int setting = 0; setting < MBT_SETTINGS; setting++) {
        const ptrdiff_t ldx = mbt_pick_ld(checker, channels), ldq = mbt_pick_ld(checker, quads),
                        lds = mbt_pick_ld(checker, 1);
        const bool centered = mbt_pick(checker, 2) == 1;
        mbt_case(checker, setting, "rows %zu, channels %zu, ldx %td, ldq %td, lds %td%s", rows, channels, ldx, 4 * ldq,
                 lds, centered ? ", centered" : "");
        const mbt_area x = mbt_area_filled(checker, "x", MBT_ROLE_IN, rows, channels, ldx, 1.0, FLT_MAX / 4, 0);
        for (size_t row = 0; row < rows; row++)
            make_special(checker, x.row0 + (ptrdiff_t)row * ldx, channels);
        quantise_call call = {.x = x.row0, .ldx = ldx, .ldq = 4 * ldq, .lds = lds, .rows = rows, .channels = channels};
        if (centered)
            call.center = mbt_area_filled(checker, "center", MBT_ROLE_IN, 1, channels, 1, 0.5, FLT_MAX / 4, 0).row0;
        const mbt_area q = mbt_area_take(checker, "q", MBT_ROLE_OUT_BITS, rows, quads, ldq);
        const mbt_area scale = mbt_area_take(checker, "scale", MBT_ROLE_OUT_BITS, rows, 1, lds);
        const mbt_area sum = mbt_area_take(checker, "sum", MBT_ROLE_OUT_BITS, rows, 1, lds);
        call.to = (mbt_rows_i8){bytes_of(&q, 0), scale.row0, (int32_t *)(void *)sum.row0};
        mbt_compare(checker, call_quantise, &call);
    }
}

void mbt_check_quantise(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        check_quantise(checker, sizes[i], mbt_pick_size(checker, 64));
        check_quantise(checker, mbt_pick_size(checker, 33), sizes[i]);
    }
    for (size_t channels = 48; channels <= 80; channels++)
        check_quantise(checker, 1 + mbt_pick(checker, 20), channels);
    check_quantise(checker, 201, 64);
    check_quantise(checker, 35, 256);
}

typedef struct widen_call {
    const uint16_t *halves;
    size_t count;
    float *out;
} widen_call;

static void call_widen(const mbt_kernels *kernels, void *arguments)
{
    const widen_call *c = arguments;
    kernels->widen(c->halves, c->count, c->out);
}

/* Finite numbers of binary16: all of them where there is room. */
static void check_widen(mbt_checker *checker, size_t count)
{
    for (int setting = 0; setting < MBT_SETTINGS; setting++) {
        mbt_case(checker, setting, "count %zu", count);
        const mbt_area in = mbt_area_take(checker, "halves", MBT_ROLE_IN, 1, count / 2, 1);
        const mbt_area out = mbt_area_take(checker, "out", MBT_ROLE_OUT, 1, count, 1);
        uint16_t *halves = (uint16_t *)(void *)in.row0;
        for (size_t i = 0, bits = count < 65536 ? mbt_pick(checker, 65536) : 0; i < count; i++, bits++)
            halves[i] = (bits & 0x7c00) == 0x7c00 ? 0 : (uint16_t)bits;
        widen_call call = {halves, count, out.row0};
        mbt_compare(checker, call_widen, &call);
    }
}

void mbt_check_widen(mbt_checker *checker)
{
    for (size_t count = 16; count <= 1024; count += 16)
        check_widen(checker, count);
    check_widen(checker, 65536);
}
