/* cases_sequence.c: cases of attention, and of the Mamba layer's kernels between its matrix products. */
#include "tools/bench/kernels/cases.h"
#include "tools/bench/kernels/work.h"

static void call_attend(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->attend(&c->arguments.attend);
}

bool mbt_cases_attend(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const char *const names[] = {"time, 2 s", "time, 10 s", "frequency"};
    if (number > 2)
        return false;
    const size_t keys = number == 0 ? s->frames : number == 1 ? s->long_frames : s->inner_bins;
    const size_t dims = s->channels / s->heads;
    mbt_case_name(c, s, "%s", names[number]);
    const float *q = mbt_case_rows(c, MBT_CASE_IN, keys, 3 * dims, 3 * s->channels, 1, false);
    c->arguments.attend = (mbt_attend){.q = q,
                                       .k = q + s->channels,
                                       .v = q + 2 * s->channels,
                                       .ld = (ptrdiff_t)(3 * s->channels),
                                       .queries = keys,
                                       .keys = keys,
                                       .dims = dims,
                                       .out = mbt_case_rows(c, MBT_CASE_OUT, keys, dims, s->channels, 1, false),
                                       .ldo = (ptrdiff_t)s->channels,
                                       .scratch = mbt_case_row(c, MBT_CASE_INOUT, MBT_ATTEND_QUERIES * (keys + dims))};
    return mbt_case_ready(c, call_attend, (double)keys * (double)keys, mbt_work_attend(&c->arguments.attend));
}

static void call_attend_past(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->attend_past(&c->arguments.attend_past);
}

/* The query of a call is the result of the call before. */
bool mbt_cases_attend_past(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 1)
        return false;
    const bool half = number == 0;
    const size_t groups = MBT_PADDED(s->inner_bins * s->heads) / MBT_LANES, dims = s->channels / s->heads;
    const size_t frame = groups * dims * MBT_LANES, ring = s->past * frame;
    mbt_case_name(c, s, "%zu frames, %s", s->past, half ? "binary16" : "float");
    c->arguments.attend_past =
        (mbt_attend_past){.q = mbt_case_row(c, MBT_CASE_INOUT, frame),
                          .k = mbt_case_row(c, MBT_CASE_IN, frame),
                          .v = mbt_case_row(c, MBT_CASE_IN, frame),
                          .keys = half ? (void *)mbt_case_halves(c, ring) : mbt_case_row(c, MBT_CASE_IN, ring),
                          .values = half ? (void *)mbt_case_halves(c, ring) : mbt_case_row(c, MBT_CASE_IN, ring),
                          .half = half,
                          .groups = groups,
                          .dims = dims,
                          .window = s->past,
                          .newest = 0,
                          .count = s->past,
                          .scores = mbt_case_row(c, MBT_CASE_INOUT, s->past * MBT_LANES)};
    c->bytes += (double)(2 * frame * (half ? sizeof(uint16_t) : sizeof(float))); /* the newest, written to the rings */
    const double elements = (double)(groups * MBT_LANES * s->past);
    return mbt_case_ready(c, call_attend_past, elements, mbt_work_attend_past(&c->arguments.attend_past));
}

static void call_scan(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->scan(&c->arguments.scan);
}

bool mbt_cases_scan(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    const size_t p = s->padded_inner, dt_b_c = s->dt_rank + 2 * s->d_state, steps = s->chunk;
    mbt_case_name(c, s, "%zu steps", steps);
    const float *b = mbt_case_rows(c, MBT_CASE_IN, steps, 2 * s->d_state, dt_b_c, 1, false);
    float *a = mbt_case_rows(c, MBT_CASE_IN, 1, p * s->d_state, p * s->d_state, 16, true);
    for (size_t i = 0; i < p * s->d_state && !c->overflow; i++)
        a[i] = -a[i];
    c->arguments.scan = (mbt_scan){.dt = mbt_case_rows(c, MBT_CASE_IN, steps, p, p, 0.1, true),
                                   .u = mbt_case_rows(c, MBT_CASE_IN, steps, p, p, 1, false),
                                   .z = mbt_case_rows(c, MBT_CASE_IN, steps, p, 2 * p, 1, false),
                                   .b = b,
                                   .c = b + s->d_state,
                                   .a = a,
                                   .d = mbt_case_row(c, MBT_CASE_IN, p),
                                   .h = mbt_case_row(c, MBT_CASE_INOUT, p * s->d_state),
                                   .y = mbt_case_rows(c, MBT_CASE_OUT, steps, p, p, 1, false),
                                   .ld = (ptrdiff_t)p,
                                   .ldz = (ptrdiff_t)(2 * p),
                                   .ldbc = (ptrdiff_t)dt_b_c,
                                   .steps = steps,
                                   .channels = p,
                                   .d_state = s->d_state};
    return mbt_case_ready(c, call_scan, (double)(steps * p * s->d_state), mbt_work_scan(&c->arguments.scan));
}

static void call_conv1d_silu(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->conv1d_silu(c->in[0], c->ld_in, c->rows, c->columns, c->extra, c->in[1], c->in[2], c->out[0], c->ld_out);
}

bool mbt_cases_conv1d_silu(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    const size_t p = s->padded_inner;
    c->rows = s->chunk;
    c->columns = p;
    c->extra = s->d_conv;
    mbt_case_name(c, s, "%zu steps", c->rows);
    c->ld_in = (ptrdiff_t)(2 * p);
    c->ld_out = (ptrdiff_t)p;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows + s->d_conv - 1, p, 2 * p, 1, false);
    c->in[1] = mbt_case_row(c, MBT_CASE_IN, s->d_conv * p);
    c->in[2] = mbt_case_row(c, MBT_CASE_IN, p);
    c->out[0] = mbt_case_rows(c, MBT_CASE_OUT, c->rows, p, p, 1, false);
    const double elements = (double)(c->rows * p);
    return mbt_case_ready(c, call_conv1d_silu, elements, elements * (2 * (double)s->d_conv + MBT_WORK_SILU));
}

static void call_softplus(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->softplus(c->out[0], c->columns);
}

/* The kernel works in place: the values grow from call to call, but ever more slowly. */
bool mbt_cases_softplus(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    c->columns = s->chunk * s->padded_inner;
    mbt_case_name(c, s, "%zu steps", s->chunk);
    c->out[0] = mbt_case_row(c, MBT_CASE_INOUT, c->columns);
    const double elements = (double)c->columns;
    return mbt_case_ready(c, call_softplus, elements, elements * (MBT_WORK_EXP + MBT_WORK_LOG + 3));
}
