/* decoder.c: the mask decoder and the phase decoder. A transposed convolution with stride 2 is computed as two
 * products: one for the even output bins, each of which depends on two input bins, and one for the odd ones, which
 * depend on one. */
#include "runtime/decoder.h"

#include <string.h>

void mbt_decoder_plan(mbt_decoder_memory *memory, const mbt_model *model, const mbt_dense_block *block, size_t frames,
                      size_t ring, unsigned threads, mbt_arena *arena)
{
    const size_t channels = model->channels, bins = model->n_fft / 2 + 1, inner_bins = (bins - 3) / 2 + 1;
    mbt_dense_plan(&memory->dense, block, frames, ring, inner_bins, channels, threads, arena);
    memory->out = mbt_arena_floats(arena, mbt_times(mbt_times(frames, inner_bins + 2), channels));
    memory->up = mbt_arena_floats(arena, mbt_times(mbt_times(frames, bins), channels));
}

/* Copies x into slot 0 of a dense block in float. */
static void copy_input(mbt_run *run, const mbt_dense *dense, const float *x)
{
    const size_t channels = run->model->channels, bins = run->inner_bins;
    const mbt_view slot = mbt_dense_slot(run, dense, 0);
    mbt_dense_clear(run, dense);
    if (mbt_model_is_causal(run->model) && !mbt_run_does(run, bins * channels))
        return;
    for (size_t t = 0; t < run->frames; t++)
        for (size_t f = 0; f < bins; f++)
            memcpy(mbt_view_frame(run, slot, (ptrdiff_t)t) + (ptrdiff_t)f * slot.bin, x + (t * bins + f) * channels,
                   channels * sizeof(float));
}

/* Runs the dense block on x. The result is in memory->out, with zeros in the first and the last bin. */
static void run_dense(mbt_run *run, const mbt_decoder_memory *memory, const mbt_dense_block *block, const float *x,
                      const mbt_instance_norm *norm, double share)
{
    const size_t channels = run->model->channels, bins = run->inner_bins;
    if (mbt_dense_is_i8(block))
        mbt_dense_input_i8(run, &memory->dense, x, (ptrdiff_t)(bins * channels), (ptrdiff_t)channels, NULL);
    else
        copy_input(run, &memory->dense, x);
    for (size_t t = 0; t < run->frames; t++) {
        float *frame = memory->out + t * (bins + 2) * channels;
        memset(frame, 0, channels * sizeof(float));
        memset(frame + (bins + 1) * channels, 0, channels * sizeof(float));
    }
    const mbt_view out = {memory->out + channels, (ptrdiff_t)((bins + 2) * channels), (ptrdiff_t)channels, 0};
    mbt_dense_run(run, block, &memory->dense, out, norm, share);
}

/* One frame of a transposed convolution: in is [F' + 2][C], out [F][n]. */
static void upsample(const mbt_run *run, const mbt_matrix *even, const mbt_matrix *odd, const float *in, float *out)
{
    const ptrdiff_t channels = (ptrdiff_t)run->model->channels, n = (ptrdiff_t)even->n;
    const mbt_gemm evens = {
        .w = even, .a = {in, in + channels}, .lda = channels, .out = out, .ldo = 2 * n, .rows = run->inner_bins + 1};
    const mbt_gemm odds = {
        .w = odd, .a = {in + channels}, .lda = channels, .out = out + n, .ldo = 2 * n, .rows = run->inner_bins};
    mbt_gemm_run(run->kernels, &evens);
    mbt_gemm_run(run->kernels, &odds);
}

/* Multiply-adds that take as long, about: for a bin of the mask, and for a number of the up-sampled phase. */
#define MASK_WORK 200u
#define FINISH_WORK 4u

static size_t upsampling_work(const mbt_run *run, const mbt_matrix *even, const mbt_matrix *odd)
{
    return run->inner_bins * (mbt_matrix_work(even) + mbt_matrix_work(odd));
}

typedef struct decoder_job {
    const mbt_run *run;
    const mbt_decoder_memory *memory;
    const mbt_instance_norm *norm;
    const float *planes;
    float *out; /* mask decoder: magnitude; phase decoder: pairs */
} decoder_job;

static void upsample_mask(void *context, size_t t, unsigned worker)
{
    const decoder_job *job = context;
    const mbt_run *run = job->run;
    const mbt_mask_decoder *decoder = run->model->mask_decoder;
    float *row = job->out + t * run->bins;
    (void)worker;
    upsample(run, &decoder->even, &decoder->odd, job->memory->out + t * (run->inner_bins + 2) * run->model->channels,
             row);
    if (!mbt_model_is_causal(run->model))
        run->kernels->channel_stats(row, 1, run->bins, 1, job->norm->mean + t, job->norm->m2 + t);
}

static void apply_mask(void *context, size_t t, unsigned worker)
{
    const decoder_job *job = context;
    const mbt_run *run = job->run;
    const mbt_mask_decoder *decoder = run->model->mask_decoder;
    float *row = job->out + t * run->bins;
    (void)worker;
    const mbt_mask mask = {.x = row,
                           .compressed = job->planes + 2 * t * run->bins,
                           .slope = decoder->slope,
                           .mask = run->hook ? job->memory->up + t * run->bins : NULL,
                           .magnitude = row,
                           .bins = run->bins,
                           .scale = job->norm->scale[0],
                           .shift = job->norm->shift[0],
                           .prelu = decoder->prelu,
                           .out_scale = decoder->out_scale,
                           .out_bias = decoder->out_bias,
                           .beta = decoder->beta,
                           .floor = run->mask_floor,
                           .expand = 1.0f / run->model->compress_factor};
    run->kernels->mask(&mask);
}

void mbt_mask_decoder_run(mbt_run *run, const mbt_decoder_memory *memory, const float *x, const float *planes,
                          float *magnitude, const mbt_instance_norm *norm, double share)
{
    const mbt_mask_decoder *decoder = run->model->mask_decoder;
    decoder_job job = {run, memory, norm, planes, magnitude};
    run_dense(run, memory, &decoder->dense_block, x, norm, 0.95 * share);
    mbt_run_frames(run, upsample_mask, &job, upsampling_work(run, &decoder->even, &decoder->odd));
    if (run->cancelled)
        return;
    if (!mbt_model_is_causal(run->model))
        mbt_instance_norm_combine(norm, run->frames, run->bins, 1, &decoder->gain, &decoder->offset);
    mbt_run_frames(run, apply_mask, &job, MASK_WORK * run->bins);
    mbt_run_stage(run, "mask", 0, memory->up, run->frames * run->bins);
    mbt_run_advance(run, 0.05 * share);
}

static void upsample_phase(void *context, size_t t, unsigned worker)
{
    const decoder_job *job = context;
    const mbt_run *run = job->run;
    const mbt_phase_decoder *decoder = run->model->phase_decoder;
    const size_t channels = run->model->channels;
    float *up = job->memory->up + t * run->bins * channels;
    (void)worker;
    upsample(run, &decoder->even, &decoder->odd, job->memory->out + t * (run->inner_bins + 2) * channels, up);
    if (!mbt_model_is_causal(run->model))
        run->kernels->channel_stats(up, (ptrdiff_t)channels, run->bins, channels, job->norm->mean + t * channels,
                                    job->norm->m2 + t * channels);
}

static void finish_phase(void *context, size_t t, unsigned worker)
{
    const decoder_job *job = context;
    const mbt_run *run = job->run;
    const mbt_phase_decoder *decoder = run->model->phase_decoder;
    const size_t channels = run->model->channels;
    float *up = job->memory->up + t * run->bins * channels;
    (void)worker;
    run->kernels->norm_prelu(up, (ptrdiff_t)channels, run->bins, channels, job->norm->scale, job->norm->shift,
                             decoder->slope);
    const mbt_gemm out = {.w = &decoder->out,
                          .a = {up},
                          .lda = (ptrdiff_t)channels,
                          .out = job->out + 2 * t * run->bins,
                          .ldo = 2,
                          .rows = run->bins};
    mbt_gemm_run(run->kernels, &out);
}

void mbt_phase_decoder_run(mbt_run *run, const mbt_decoder_memory *memory, const float *x, float *pairs,
                           const mbt_instance_norm *norm, double share)
{
    const mbt_phase_decoder *decoder = run->model->phase_decoder;
    decoder_job job = {run, memory, norm, NULL, pairs};
    run_dense(run, memory, &decoder->dense_block, x, norm, 0.95 * share);
    mbt_run_frames(run, upsample_phase, &job, upsampling_work(run, &decoder->even, &decoder->odd));
    if (run->cancelled)
        return;
    if (!mbt_model_is_causal(run->model))
        mbt_instance_norm_combine(norm, run->frames, run->bins, run->model->channels, decoder->gain, decoder->offset);
    mbt_run_frames(run, finish_phase, &job, FINISH_WORK * run->bins * run->model->channels);
    mbt_run_stage(run, "phase", 0, pairs, 2 * run->frames * run->bins);
    mbt_run_advance(run, 0.05 * share);
}
