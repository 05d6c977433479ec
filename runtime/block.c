/* block.c: runs the steps of the time axis, with one sequence for each bin, then those of the frequency axis, with
 * one sequence for each frame. A task takes one sequence, or as many as a layer of the axis takes at once, through
 * all steps while the data is in the cache. Sequences do not depend on each other, so the work is done in place. In a
 * causal network there is one frame, by which the sequences of the time axis advance together. */
#include "runtime/block.h"

#include <stdint.h>

#include "runtime/layers/layer.h"

/* How many sequences the layers of an axis take at once: the largest number among its steps. */
static size_t sequences_at_once(const mbt_axis *axis)
{
    size_t most = 1;
    for (uint32_t i = 0; i < axis->count; i++) {
        const size_t sequences = mbt_layer_ops_for(axis->steps[i].kind)->sequences;
        most = sequences > most ? sequences : most;
    }
    return most;
}

/* Counts the scratch memory that the steps of an axis need. The steps run one after the other in the same memory. */
static void count_axis(const mbt_axis *axis, size_t length, size_t channels, mbt_arena *counted)
{
    for (uint32_t i = 0; i < axis->count; i++) {
        counted->used = 0;
        mbt_layer_ops_for(axis->steps[i].kind)
            ->plan(axis->steps[i].layer, sequences_at_once(axis), length, channels, counted);
    }
}

/* Takes what each step along time keeps, and counts the scratch memory that these steps need. */
static void plan_states(const mbt_model *model, size_t bins, void **states, mbt_arena *counted, mbt_arena *arena)
{
    for (uint32_t i = 0; i < model->block_count; i++) {
        const mbt_axis *axis = &model->blocks[i].time;
        for (uint32_t j = 0; j < axis->count; j++) {
            const mbt_causal_ops *ops = mbt_layer_ops_for(axis->steps[j].kind)->causal;
            const mbt_causal_size size = {bins, model->attention_frames, model->channels};
            void *state = ops->plan_state(axis->steps[j].layer, &size, arena);
            if (states)
                states[i * MBT_MAX_STEPS + j] = state;
            counted->used = 0;
            ops->plan(axis->steps[j].layer, &size, counted);
        }
    }
}

void mbt_block_plan(mbt_block_memory *memory, const mbt_model *model, size_t frames, size_t bins, unsigned threads,
                    mbt_arena *arena)
{
    const bool causal = mbt_model_is_causal(model);
    mbt_arena counted = {0};
    memory->states = NULL;
    if (causal) {
        memory->states = mbt_arena_take(arena, mbt_times(model->block_count, MBT_MAX_STEPS), sizeof *memory->states);
        plan_states(model, bins, memory->states, &counted, arena);
    }
    for (uint32_t i = 0; i < model->block_count; i++) {
        if (!causal)
            count_axis(&model->blocks[i].time, frames, model->channels, &counted);
        count_axis(&model->blocks[i].frequency, bins, model->channels, &counted);
    }
    memory->bytes = counted.peak;
    memory->scratch = mbt_arena_take(arena, threads, counted.overflow ? SIZE_MAX : counted.peak);
}

void mbt_block_reset(const mbt_model *model, const mbt_block_memory *memory)
{
    for (uint32_t i = 0; i < model->block_count; i++) {
        const mbt_axis *axis = &model->blocks[i].time;
        for (uint32_t j = 0; j < axis->count; j++)
            mbt_layer_ops_for(axis->steps[j].kind)->causal->reset(memory->states[i * MBT_MAX_STEPS + j]);
    }
}

typedef struct axis_job {
    const mbt_run *run;
    const mbt_axis *axis;
    const mbt_block_memory *memory;
    mbt_batch all;   /* all sequences of the axis */
    size_t per_task; /* sequences in a task; the last task may have fewer */
} axis_job;

static void run_task(void *context, size_t task, unsigned worker)
{
    const axis_job *job = context;
    const mbt_arena scratch = {.base = job->memory->scratch + worker * job->memory->bytes};
    const size_t first = task * job->per_task, left = job->all.count - first;
    const mbt_batch x = {mbt_batch_sequence(&job->all, first), left < job->per_task ? left : job->per_task,
                         job->all.stride};
    for (uint32_t i = 0; i < job->axis->count; i++) {
        const mbt_step *step = &job->axis->steps[i];
        mbt_layer_ops_for(step->kind)->run(job->run->kernels, step->layer, x, job->run->model->channels, scratch);
    }
}

static void run_axis(mbt_run *run, const mbt_axis *axis, const mbt_block_memory *memory, mbt_batch all)
{
    axis_job job = {run, axis, memory, all, sequences_at_once(axis)};
    mbt_run_tasks(run, run_task, &job, (all.count + job.per_task - 1) / job.per_task);
}

/* Advances all sequences of a causal network's time axis by the frame x. */
static void advance_time(mbt_run *run, uint32_t index, const mbt_block_memory *memory, float *x)
{
    const mbt_axis *axis = &run->model->blocks[index].time;
    const mbt_causal_size size = {run->inner_bins, run->model->attention_frames, run->model->channels};
    const mbt_arena scratch = {.base = memory->scratch};
    for (uint32_t i = 0; i < axis->count; i++) {
        const void *layer = axis->steps[i].layer;
        const mbt_causal_ops *ops = mbt_layer_ops_for(axis->steps[i].kind)->causal;
        void *state = memory->states[(size_t)index * MBT_MAX_STEPS + i];
        size_t work;
        for (size_t part = 0; (work = ops->work(layer, &size, part)) > 0; part++)
            if (mbt_run_does(run, work))
                ops->advance(run->kernels, layer, state, x, &size, scratch, part);
    }
}

/* Runs the frequency axis of a causal network on the frame x, in pieces. */
static void run_frequency(mbt_run *run, const mbt_axis *axis, const mbt_block_memory *memory, mbt_rows x)
{
    const size_t channels = run->model->channels;
    const mbt_arena scratch = {.base = memory->scratch};
    for (uint32_t i = 0; i < axis->count; i++) {
        const void *layer = axis->steps[i].layer;
        const mbt_layer_ops *ops = mbt_layer_ops_for(axis->steps[i].kind);
        size_t work;
        for (size_t part = 0; (work = ops->work(layer, x.count, channels, part)) > 0; part++)
            if (mbt_run_does(run, work))
                ops->run_part(run->kernels, layer, x, channels, scratch, part);
    }
}

void mbt_block_run(mbt_run *run, uint32_t index, const mbt_block_memory *memory, float *x, double share)
{
    const mbt_block *block = &run->model->blocks[index];
    const size_t frames = run->frames, bins = run->inner_bins;
    const ptrdiff_t channels = (ptrdiff_t)run->model->channels, frame = (ptrdiff_t)bins * channels;
    const size_t size = frames * bins * run->model->channels;
    if (mbt_model_is_causal(run->model)) {
        advance_time(run, index, memory, x);
        mbt_run_stage(run, "time", index, x, size);
        run_frequency(run, &block->frequency, memory, (mbt_rows){x, channels, bins});
        return;
    }
    run_axis(run, &block->time, memory, (mbt_batch){{x, frame, frames}, bins, channels});
    mbt_run_stage(run, "time", index, x, size);
    mbt_run_advance(run, share / 2);
    run_axis(run, &block->frequency, memory, (mbt_batch){{x, channels, bins}, frames, frame});
    mbt_run_advance(run, share / 2);
}
