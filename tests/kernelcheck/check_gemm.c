/* check_gemm.c: the matrix product and convolution. */
#include <float.h>
#include <math.h>

#include "tests/kernelcheck/kernelcheck.h"

typedef struct shape {
    size_t rows, k, n, taps;
} shape;

static void call_f32(const mbt_kernels *kernels, void *arguments)
{
    kernels->gemm_f32(arguments);
}

static void call_f16(const mbt_kernels *kernels, void *arguments)
{
    kernels->gemm_f16(arguments);
}

/* Finite binary16 numbers: zeros, subnormal and the smallest normal ones; the largest; or all from 2^-10 to 2. */
static uint16_t pick_half(mbt_checker *checker)
{
    const size_t sign = mbt_pick(checker, 2) << 15, extreme = mbt_pick(checker, 4);
    size_t magnitude;
    if (checker->regime == MBT_REGIME_SMALL)
        magnitude = extreme == 0 ? 0 : mbt_pick(checker, extreme == 1 ? 4 : 0x0c00);
    else if (checker->regime == MBT_REGIME_LARGE)
        magnitude = extreme == 0 ? 0x7bff : 0x7800 + mbt_pick(checker, 0x0400);
    else
        magnitude = 0x1400 + mbt_pick(checker, 0x2c00);
    return (uint16_t)(sign | magnitude);
}

static void fill_halves(mbt_checker *checker, const mbt_area *area, size_t height)
{
    uint16_t *data = (uint16_t *)(void *)area->row0;
    for (size_t i = 0; i < height * MBT_LANES; i++)
        data[i] = pick_half(checker);
}

/* Packed weights: what pads the outputs is zero. */
static mbt_matrix take_matrix(mbt_checker *checker, const shape *s, mbt_weight_type type, double largest)
{
    const size_t panels = MBT_PADDED(s->n) / MBT_LANES, height = panels * s->taps * s->k;
    const size_t width = type == MBT_WEIGHT_F16 ? MBT_LANES / 2 : MBT_LANES; /* floats that hold 16 weights */
    const mbt_area data =
        mbt_area_filled(checker, "weights", MBT_ROLE_IN, height, width, (ptrdiff_t)width, 0.1, largest, 0);
    if (type == MBT_WEIGHT_F16)
        fill_halves(checker, &data, height);
    const mbt_area bias =
        mbt_area_filled(checker, "bias", MBT_ROLE_IN, 1, MBT_PADDED(s->n), MBT_LANES, 1.0, FLT_MAX / 8, 0);
    for (size_t o = s->n; o < MBT_PADDED(s->n); o++) {
        bias.row0[o] = 0.0f;
        for (size_t i = 0; i < s->taps * s->k; i++) {
            const size_t at = ((panels - 1) * s->taps * s->k + i) * MBT_LANES + o % MBT_LANES;
            if (type == MBT_WEIGHT_F16)
                ((uint16_t *)(void *)data.row0)[at] = 0;
            else
                data.row0[at] = 0.0f;
        }
    }
    return (mbt_matrix){.type = (uint32_t)type,
                        .taps = (uint32_t)s->taps,
                        .k = (uint32_t)s->k,
                        .n = (uint32_t)s->n,
                        .data = data.row0,
                        .bias = bias.row0};
}

static void check_shape(mbt_checker *checker, mbt_weight_type type, shape s)
{
    while (s.rows * s.k * s.n * s.taps > 60000 && s.taps > 1)
        s.taps--;
    const double largest = sqrt((double)FLT_MAX / 2 / (double)(s.k * s.taps));
    for (int setting = 0; setting < MBT_SETTINGS; setting++) {
        const ptrdiff_t lda = mbt_pick_ld(checker, s.k), ldo = mbt_pick_ld(checker, s.n);
        const size_t left_out = mbt_pick(checker, 3) == 0 ? mbt_pick(checker, (size_t)1 << s.taps) : 0;
        const int accumulate = (int)mbt_pick(checker, 2);
        mbt_case(checker, setting, "rows %zu, k %zu, n %zu, taps %zu, left out 0x%zx, lda %td, ldo %td, accumulate %d",
                 s.rows, s.k, s.n, s.taps, left_out, lda, ldo, accumulate);
        const mbt_matrix w = take_matrix(checker, &s, type, largest);
        const mbt_area a = mbt_area_filled(checker, "a", MBT_ROLE_IN, s.rows + s.taps - 1, s.k, lda, 1.0, largest, 0);
        const mbt_area out =
            mbt_area_take(checker, "out", accumulate ? MBT_ROLE_INOUT : MBT_ROLE_OUT, s.rows, s.n, ldo);
        if (accumulate)
            mbt_area_fill(checker, &out, 1.0, FLT_MAX / 8, 0);
        mbt_gemm gemm = {.w = &w, .lda = lda, .out = out.row0, .ldo = ldo, .rows = s.rows, .accumulate = accumulate};
        for (size_t tap = 0; tap < s.taps; tap++)
            gemm.a[tap] = left_out >> tap & 1 ? NULL : a.row0 + (ptrdiff_t)tap * lda;
        mbt_compare(checker, type == MBT_WEIGHT_F16 ? call_f16 : call_f32, &gemm);
    }
}

static void check_shapes(mbt_checker *checker, mbt_weight_type type)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        const size_t taps = 1 + mbt_pick(checker, MBT_MAX_TAPS);
        check_shape(checker, type, (shape){sizes[i], mbt_pick_size(checker, 33), mbt_pick_size(checker, 33), taps});
        check_shape(checker, type, (shape){mbt_pick_size(checker, 33), sizes[i], mbt_pick_size(checker, 33), 1});
        check_shape(checker, type, (shape){mbt_pick_size(checker, 33), mbt_pick_size(checker, 33), sizes[i], taps});
    }
    check_shape(checker, type, (shape){13, 64, 64, 9});
    check_shape(checker, type, (shape){29, 64, 256, 1});
    check_shape(checker, type, (shape){29, 64, 2, 1});
}

void mbt_check_gemm_f32(mbt_checker *checker)
{
    check_shapes(checker, MBT_WEIGHT_F32);
}

void mbt_check_gemm_f16(mbt_checker *checker)
{
    check_shapes(checker, MBT_WEIGHT_F16);
}
