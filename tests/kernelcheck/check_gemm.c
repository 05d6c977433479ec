/* check_gemm.c: the matrix product and convolution. */
#include <float.h>
#include <math.h>

#include "kernelcheck.h"

typedef struct shape {
    size_t rows, k, n, taps;
} shape;

static void call_gemm(const mbt_kernels *kernels, void *arguments)
{
    kernels->gemm_f32(arguments);
}

/* Packed weights: what pads the outputs is zero. */
static mbt_matrix take_matrix(mbt_checker *checker, const shape *s, double largest)
{
    const size_t panels = MBT_PADDED(s->n) / MBT_LANES, height = panels * s->taps * s->k;
    const mbt_area data =
        mbt_area_filled(checker, "weights", MBT_ROLE_IN, height, MBT_LANES, MBT_LANES, 0.1, largest, 0);
    const mbt_area bias =
        mbt_area_filled(checker, "bias", MBT_ROLE_IN, 1, MBT_PADDED(s->n), MBT_LANES, 1.0, FLT_MAX / 8, 0);
    for (size_t o = s->n; o < MBT_PADDED(s->n); o++) {
        bias.row0[o] = 0.0f;
        for (size_t i = 0; i < s->taps * s->k; i++) {
            data.row0[((panels - 1) * s->taps * s->k + i) * MBT_LANES + o % MBT_LANES] = 0.0f;
        }
    }
    return (mbt_matrix){.type = MBT_WEIGHT_F32,
                        .taps = (uint32_t)s->taps,
                        .k = (uint32_t)s->k,
                        .n = (uint32_t)s->n,
                        .data = data.row0,
                        .bias = bias.row0};
}

static void check_shape(mbt_checker *checker, shape s)
{
    while (s.rows * s.k * s.n * s.taps > 60000 && s.taps > 1) {
        s.taps--;
    }
    const double largest = sqrt((double)FLT_MAX / 2 / (double)(s.k * s.taps));
    for (int setting = 0; setting < MBT_SETTINGS; setting++) {
        const ptrdiff_t lda = mbt_pick_ld(checker, s.k), ldo = mbt_pick_ld(checker, s.n);
        const size_t left_out = mbt_pick(checker, 3) == 0 ? mbt_pick(checker, (size_t)1 << s.taps) : 0;
        const int accumulate = (int)mbt_pick(checker, 2);
        mbt_case(checker, setting, "rows %zu, k %zu, n %zu, taps %zu, left out 0x%zx, lda %td, ldo %td, accumulate %d",
                 s.rows, s.k, s.n, s.taps, left_out, lda, ldo, accumulate);
        const mbt_matrix w = take_matrix(checker, &s, largest);
        const mbt_area a = mbt_area_filled(checker, "a", MBT_ROLE_IN, s.rows + s.taps - 1, s.k, lda, 1.0, largest, 0);
        const mbt_area out =
            mbt_area_take(checker, "out", accumulate ? MBT_ROLE_INOUT : MBT_ROLE_OUT, s.rows, s.n, ldo);
        if (accumulate) {
            mbt_area_fill(checker, &out, 1.0, FLT_MAX / 8, 0);
        }
        mbt_gemm gemm = {.w = &w, .lda = lda, .out = out.row0, .ldo = ldo, .rows = s.rows, .accumulate = accumulate};
        for (size_t tap = 0; tap < s.taps; tap++) {
            gemm.a[tap] = left_out >> tap & 1 ? NULL : a.row0 + (ptrdiff_t)tap * lda;
        }
        mbt_compare(checker, call_gemm, &gemm);
    }
}

void mbt_check_gemm_f32(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        const size_t taps = 1 + mbt_pick(checker, MBT_MAX_TAPS);
        check_shape(checker, (shape){sizes[i], mbt_pick_size(checker, 33), mbt_pick_size(checker, 33), taps});
        check_shape(checker, (shape){mbt_pick_size(checker, 33), sizes[i], mbt_pick_size(checker, 33), 1});
        check_shape(checker, (shape){mbt_pick_size(checker, 33), mbt_pick_size(checker, 33), sizes[i], taps});
    }
    check_shape(checker, (shape){13, 64, 64, 9});
    check_shape(checker, (shape){29, 64, 256, 1});
    check_shape(checker, (shape){29, 64, 2, 1});
}
