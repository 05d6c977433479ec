/* network.c: the whole network, and the memory that its parts share. */
#include "network.h"

void mbt_network_plan(mbt_network *network, const mbt_model *model, size_t frames, unsigned threads, mbt_arena *arena)
{
    const size_t channels = model->channels, bins = model->n_fft / 2 + 1, inner_bins = (bins - 3) / 2 + 1;
    mbt_instance_norm_plan(&network->norm, frames, channels, arena);
    network->x = mbt_arena_floats(arena, mbt_times(mbt_times(frames, inner_bins), channels));
    network->blocks = mbt_arena_take(arena, threads, sizeof(mbt_block_memory));
    const size_t mark = arena->used;
    mbt_encoder_plan(&network->encoder, frames, bins, channels, arena);
    arena->used = mark;
    for (unsigned i = 0; i < threads; i++) {
        mbt_block_memory counted;
        mbt_block_plan(network->blocks ? &network->blocks[i] : &counted, model,
                       frames > inner_bins ? frames : inner_bins, arena);
    }
    arena->used = mark;
    mbt_decoder_plan(&network->decoder, frames, bins, inner_bins, channels, arena);
    arena->used = arena->peak;
}

void mbt_network_run(mbt_run *run, const mbt_network *network, float *planes, float *magnitude, float *pairs)
{
    /* About what the parts take of the time. */
    const double encoder = 0.30, decoder = 0.15, blocks = 1 - encoder - 2 * decoder;
    const size_t size = run->frames * run->inner_bins * run->model->channels;
    mbt_encoder_run(run, &network->encoder, planes, network->x, &network->norm, encoder);
    mbt_run_stage(run, "encoder", 0, network->x, size);
    for (uint32_t i = 0; i < run->model->block_count; i++) {
        mbt_block_run(run, &run->model->blocks[i], network->blocks, network->x, blocks / run->model->block_count);
        mbt_run_stage(run, "block", i, network->x, size);
    }
    mbt_mask_decoder_run(run, &network->decoder, network->x, planes, magnitude, &network->norm, decoder);
    mbt_phase_decoder_run(run, &network->decoder, network->x, pairs, &network->norm, decoder);
}
