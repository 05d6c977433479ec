/* network.c: plans and runs the whole network. Its parts share memory. */
#include "runtime/network.h"

/* What follows may have the memory from mark on. A causal network keeps it. */
static void share(mbt_arena *arena, const mbt_model *model, size_t mark)
{
    if (!mbt_model_is_causal(model))
        arena->used = mark;
}

void mbt_network_plan(mbt_network *network, const mbt_model *model, size_t frames, unsigned threads, mbt_arena *arena)
{
    const size_t channels = model->channels, bins = model->n_fft / 2 + 1, inner_bins = (bins - 3) / 2 + 1;
    const size_t ring = mbt_model_is_causal(model) ? MBT_DENSE_RING : 0;
    if (ring)
        mbt_instance_norm_plan_none(&network->norm, channels, arena);
    else
        mbt_instance_norm_plan(&network->norm, frames, channels, arena);
    const size_t mark = arena->used;
    mbt_encoder_plan(&network->encoder, model->encoder, frames, ring, bins, channels, threads, arena);
    share(arena, model, mark);
    network->x = mbt_arena_floats(arena, mbt_times(mbt_times(frames, inner_bins), channels));
    network->magnitude = mbt_arena_floats(arena, mbt_times(frames, bins));
    network->pairs = mbt_arena_floats(arena, mbt_times(mbt_times(frames, bins), 2));
    network->scratch = arena->used;
    mbt_block_plan(&network->blocks, model, frames, inner_bins, threads, arena);
    share(arena, model, network->scratch);
    mbt_decoder_plan(&network->mask_decoder, model, &model->mask_decoder->dense_block, frames, ring, threads, arena);
    share(arena, model, network->scratch);
    mbt_decoder_plan(&network->phase_decoder, model, &model->phase_decoder->dense_block, frames, ring, threads, arena);
    arena->used = arena->peak;
}

void mbt_network_reset(const mbt_run *run, const mbt_network *network)
{
    const mbt_model *model = run->model;
    mbt_dense_reset(run, &model->encoder->dense_block, &network->encoder.dense);
    mbt_block_reset(model, &network->blocks);
    mbt_dense_reset(run, &model->mask_decoder->dense_block, &network->mask_decoder.dense);
    mbt_dense_reset(run, &model->phase_decoder->dense_block, &network->phase_decoder.dense);
}

void mbt_network_run(mbt_run *run, const mbt_network *network, float *planes)
{
    /* the parts' approximate shares of the time */
    const double encoder = 0.30, decoder = 0.15, blocks = 1 - encoder - 2 * decoder;
    const size_t size = run->frames * run->inner_bins * run->model->channels;
    mbt_encoder_run(run, &network->encoder, planes, network->x, &network->norm, encoder);
    mbt_run_stage(run, "encoder", 0, network->x, size);
    for (uint32_t i = 0; i < run->model->block_count; i++) {
        mbt_block_run(run, i, &network->blocks, network->x, blocks / run->model->block_count);
        mbt_run_stage(run, "block", i, network->x, size);
    }
    mbt_mask_decoder_run(run, &network->mask_decoder, network->x, planes, network->magnitude, &network->norm, decoder);
    mbt_phase_decoder_run(run, &network->phase_decoder, network->x, network->pairs, &network->norm, decoder);
}
