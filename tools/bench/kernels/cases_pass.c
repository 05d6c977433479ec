/* cases_pass.c: cases of norms, sums, rounding, and the kernels between the spectrum and the network. */
#include "tools/bench/kernels/cases.h"
#include "tools/bench/kernels/work.h"

static void call_channel_stats(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->channel_stats(c->in[0], c->ld_in, c->rows, c->columns, c->out[0], c->out[1]);
}

bool mbt_cases_channel_stats(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const char *const names[] = {"frame of the encoder", "frame of the mask"};
    if (number > 1)
        return false;
    mbt_case_name(c, s, "%s", names[number]);
    c->rows = s->bins;
    c->columns = number == 0 ? s->channels : 1;
    c->ld_in = number == 0 ? (ptrdiff_t)(4 * s->channels) : 1;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows, c->columns, (size_t)c->ld_in, 1, false);
    c->out[0] = mbt_case_row(c, MBT_CASE_OUT, c->columns);
    c->out[1] = mbt_case_row(c, MBT_CASE_OUT, c->columns);
    const double elements = (double)(c->rows * c->columns);
    return mbt_case_ready(c, call_channel_stats, elements, 4 * elements);
}

static void call_norm_prelu(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->norm_prelu(c->out[0], c->ld_out, c->rows, c->columns, c->in[0], c->in[1], c->in[2]);
}

/* The kernel works in place. With scale and slope 1 and shift 0 the values do not change from call to call; otherwise
 * they would become denormals. */
bool mbt_cases_norm_prelu(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    mbt_case_name(c, s, "frame of the encoder");
    c->rows = s->bins;
    c->columns = s->channels;
    c->ld_out = (ptrdiff_t)(4 * s->channels);
    c->out[0] = mbt_case_rows(c, MBT_CASE_INOUT, c->rows, c->columns, 4 * s->channels, 1, false);
    for (size_t i = 0; i < 3; i++) {
        c->in[i] = mbt_case_row(c, MBT_CASE_IN, s->channels);
        for (size_t j = 0; j < s->channels && !c->overflow; j++)
            c->in[i][j] = i == 1 ? 0.0f : 1.0f;
    }
    const double elements = (double)(c->rows * c->columns);
    return mbt_case_ready(c, call_norm_prelu, elements, 4 * elements);
}

static void call_layer_norm(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->layer_norm(c->in[0], c->ld_in, c->rows, c->columns, 1e-5f, c->out[0], c->ld_out);
}

static void call_rms_norm(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->rms_norm(c->in[0], c->ld_in, c->rows, c->columns, 1e-5f, c->out[0], c->ld_out);
}

/* A sequence along time, whose positions are a frame apart, or one along frequency. */
static bool make_norm(mbt_bench_case *c, const mbt_shape *s, size_t number, size_t along_time, size_t along_frequency)
{
    if (number > 1)
        return false;
    mbt_case_name(c, s, "%s", number == 0 ? "time" : "frequency");
    c->rows = number == 0 ? along_time : along_frequency;
    c->columns = s->channels;
    c->ld_in = (ptrdiff_t)(number == 0 ? s->inner_bins * s->channels : s->channels);
    c->ld_out = (ptrdiff_t)s->channels;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows, c->columns, (size_t)c->ld_in, 1, false);
    c->out[0] = mbt_case_rows(c, MBT_CASE_OUT, c->rows, c->columns, s->channels, 1, false);
    return true;
}

bool mbt_cases_layer_norm(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (!make_norm(c, s, number, s->frames, s->inner_bins))
        return false;
    const double elements = (double)(c->rows * c->columns);
    return mbt_case_ready(c, call_layer_norm, elements, 6 * elements);
}

bool mbt_cases_rms_norm(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (!make_norm(c, s, number, s->chunk, s->chunk))
        return false;
    const double elements = (double)(c->rows * c->columns);
    return mbt_case_ready(c, call_rms_norm, elements, 3 * elements);
}

static void call_add(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->add(c->out[0], c->ld_out, c->in[0], c->ld_in, c->rows, c->columns);
}

bool mbt_cases_add(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 1)
        return false;
    mbt_case_name(c, s, "%s", number == 0 ? "time" : "frequency");
    c->rows = number == 0 ? s->frames : s->inner_bins;
    c->columns = s->channels;
    c->ld_in = (ptrdiff_t)s->channels;
    c->ld_out = (ptrdiff_t)(number == 0 ? s->inner_bins * s->channels : s->channels);
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows, c->columns, s->channels, 1e-3, false);
    c->out[0] = mbt_case_rows(c, MBT_CASE_INOUT, c->rows, c->columns, (size_t)c->ld_out, 1, false);
    const double elements = (double)(c->rows * c->columns);
    return mbt_case_ready(c, call_add, elements, elements);
}

static void call_quantise(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->quantise(c->in[0], c->ld_in, c->rows, c->columns, c->in[1], c->arguments.rows_i8, c->ld_out,
                      (ptrdiff_t)c->extra);
}

/* Rows of a dense block, which have a center, and rows of a sequence's layers. Operations for each number: twice the
 * difference to the center, absolute value, maximum, multiply-add, subtraction, limit, sum. */
bool mbt_cases_quantise(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const char *const names[] = {"frame of the encoder", "in_proj", "x_proj"};
    if (number > 2)
        return false;
    mbt_case_name(c, s, "%s", names[number]);
    const bool block = number == 0;
    c->rows = block ? s->bins : s->chunk;
    c->columns = number == 2 ? s->d_inner : s->channels;
    c->extra = block ? 4 : 1;
    const size_t ld_in = block ? 4 * s->channels : number == 2 ? s->padded_inner : s->channels;
    const size_t ld_out = (c->columns + 3) / 4 * 4 * c->extra;
    c->ld_in = (ptrdiff_t)ld_in;
    c->ld_out = (ptrdiff_t)ld_out;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, c->rows, c->columns, ld_in, 1, false);
    c->in[1] = block ? mbt_case_row(c, MBT_CASE_IN, c->columns) : NULL;
    c->arguments.rows_i8 = (mbt_rows_i8){
        .q = mbt_case_integers(c, MBT_CASE_OUT, c->rows, c->columns, ld_out),
        .scale = mbt_case_rows(c, MBT_CASE_OUT, c->rows, 1, c->extra, 1, false),
        .sum = (int32_t *)(void *)mbt_case_rows(c, MBT_CASE_OUT, c->rows, 1, c->extra, 1, false),
    };
    const double elements = (double)(c->rows * c->columns);
    return mbt_case_ready(c, call_quantise, elements, (block ? 9 : 7) * elements);
}

static void call_widen(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->widen(c->arguments.halves, c->columns, c->out[0]);
}

bool mbt_cases_widen(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    static const char *const names[] = {"conv1d", "scan"};
    if (number > 1)
        return false;
    mbt_case_name(c, s, "%s", names[number]);
    c->columns = (number == 0 ? s->d_conv : s->d_state) * s->padded_inner;
    c->arguments.halves = mbt_case_halves(c, c->columns);
    c->out[0] = mbt_case_row(c, MBT_CASE_OUT, c->columns);
    const double elements = (double)c->columns;
    return mbt_case_ready(c, call_widen, elements, elements);
}

static void call_spectrum(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->spectrum(c->in[0], c->in[1], c->columns, 0.3f, c->out[0]);
}

bool mbt_cases_spectrum(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    mbt_case_name(c, s, "frame");
    c->columns = s->bins;
    c->in[0] = mbt_case_row(c, MBT_CASE_IN, s->bins);
    c->in[1] = mbt_case_row(c, MBT_CASE_IN, s->bins);
    c->out[0] = mbt_case_row(c, MBT_CASE_OUT, 2 * s->bins);
    const double elements = (double)s->bins;
    return mbt_case_ready(c, call_spectrum, elements, elements * (2 * MBT_WORK_LOG + 4));
}

static void call_mask(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->mask(&c->arguments.mask);
}

bool mbt_cases_mask(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    mbt_case_name(c, s, "frame");
    c->arguments.mask = (mbt_mask){.x = mbt_case_row(c, MBT_CASE_IN, s->bins),
                                   .compressed = mbt_case_rows(c, MBT_CASE_IN, 1, 2 * s->bins, 2 * s->bins, 1, true),
                                   .slope = mbt_case_row(c, MBT_CASE_IN, MBT_PADDED(s->bins)),
                                   .magnitude = mbt_case_row(c, MBT_CASE_OUT, s->bins),
                                   .bins = s->bins,
                                   .scale = 1.0f,
                                   .shift = 0.1f,
                                   .prelu = 0.25f,
                                   .out_scale = 1.0f,
                                   .out_bias = 0.1f,
                                   .beta = 2.0f,
                                   .expand = 1.0f / 0.3f};
    const double elements = (double)s->bins;
    return mbt_case_ready(c, call_mask, elements, elements * (MBT_WORK_EXP + MBT_WORK_LOG + 10));
}

static void call_polar(const mbt_kernels *kernels, const mbt_bench_case *c)
{
    kernels->polar(c->in[0], c->in[1], c->columns, c->out[0], c->out[1]);
}

bool mbt_cases_polar(mbt_bench_case *c, const mbt_shape *s, size_t number)
{
    if (number > 0)
        return false;
    mbt_case_name(c, s, "frame");
    c->columns = s->bins;
    c->in[0] = mbt_case_rows(c, MBT_CASE_IN, 1, s->bins, s->bins, 1, true);
    c->in[1] = mbt_case_row(c, MBT_CASE_IN, 2 * s->bins);
    c->out[0] = mbt_case_row(c, MBT_CASE_OUT, s->bins);
    c->out[1] = mbt_case_row(c, MBT_CASE_OUT, s->bins);
    const double elements = (double)s->bins;
    return mbt_case_ready(c, call_polar, elements, 8 * elements);
}
