/* bench_cases_product.c: matrix products and convolutions. */
#include "bench_cases.h"
#include "run.h"
#include "winograd.h"

/* A product of the network: out [rows][n] += or = the sum over taps of [rows][k] [k][n]. */
typedef struct product {
    const char *name;
    size_t taps, k, n, rows, lda, ldo;
    bool accumulate;
} product;

enum { PRODUCTS = 20, TIME_TAPS = 3 };

/* Places in the list below. */
enum { UNIT_3 = 4, WINOGRAD_POINT = 6, IN_PROJ = 12, X_PROJ, DT_PROJ, OUT_PROJ };

/* Those of a network, in the order of its parts; the row distances are those that the runtime uses. */
static void list_products(const mbt_shape *s, product list[PRODUCTS])
{
    const size_t c = s->channels, f = s->bins, inner = s->inner_bins, t = s->frames, p = s->padded_inner;
    const size_t e = s->d_inner, dt_b_c = s->dt_rank + 2 * s->d_state, along_time = inner * c, chunk = s->chunk;
    const product all[PRODUCTS] = {
        {"dense_conv_1", 1, 2, c, f, 2, 4 * c, false},
        {"unit 0 conv", 9, c, c, f, 4 * c, 4 * c, false},
        {"unit 1 conv", 9, 2 * c, c, f, 4 * c, 4 * c, false},
        {"unit 2 conv", 9, 3 * c, c, f, 4 * c, 4 * c, false},
        {"unit 3 conv", 9, 4 * c, c, f, 4 * c, c, false},
        {"unit 3 conv, decoder", 9, 4 * c, c, inner, 4 * c, c, false},
        {"winograd point", 1, 3 * c, c, (f + 3) / 4, MBT_WINOGRAD_INPUTS * c, c, true},
        {"winograd point, decoder", 1, 3 * c, c, (inner + 3) / 4, MBT_WINOGRAD_INPUTS * c, c, true},
        {"dense_conv_2", 3, c, c, inner, 2 * c, c, false},
        {"attention in_proj, time", 1, c, 3 * c, t, c, 3 * c, false},
        {"attention out_proj, time", 1, c, c, t, c, along_time, true},
        {"linear, time", 1, c, c, t, along_time, c, false},
        {"in_proj", 1, c, 2 * p, chunk, c, 2 * p, false},
        {"x_proj", 1, e, dt_b_c, chunk, p, dt_b_c, false},
        {"dt_proj", 1, s->dt_rank, e, chunk, dt_b_c, p, false},
        {"out_proj", 1, e, c, chunk, p, c, true},
        {"up-sampling, even", 2, c, c, inner + 1, c, 2 * c, false},
        {"up-sampling, odd", 1, c, c, inner, c, 2 * c, false},
        {"mask up-sampling, even", 2, c, 1, inner + 1, c, 2, false},
        {"phase out", 1, c, 2, f, c, 2, false},
    };
    for (size_t i = 0; i < PRODUCTS; i++) {
        list[i] = all[i];
    }
}

static void call_gemm(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    mbt_gemm_run(kernels, &c->arguments.gemm);
}

static void make_product(mbt_bench_case *c, const mbt_shape *s, const product *p, mbt_weight_type type)
{
    mbt_case_name(c, s, "%s", p->name);
    /* A window of 3 x 3 has a frame for each tap in time, others have one; taps along frequency are a bin apart. */
    const bool square = p->taps == 9;
    const size_t frames = square ? TIME_TAPS : 1, offsets = p->taps / frames;
    const size_t bin = p->taps == 3 ? p->lda / 2 : p->lda;
    const size_t frame = p->rows + offsets;
    float *a = mbt_case_rows(c, MBT_CASE_IN, frames * frame, p->k, p->lda, 1, false);
    const size_t weights = p->taps * p->k * MBT_PADDED(p->n);
    c->matrix = (mbt_matrix){
        .type = (uint32_t)type,
        .taps = (uint32_t)p->taps,
        .k = (uint32_t)p->k,
        .n = (uint32_t)p->n,
        .data = type == MBT_WEIGHT_F16 ? mbt_case_halves(c, weights) : mbt_case_row(c, MBT_CASE_IN, weights),
        .bias = mbt_case_row(c, MBT_CASE_IN, MBT_PADDED(p->n)),
    };
    mbt_gemm *gemm = &c->arguments.gemm;
    *gemm = (mbt_gemm){
        .w = &c->matrix,
        .lda = (ptrdiff_t)p->lda,
        .out = mbt_case_rows(c, p->accumulate ? MBT_CASE_INOUT : MBT_CASE_OUT, p->rows, p->n, p->ldo, 1, false),
        .ldo = (ptrdiff_t)p->ldo,
        .rows = p->rows,
        .accumulate = p->accumulate};
    for (size_t tap = 0; tap < p->taps; tap++) {
        gemm->a[tap] = a + tap / offsets * frame * p->lda + tap % offsets * bin;
    }
    c->flops = mbt_work_gemm(gemm);
    c->elements = (double)(p->rows * p->n);
    c->call = call_gemm;
}

bool mbt_cases_gemm_f32(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    product list[PRODUCTS];
    if (number >= PRODUCTS) {
        return false;
    }
    list_products(s, list);
    make_product(c, s, &list[number], MBT_WEIGHT_F32);
    return true;
}

/* The largest convolution, a product of Winograd's, and the layers of Mamba. */
bool mbt_cases_gemm_f16(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const size_t chosen[] = {UNIT_3, WINOGRAD_POINT, IN_PROJ, X_PROJ, DT_PROJ, OUT_PROJ};
    product list[PRODUCTS];
    if (number >= sizeof chosen / sizeof chosen[0]) {
        return false;
    }
    list_products(s, list);
    make_product(c, s, &list[chosen[number]], MBT_WEIGHT_F16);
    return true;
}

static void call_winograd_input(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->winograd_input(c->in[0], c->ld_in, c->rows, c->columns, c->out[0], c->ld_out, c->extra);
}

bool mbt_cases_winograd_input(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 1) {
        return false;
    }
    c->rows = number == 0 ? s->bins : s->inner_bins;
    c->columns = s->channels;
    const size_t tiles = (c->rows + 3) / 4;
    mbt_case_name(c, s, "%s", number == 0 ? "encoder" : "decoder");
    c->ld_in = (ptrdiff_t)(4 * s->channels);
    c->ld_out = (ptrdiff_t)(MBT_WINOGRAD_INPUTS * s->channels);
    c->extra = tiles * MBT_WINOGRAD_INPUTS * s->channels;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows + 2, s->channels, 4 * s->channels, 1, false);
    c->out[0] = mbt_case_rows(c, MBT_CASE_OUT, 6 * tiles, s->channels, MBT_WINOGRAD_INPUTS * s->channels, 1, false);
    c->flops = mbt_work_winograd_input(c->rows, c->columns);
    c->elements = (double)(6 * tiles * s->channels);
    c->call = call_winograd_input;
    return true;
}

static void call_winograd_output(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->winograd_output(c->in[0], c->ld_in, c->extra, c->rows, c->columns, c->out[0], c->ld_out);
}

bool mbt_cases_winograd_output(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 1) {
        return false;
    }
    c->rows = number == 0 ? s->bins : s->inner_bins;
    c->columns = s->channels;
    const size_t tiles = (c->rows + 3) / 4;
    mbt_case_name(c, s, "%s", number == 0 ? "encoder" : "decoder");
    c->ld_in = (ptrdiff_t)s->channels;
    c->ld_out = (ptrdiff_t)(4 * s->channels);
    c->extra = tiles * s->channels;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, 6 * tiles, s->channels, s->channels, 1, false);
    c->out[0] = mbt_case_rows(c, MBT_CASE_OUT, c->rows, s->channels, 4 * s->channels, 1, false);
    c->flops = mbt_work_winograd_output(c->rows, c->columns);
    c->elements = (double)(c->rows * s->channels);
    c->call = call_winograd_output;
    return true;
}
