/* encoder.c: dense_conv_1, the dense block, dense_conv_2. */
#include "runtime/encoder.h"

void mbt_encoder_plan(mbt_encoder_memory *memory, const mbt_encoder *encoder, size_t frames, size_t ring, size_t bins,
                      size_t channels, unsigned threads, mbt_arena *arena)
{
    mbt_dense_plan(&memory->dense, &encoder->dense_block, frames, ring, bins, channels, threads, arena);
    memory->out = mbt_arena_floats(arena, mbt_times(mbt_times(frames, bins), channels));
}

void mbt_encoder_run(mbt_run *run, const mbt_encoder_memory *memory, float *planes, float *x,
                     const mbt_instance_norm *norm, double share)
{
    const mbt_encoder *encoder = run->model->encoder;
    const ptrdiff_t channels = (ptrdiff_t)run->model->channels;
    const ptrdiff_t bins = (ptrdiff_t)run->bins, inner_bins = (ptrdiff_t)run->inner_bins;
    const mbt_view in = {planes, 2 * bins, 2, 0};
    const mbt_view dense_out = {memory->out, bins * channels, channels, 0};
    const mbt_view out = {x, inner_bins * channels, channels, 0};
    const mbt_stencil point = {1, 1, 1, 1, 0};
    if (mbt_dense_is_i8(&encoder->dense_block)) {
        mbt_unit_run(run, &encoder->dense_conv_1, point, in, dense_out, run->bins, NULL, norm);
        mbt_dense_input_i8(run, &memory->dense, dense_out.data, dense_out.frame, dense_out.bin, &encoder->dense_conv_1);
    } else {
        mbt_dense_clear(run, &memory->dense);
        mbt_unit_run(run, &encoder->dense_conv_1, point, in, mbt_dense_slot(run, &memory->dense, 0), run->bins, NULL,
                     norm);
    }
    mbt_dense_run(run, &encoder->dense_block, &memory->dense, dense_out, norm, 0.9 * share);
    mbt_unit_run(run, &encoder->dense_conv_2, (mbt_stencil){1, 1, 3, 2, 0}, dense_out, out, run->inner_bins, NULL,
                 norm);
    mbt_run_advance(run, 0.1 * share);
}
