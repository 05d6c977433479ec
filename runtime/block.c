/* block.c: a task is a sequence: a bin along time, a frame along frequency. Sequences touch nothing of each other, so
 * each is brought through attention and both directions in place. */
#include "runtime/block.h"

/* Plans the scratch memory of one axis from the arena's present mark; the next axis reuses it. */
static void plan_axis(mbt_block_memory *memory, const mbt_axis *axis, size_t length, size_t channels, mbt_arena *arena)
{
    const size_t mark = arena->used;
    if (axis->attention_place != MBT_ATTENTION_NONE)
        mbt_attention_plan(&memory->attention, axis->attention, length, channels, arena);
    arena->used = mark;
    memory->sum = mbt_arena_floats(arena, mbt_times(length, channels));
    mbt_mamba_plan(&memory->mamba, axis->forward.layer, channels, arena);
    arena->used = mark;
}

/* Of any linear layer of a block. */
static size_t most_inputs(const mbt_model *model)
{
    const mbt_mamba *mamba = model->blocks[0].time.forward.layer; /* all are of one size */
    const size_t inner = mamba->d_inner > mamba->dt_rank ? mamba->d_inner : mamba->dt_rank;
    return inner > model->channels ? inner : model->channels;
}

void mbt_block_plan(mbt_block_memory *memory, const mbt_model *model, size_t length, mbt_arena *arena)
{
    mbt_linear_plan(&memory->linear, most_inputs(model), arena);
    const size_t mark = arena->used, peak = arena->peak;
    arena->peak = mark;
    for (uint32_t i = 0; i < model->block_count; i++) {
        plan_axis(memory, &model->blocks[i].time, length, model->channels, arena);
        plan_axis(memory, &model->blocks[i].frequency, length, model->channels, arena);
    }
    arena->used = arena->peak;
    if (arena->peak < peak)
        arena->peak = peak;
}

static void run_sequence_layers(const mbt_kernels *kernels, const mbt_axis *axis, const mbt_block_memory *memory,
                                mbt_rows x, size_t channels)
{
    const mbt_rows sum = {memory->sum, (ptrdiff_t)channels, x.count};
    mbt_linear(kernels, &memory->linear, &axis->linear, x.data, x.stride, sum.data, sum.stride, x.count, false);
    mbt_mamba_run(kernels, axis->forward.layer, &memory->mamba, &memory->linear, x, sum, channels);
    mbt_mamba_run(kernels, axis->backward.layer, &memory->mamba, &memory->linear, mbt_rows_flip(x), mbt_rows_flip(sum),
                  channels);
    kernels->add(x.data, x.stride, sum.data, sum.stride, x.count, channels);
}

static void run_axis(const mbt_kernels *kernels, const mbt_axis *axis, const mbt_block_memory *memory, mbt_rows x,
                     size_t channels)
{
    if (axis->attention_place == MBT_ATTENTION_BEFORE)
        mbt_attention_run(kernels, axis->attention, &memory->attention, &memory->linear, x, channels);
    run_sequence_layers(kernels, axis, memory, x, channels);
    if (axis->attention_place == MBT_ATTENTION_AFTER)
        mbt_attention_run(kernels, axis->attention, &memory->attention, &memory->linear, x, channels);
}

typedef struct block_job {
    const mbt_run *run;
    const mbt_block *block;
    const mbt_block_memory *memories;
    float *x;
} block_job;

static void along_time(void *context, size_t bin, unsigned worker)
{
    const block_job *job = context;
    const size_t channels = job->run->model->channels;
    const mbt_rows x = {job->x + bin * channels, (ptrdiff_t)(job->run->inner_bins * channels), job->run->frames};
    run_axis(job->run->kernels, &job->block->time, &job->memories[worker], x, channels);
}

static void along_frequency(void *context, size_t frame, unsigned worker)
{
    const block_job *job = context;
    const size_t channels = job->run->model->channels;
    const mbt_rows x = {job->x + frame * job->run->inner_bins * channels, (ptrdiff_t)channels, job->run->inner_bins};
    run_axis(job->run->kernels, &job->block->frequency, &job->memories[worker], x, channels);
}

void mbt_block_run(mbt_run *run, const mbt_block *block, const mbt_block_memory *memories, float *x, double share)
{
    block_job job = {run, block, memories, x};
    mbt_run_tasks(run, along_time, &job, run->inner_bins);
    mbt_run_advance(run, share / 2);
    mbt_run_tasks(run, along_frequency, &job, run->frames);
    mbt_run_advance(run, share / 2);
}
