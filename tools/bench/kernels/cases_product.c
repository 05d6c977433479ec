/* cases_product.c: cases of matrix products and convolutions. */
#include "tools/bench/kernels/cases.h"
#include "tools/bench/kernels/work.h"
#include "runtime/matrix.h"
#include "runtime/convolution/winograd.h"

/* A matrix product of the network: out [rows][n] = or += the sum over taps of in [rows][k] times weights [k][n]. */
typedef struct product {
    const char *name;
    size_t taps, k, n, rows, lda, ldo;
    bool accumulate;
} product;

enum { PRODUCTS = 20, TIME_TAPS = 3 };

/* Indices into the list below. */
enum {
    UNIT_0 = 1,
    UNIT_1,
    UNIT_2,
    UNIT_3,
    DECODER_UNIT_3,
    WINOGRAD_POINT,
    ATTENTION_IN = 9,
    ATTENTION_OUT,
    IN_PROJ = 12,
    X_PROJ,
    DT_PROJ,
    OUT_PROJ
};

/* The products of a network, in the order of its parts. Rows are as far apart as in the runtime. */
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
    for (size_t i = 0; i < PRODUCTS; i++)
        list[i] = all[i];
}

static void call_gemm(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    mbt_gemm_run(kernels, &c->arguments.gemm);
}

/* How the inputs of a product lie: those of a 3 x 3 convolution in three frames, others in one. */
typedef struct window {
    size_t frames, frame; /* their number, and the rows of each */
    size_t offsets;       /* taps in a frame */
} window;

static window window_of(const product *p)
{
    const size_t frames = p->taps == 9 ? TIME_TAPS : 1, offsets = p->taps / frames;
    return (window){.frames = frames, .frame = p->rows + offsets, .offsets = offsets};
}

static bool make_product(mbt_bench_case *c, const mbt_shape *s, const product *p, mbt_weight_type type)
{
    mbt_case_name(c, s, "%s", p->name);
    const window in = window_of(p);
    const size_t bin = p->taps == 3 ? p->lda / 2 : p->lda; /* taps along frequency are a bin apart */
    float *a = mbt_case_rows(c, MBT_CASE_IN, in.frames * in.frame, p->k, p->lda, 1, false);
    const size_t weights = p->taps * p->k * MBT_PADDED(p->n);
    c->matrix = (mbt_matrix){
        .type = (uint32_t)type,
        .taps = (uint32_t)p->taps,
        .k = (uint32_t)p->k,
        .n = (uint32_t)p->n,
        .data =
            type == MBT_WEIGHT_F16 ? (const void *)mbt_case_halves(c, weights) : mbt_case_row(c, MBT_CASE_IN, weights),
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
    for (size_t tap = 0; tap < p->taps; tap++)
        gemm->a[tap] = a + tap / in.offsets * in.frame * p->lda + tap % in.offsets * bin;
    return mbt_case_ready(c, call_gemm, (double)(p->rows * p->n), mbt_work_gemm(gemm));
}

bool mbt_cases_gemm_f32(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    product list[PRODUCTS];
    if (number >= PRODUCTS)
        return false;
    list_products(s, list);
    return make_product(c, s, &list[number], MBT_WEIGHT_F32);
}

/* The largest convolution, a product of Winograd's algorithm, and the layers of Mamba. */
bool mbt_cases_gemm_f16(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const size_t chosen[] = {UNIT_3, WINOGRAD_POINT, IN_PROJ, X_PROJ, DT_PROJ, OUT_PROJ};
    product list[PRODUCTS];
    if (number >= sizeof chosen / sizeof chosen[0])
        return false;
    list_products(s, list);
    return make_product(c, s, &list[chosen[number]], MBT_WEIGHT_F16);
}

static void call_gemm_i8(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->gemm_i8(&c->arguments.gemm_i8);
}

/* `rows` rows of `groups` groups of `size` inputs, with their sums. */
static mbt_rows_i8 make_rows_i8(mbt_bench_case *c, size_t rows, size_t groups, size_t size, size_t ldq, size_t lds)
{
    const mbt_rows_i8 a = {
        .q = mbt_case_integers(c, MBT_CASE_IN, rows, groups * size, ldq),
        .scale = mbt_case_rows(c, MBT_CASE_IN, rows, groups, lds, 1, true),
        .sum = (int32_t *)(void *)mbt_case_rows(c, MBT_CASE_IN, rows, groups, lds, 1, true),
    };
    for (size_t i = 0; !c->overflow && i < rows * groups; i++) {
        const size_t row = i / groups, group = i % groups;
        int32_t sum = 0;
        for (size_t j = 0; j < size; j++)
            sum += a.q[row * ldq + group * size + j];
        a.sum[row * lds + group] = sum;
    }
    return a;
}

/* The inputs of a convolution are groups of the network's channels, laid out as in a dense block. */
static bool make_product_i8(mbt_bench_case *c, const mbt_shape *s, const product *p)
{
    mbt_case_name(c, s, "%s", p->name);
    const window in = window_of(p);
    const size_t size = p->taps > 1 ? s->channels : p->k, padded = (p->k + 3) / 4 * 4;
    const size_t ldq = (p->lda + 3) / 4 * 4, lds = p->lda / size;
    const mbt_rows_i8 a = make_rows_i8(c, in.frames * in.frame, p->k / size, size, ldq, lds);
    c->matrix = (mbt_matrix){
        .type = MBT_WEIGHT_I8,
        .taps = (uint32_t)p->taps,
        .k = (uint32_t)p->k,
        .n = (uint32_t)p->n,
        .data = mbt_case_integers(c, MBT_CASE_IN, 1, p->taps * padded * MBT_PADDED(p->n),
                                  p->taps * padded * MBT_PADDED(p->n)),
        .scale = mbt_case_row(c, MBT_CASE_IN, MBT_PADDED(p->n)),
        .bias = mbt_case_row(c, MBT_CASE_IN, MBT_PADDED(p->n)),
    };
    mbt_gemm_i8 *gemm = &c->arguments.gemm_i8;
    *gemm = (mbt_gemm_i8){
        .w = &c->matrix,
        .ldq = (ptrdiff_t)ldq,
        .lds = (ptrdiff_t)lds,
        .groups = p->k / size,
        .out = mbt_case_rows(c, p->accumulate ? MBT_CASE_INOUT : MBT_CASE_OUT, p->rows, p->n, p->ldo, 1, false),
        .ldo = (ptrdiff_t)p->ldo,
        .rows = p->rows,
        .accumulate = p->accumulate};
    for (size_t tap = 0; tap < p->taps; tap++) {
        const size_t row = tap / in.offsets * in.frame + tap % in.offsets;
        gemm->a[tap] = (mbt_rows_i8){.q = a.q + row * ldq, .scale = a.scale + row * lds, .sum = a.sum + row * lds};
    }
    c->integers = true;
    return mbt_case_ready(c, call_gemm_i8, (double)(p->rows * p->n), mbt_work_gemm_i8(gemm));
}

/* The convolutions, and the linear layers along both axes. */
bool mbt_cases_gemm_i8(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const size_t chosen[] = {UNIT_0,       UNIT_1,        UNIT_2,  UNIT_3, DECODER_UNIT_3,
                                    ATTENTION_IN, ATTENTION_OUT, IN_PROJ, X_PROJ, OUT_PROJ};
    product list[PRODUCTS];
    if (number >= sizeof chosen / sizeof chosen[0])
        return false;
    list_products(s, list);
    return make_product_i8(c, s, &list[chosen[number]]);
}

/* A frame of the encoder or of a decoder; *tiles: of four bins. */
static bool make_winograd(mbt_bench_case *c, const mbt_shape *s, size_t number, size_t *tiles)
{
    if (number > 1)
        return false;
    mbt_case_name(c, s, "%s", number == 0 ? "encoder" : "decoder");
    c->rows = number == 0 ? s->bins : s->inner_bins;
    c->columns = s->channels;
    *tiles = (c->rows + 3) / 4;
    return true;
}

static void call_winograd_input(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->winograd_input(c->in[0], c->ld_in, c->rows, c->columns, c->out[0], c->ld_out, c->extra);
}

bool mbt_cases_winograd_input(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    size_t tiles;
    if (!make_winograd(c, s, number, &tiles))
        return false;
    c->ld_in = (ptrdiff_t)(4 * s->channels);
    c->ld_out = (ptrdiff_t)(MBT_WINOGRAD_INPUTS * s->channels);
    c->extra = tiles * MBT_WINOGRAD_INPUTS * s->channels;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows + 2, s->channels, 4 * s->channels, 1, false);
    c->out[0] = mbt_case_rows(c, MBT_CASE_OUT, 6 * tiles, s->channels, MBT_WINOGRAD_INPUTS * s->channels, 1, false);
    return mbt_case_ready(c, call_winograd_input, (double)(6 * tiles * s->channels),
                          mbt_work_winograd_input(c->rows, c->columns));
}

static void call_winograd_output(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->winograd_output(c->in[0], c->ld_in, c->extra, c->rows, c->columns, c->out[0], c->ld_out);
}

bool mbt_cases_winograd_output(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    size_t tiles;
    if (!make_winograd(c, s, number, &tiles))
        return false;
    c->ld_in = (ptrdiff_t)s->channels;
    c->ld_out = (ptrdiff_t)(4 * s->channels);
    c->extra = tiles * s->channels;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, 6 * tiles, s->channels, s->channels, 1, false);
    c->out[0] = mbt_case_rows(c, MBT_CASE_OUT, c->rows, s->channels, 4 * s->channels, 1, false);
    return mbt_case_ready(c, call_winograd_output, (double)(c->rows * s->channels),
                          mbt_work_winograd_output(c->rows, c->columns));
}
