/* dense_i8.c: the dense block in int8. A unit's convolution reads integers and writes floats to the block's output.
 * There they are normalised, and then rounded into the unit's slot. The floats of the last unit are the result. */
#include <math.h>
#include <string.h>

#include "runtime/convolution/dense.h"

/* The center of each channel: half way between PReLU's outputs for two standard deviations above the mean and for two
 * below. The largest of 64 numbers lie about there. InstanceNorm leaves a mean of `offset` and a standard deviation
 * of |gain|. */
static void find_center(const mbt_unit *unit, size_t channels, float *center)
{
    for (size_t c = 0; c < channels; c++) {
        const float reach = 2.0f * fabsf(unit->gain[c]);
        const float high = unit->offset[c] + reach, low = unit->offset[c] - reach;
        center[c] = 0.5f * ((high > 0 ? high : unit->slope[c] * high) + (low > 0 ? low : unit->slope[c] * low));
    }
}

/* Multiply-adds that take as long as rounding one number, about. */
#define ROUND_WORK 8u

/* Row `bin` of a frame, starting at the given slot. */
static mbt_rows_i8 row_at(const mbt_run *run, const mbt_dense *dense, size_t frame, size_t bin, size_t slot)
{
    const size_t row = frame * (dense->bins + 2) + bin, channels = run->model->channels;
    return (mbt_rows_i8){dense->rows.q + (row * MBT_DENSE_UNITS + slot) * channels,
                         dense->rows.scale + row * MBT_DENSE_UNITS + slot,
                         dense->rows.sum + row * MBT_DENSE_UNITS + slot};
}

/* Rounds `rows` rows of floats into `to` and the rows after it. */
static void round_rows(const mbt_run *run, const mbt_dense *dense, size_t slot, const float *x, ptrdiff_t ldx,
                       size_t rows, mbt_rows_i8 to)
{
    const size_t channels = run->model->channels;
    run->kernels->quantise(x, ldx, rows, channels, dense->center + slot * channels, to,
                           (ptrdiff_t)(MBT_DENSE_UNITS * channels), MBT_DENSE_UNITS);
}

/* Sets the slot's center for the output of the unit (0 if unit is NULL), and rounds the frame of padding. In a ring
 * mbt_dense_reset_i8 has done so. */
static void begin_slot(const mbt_run *run, const mbt_dense *dense, size_t slot, const mbt_unit *unit)
{
    const size_t channels = run->model->channels;
    float *center = dense->center + slot * channels;
    if (dense->ring)
        return;
    memset(center, 0, channels * sizeof *center);
    if (unit)
        find_center(unit, channels, center);
    round_rows(run, dense, slot, dense->zeros, 0, dense->bins + 2, row_at(run, dense, run->frames, 0, slot));
}

/* Rounds frame t of a slot, with the padding on both sides. */
static void fill_frame(const mbt_run *run, const mbt_dense *dense, size_t slot, const float *x, ptrdiff_t ldx, size_t t)
{
    round_rows(run, dense, slot, dense->zeros, 0, 1, row_at(run, dense, t, 0, slot));
    round_rows(run, dense, slot, x, ldx, dense->bins, row_at(run, dense, t, 1, slot));
    round_rows(run, dense, slot, dense->zeros, 0, 1, row_at(run, dense, t, dense->bins + 1, slot));
}

/* Rounds some bins of the newest frame of a ring, whose padding stays what it is. */
static void fill_bins(const mbt_run *run, const mbt_dense *dense, size_t slot, const float *x, ptrdiff_t ldx,
                      mbt_bins bins)
{
    const size_t frame = mbt_ring_place(run, dense->ring, 0);
    round_rows(run, dense, slot, x + (ptrdiff_t)bins.first * ldx, ldx, bins.end - bins.first,
               row_at(run, dense, frame, 1 + bins.first, slot));
}

void mbt_dense_reset_i8(const mbt_run *run, const mbt_dense *dense)
{
    const size_t channels = run->model->channels, rows = (dense->ring + 1) * (dense->bins + 2);
    memset(dense->center, 0, MBT_DENSE_UNITS * channels * sizeof *dense->center);
    memset(dense->zeros, 0, channels * sizeof *dense->zeros);
    /* rows of zeros, as quantise rounds them */
    memset(dense->rows.q, 0, rows * MBT_DENSE_UNITS * channels);
    memset(dense->rows.scale, 0, rows * MBT_DENSE_UNITS * sizeof *dense->rows.scale);
    memset(dense->rows.sum, 0, rows * MBT_DENSE_UNITS * sizeof *dense->rows.sum);
}

typedef struct input_job {
    const mbt_run *run;
    const mbt_dense *dense;
    const float *in;
    ptrdiff_t frame, ld;
} input_job;

static void round_input(void *context, size_t t, unsigned worker)
{
    const input_job *job = context;
    (void)worker;
    if (job->dense->ring)
        fill_bins(job->run, job->dense, 0, job->in, job->ld, (mbt_bins){0, job->dense->bins});
    else
        fill_frame(job->run, job->dense, 0, job->in + (ptrdiff_t)t * job->frame, job->ld, t);
}

void mbt_dense_input_i8(mbt_run *run, const mbt_dense *dense, const float *in, ptrdiff_t frame, ptrdiff_t ld,
                        const mbt_unit *unit)
{
    input_job job = {run, dense, in, frame, ld};
    memset(dense->zeros, 0, run->model->channels * sizeof *dense->zeros);
    begin_slot(run, dense, 0, unit);
    mbt_run_frames(run, round_input, &job, ROUND_WORK * dense->bins * run->model->channels);
}

typedef struct dense_job {
    const mbt_run *run;
    const mbt_dense *dense;
    const mbt_unit *unit;
    size_t index; /* of the unit */
    mbt_view view;
    const mbt_instance_norm *norm;
} dense_job;

/* The frames that the unit's convolution reads for frame t. Outside of a recording it is the frame of padding. */
static void find_frames(const dense_job *job, size_t t, size_t frame[3])
{
    const size_t frames = job->run->frames, dilation = (size_t)1 << job->index;
    for (size_t i = 0; i < 3; i++) {
        const ptrdiff_t at =
            (ptrdiff_t)t + ((ptrdiff_t)i - 2 + (ptrdiff_t)mbt_dense_ahead(job->dense)) * (ptrdiff_t)dilation;
        if (job->dense->ring)
            frame[i] = mbt_ring_place(job->run, job->dense->ring, at);
        else
            frame[i] = at >= 0 && at < (ptrdiff_t)frames ? (size_t)at : frames;
    }
}

/* Some bins of frame t of the unit's convolution: 3 x 3, dilated by 2^index along time. */
static void convolve_bins(const dense_job *job, size_t t, mbt_bins bins)
{
    const size_t channels = job->run->model->channels;
    mbt_gemm_i8 gemm = {.w = &job->unit->conv,
                        .ldq = (ptrdiff_t)(MBT_DENSE_UNITS * channels),
                        .lds = MBT_DENSE_UNITS,
                        .groups = job->index + 1,
                        .out =
                            mbt_view_frame(job->run, job->view, (ptrdiff_t)t) + (ptrdiff_t)bins.first * job->view.bin,
                        .ldo = job->view.bin,
                        .rows = bins.end - bins.first};
    size_t frame[3];
    find_frames(job, t, frame);
    for (size_t tap = 0; tap < 9; tap++)
        gemm.a[tap] = row_at(job->run, job->dense, frame[tap / 3], bins.first + tap % 3, 0);
    job->run->kernels->gemm_i8(&gemm);
}

static void convolve(void *context, size_t t, unsigned worker)
{
    const dense_job *job = context;
    (void)worker;
    convolve_bins(job, t, (mbt_bins){0, job->dense->bins});
    mbt_unit_measure(job->run, job->unit, job->view, job->dense->bins, job->norm, t);
}

static void normalise(void *context, size_t t, unsigned worker)
{
    const dense_job *job = context;
    (void)worker;
    mbt_unit_normalise(job->run, job->unit, job->view, (mbt_bins){0, job->dense->bins}, job->norm, t);
    if (job->index + 1 < MBT_DENSE_UNITS)
        fill_frame(job->run, job->dense, job->index + 1, job->view.data + (ptrdiff_t)t * job->view.frame, job->view.bin,
                   t);
}

/* A piece of a causal network's frame, which no norm follows. */
static void convolve_piece(void *context, size_t piece, unsigned worker)
{
    const dense_job *job = context;
    const mbt_bins bins = mbt_unit_piece(job->dense->bins, piece);
    (void)worker;
    convolve_bins(job, 0, bins);
    mbt_unit_normalise(job->run, job->unit, job->view, bins, job->norm, 0);
    if (job->index + 1 < MBT_DENSE_UNITS)
        fill_bins(job->run, job->dense, job->index + 1, job->view.data, job->view.bin, bins);
}

/* The convolution of a unit whose norm needs all frames. */
static void run_unit(mbt_run *run, dense_job *job)
{
    const mbt_unit *unit = job->unit;
    mbt_run_tasks(run, convolve, job, run->frames);
    mbt_instance_norm_combine(job->norm, run->frames, job->dense->bins, unit->conv.n, unit->gain, unit->offset);
    if (job->index + 1 < MBT_DENSE_UNITS)
        begin_slot(run, job->dense, job->index + 1, unit);
    mbt_run_tasks(run, normalise, job, run->frames);
}

void mbt_dense_run_i8(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                      const mbt_instance_norm *norm, double share)
{
    const size_t pieces = mbt_unit_pieces(dense->bins);
    for (size_t i = 0; i < MBT_DENSE_UNITS && !run->cancelled; i++) {
        const mbt_unit *unit = &block->unit[i];
        dense_job job = {run, dense, unit, i, out, norm};
        if (mbt_unit_has_norm(unit))
            run_unit(run, &job);
        else
            mbt_run_pieces(run, convolve_piece, &job, pieces, mbt_matrix_work(&unit->conv) * dense->bins / pieces);
        mbt_run_advance(run, share / MBT_DENSE_UNITS);
    }
}
