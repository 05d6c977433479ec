/* unit.c: convolution, InstanceNorm2d, PReLU, frame by frame. */
#include "runtime/convolution/unit.h"

#include <math.h>

void mbt_instance_norm_plan(mbt_instance_norm *norm, size_t frames, size_t channels, mbt_arena *arena)
{
    norm->mean = mbt_arena_floats(arena, mbt_times(frames, channels));
    norm->m2 = mbt_arena_floats(arena, mbt_times(frames, channels));
    norm->scale = mbt_arena_floats(arena, channels);
    norm->shift = mbt_arena_floats(arena, channels);
}

void mbt_instance_norm_plan_none(mbt_instance_norm *norm, size_t channels, mbt_arena *arena)
{
    mbt_instance_norm_plan(norm, 0, channels, arena);
    for (size_t c = 0; norm->scale && c < channels; c++) {
        norm->scale[c] = 1;
        norm->shift[c] = 0;
    }
}

void mbt_instance_norm_combine(const mbt_instance_norm *norm, size_t frames, size_t bins, size_t channels,
                               const float *gain, const float *offset)
{
    for (size_t c = 0; c < channels; c++) {
        double mean = 0, m2 = 0, spread = 0;
        for (size_t t = 0; t < frames; t++)
            mean += (double)norm->mean[t * channels + c];
        mean /= (double)frames;
        for (size_t t = 0; t < frames; t++) {
            const double deviation = (double)norm->mean[t * channels + c] - mean;
            m2 += (double)norm->m2[t * channels + c];
            spread += deviation * deviation;
        }
        const double variance = m2 / ((double)frames * (double)bins) + spread / (double)frames;
        const double scale = (double)gain[c] / sqrt(variance + MBT_INSTANCE_NORM_EPS);
        norm->scale[c] = (float)scale;
        norm->shift[c] = (float)((double)offset[c] - mean * scale);
    }
}

void mbt_unit_measure(const mbt_run *run, const mbt_unit *unit, mbt_view out, size_t bins,
                      const mbt_instance_norm *norm, size_t t)
{
    const size_t channels = unit->conv.n;
    run->kernels->channel_stats(mbt_view_frame(run, out, (ptrdiff_t)t), out.bin, bins, channels,
                                norm->mean + t * channels, norm->m2 + t * channels);
}

void mbt_unit_normalise(const mbt_run *run, const mbt_unit *unit, mbt_view out, mbt_bins bins,
                        const mbt_instance_norm *norm, size_t t)
{
    float *row = mbt_view_frame(run, out, (ptrdiff_t)t) + (ptrdiff_t)bins.first * out.bin;
    run->kernels->norm_prelu(row, out.bin, bins.end - bins.first, unit->conv.n, norm->scale, norm->shift, unit->slope);
}

typedef struct unit_job {
    const mbt_run *run;
    const mbt_unit *unit;
    mbt_stencil stencil;
    mbt_view in, out;
    size_t bins;
    const mbt_winograd *winograd;
    const mbt_instance_norm *norm;
} unit_job;

/* A frame of the input; NULL if it is outside of the recording. What a ring has from before the recording is zeros. */
static const float *input_frame(const unit_job *job, ptrdiff_t frame)
{
    const bool inside = job->in.ring || (frame >= 0 && frame < (ptrdiff_t)job->run->frames);
    return inside ? mbt_view_frame(job->run, job->in, frame) : NULL;
}

/* Some bins of frame t. */
static void convolve_bins(const unit_job *job, size_t t, mbt_bins bins)
{
    const mbt_stencil *stencil = &job->stencil;
    const ptrdiff_t lda = (ptrdiff_t)stencil->bin_stride * job->in.bin;
    mbt_gemm gemm = {.w = &job->unit->conv,
                     .lda = lda,
                     .out = mbt_view_frame(job->run, job->out, (ptrdiff_t)t) + (ptrdiff_t)bins.first * job->out.bin,
                     .ldo = job->out.bin,
                     .rows = bins.end - bins.first};
    const ptrdiff_t before = (ptrdiff_t)(stencil->time_taps - 1 - stencil->ahead);
    for (size_t i = 0; i < stencil->time_taps; i++) {
        const ptrdiff_t offset = ((ptrdiff_t)i - before) * (ptrdiff_t)stencil->time_dilation;
        const float *frame = input_frame(job, (ptrdiff_t)t + offset);
        for (size_t j = 0; frame && j < stencil->bin_taps; j++)
            gemm.a[i * stencil->bin_taps + j] = frame + (ptrdiff_t)bins.first * lda + (ptrdiff_t)j * job->in.bin;
    }
    mbt_gemm_run(job->run->kernels, &gemm);
}

/* Task t computes frame t. */
static void convolve_directly(void *context, size_t t, unsigned worker)
{
    const unit_job *job = context;
    (void)worker;
    convolve_bins(job, t, (mbt_bins){0, job->bins});
    mbt_unit_measure(job->run, job->unit, job->out, job->bins, job->norm, t);
}

/* A piece of a causal network's frame, which no norm follows. */
static void convolve_piece(void *context, size_t piece, unsigned worker)
{
    const unit_job *job = context;
    const mbt_bins bins = mbt_unit_piece(job->bins, piece);
    (void)worker;
    convolve_bins(job, 0, bins);
    mbt_unit_normalise(job->run, job->unit, job->out, bins, job->norm, 0);
}

/* A task computes MBT_WINOGRAD_FRAMES frames: t, t + d, ... for dilation d, without those past the end. d consecutive
 * tasks cover MBT_WINOGRAD_FRAMES d consecutive frames. */
static void convolve_by_winograd(void *context, size_t task, unsigned worker)
{
    const unit_job *job = context;
    const size_t d = job->stencil.time_dilation, frames = job->run->frames;
    const size_t first = task / d * d * MBT_WINOGRAD_FRAMES + task % d;
    mbt_winograd_input inputs[MBT_WINOGRAD_INPUTS];
    float *out[MBT_WINOGRAD_FRAMES];
    size_t count = 0;
    for (; count < MBT_WINOGRAD_FRAMES && first + count * d < frames; count++)
        out[count] = job->out.data + (ptrdiff_t)(first + count * d) * job->out.frame;
    for (size_t i = 0; i < MBT_WINOGRAD_INPUTS; i++) {
        const float *frame = input_frame(job, (ptrdiff_t)(first + i * d) - (ptrdiff_t)d);
        inputs[i] = (mbt_winograd_input){frame ? frame : job->in.data, frame ? job->in.bin : 0};
    }
    mbt_winograd_run(job->run->kernels, job->winograd, worker, &job->unit->conv, inputs, count, job->bins, out,
                     job->out.bin);
    for (size_t i = 0; i < count; i++)
        mbt_unit_measure(job->run, job->unit, job->out, job->bins, job->norm, first + i * d);
}

static size_t winograd_tasks(size_t frames, size_t dilation)
{
    const size_t period = dilation * MBT_WINOGRAD_FRAMES, rest = frames % period;
    return frames / period * dilation + (rest < dilation ? rest : dilation);
}

static void normalise_frame(void *context, size_t t, unsigned worker)
{
    const unit_job *job = context;
    (void)worker;
    mbt_unit_normalise(job->run, job->unit, job->out, (mbt_bins){0, job->bins}, job->norm, t);
}

void mbt_unit_run(mbt_run *run, const mbt_unit *unit, mbt_stencil stencil, mbt_view in, mbt_view out, size_t bins,
                  const mbt_winograd *winograd, const mbt_instance_norm *norm)
{
    unit_job job = {run, unit, stencil, in, out, bins, winograd, norm};
    if (!mbt_unit_has_norm(unit)) {
        const size_t pieces = mbt_unit_pieces(bins);
        mbt_run_pieces(run, convolve_piece, &job, pieces, mbt_matrix_work(&unit->conv) * bins / pieces);
        return;
    }
    if (unit->form == MBT_FORM_WINOGRAD)
        mbt_run_tasks(run, convolve_by_winograd, &job, winograd_tasks(run->frames, stencil.time_dilation));
    else
        mbt_run_tasks(run, convolve_directly, &job, run->frames);
    if (run->cancelled)
        return;
    mbt_instance_norm_combine(norm, run->frames, bins, unit->conv.n, unit->gain, unit->offset);
    mbt_run_tasks(run, normalise_frame, &job, run->frames);
}
