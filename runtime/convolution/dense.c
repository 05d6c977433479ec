/* dense.c: the memory of the dense block, and the block in float. */
#include "runtime/convolution/dense.h"

#include <string.h>

static bool has_winograd(const mbt_dense_block *block)
{
    bool has = false;
    for (size_t i = 0; i < MBT_DENSE_UNITS; i++)
        has = has || block->unit[i].form == MBT_FORM_WINOGRAD;
    return has;
}

/* mbt_model_check has made sure that either all units are int8 or none is. */
bool mbt_dense_is_i8(const mbt_dense_block *block)
{
    return block->unit[0].conv.type == MBT_WEIGHT_I8;
}

static void plan_i8(mbt_dense *dense, size_t frames, size_t channels, mbt_arena *arena)
{
    const size_t rows = mbt_times(frames + 1, dense->bins + 2);
    dense->rows.q = mbt_arena_take(arena, rows, MBT_DENSE_UNITS * channels);
    dense->rows.scale = mbt_arena_floats(arena, mbt_times(rows, MBT_DENSE_UNITS));
    dense->rows.sum = mbt_arena_take(arena, mbt_times(rows, MBT_DENSE_UNITS), sizeof(int32_t));
    dense->center = mbt_arena_floats(arena, MBT_DENSE_UNITS * channels);
    dense->zeros = mbt_arena_floats(arena, channels);
}

void mbt_dense_plan(mbt_dense *dense, const mbt_dense_block *block, size_t frames, size_t ring, size_t bins,
                    size_t channels, unsigned threads, mbt_arena *arena)
{
    const size_t kept = ring ? ring : frames;
    dense->bins = bins;
    dense->ring = ring;
    if (has_winograd(block))
        mbt_winograd_plan(&dense->winograd, bins, channels, threads, arena);
    if (mbt_dense_is_i8(block))
        plan_i8(dense, kept, channels, arena);
    else
        dense->data = mbt_arena_floats(arena, mbt_times(mbt_times(kept, bins + 2), MBT_DENSE_UNITS * channels));
}

void mbt_dense_reset(const mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense)
{
    const size_t position = (size_t)MBT_DENSE_UNITS * run->model->channels;
    if (mbt_dense_is_i8(block))
        mbt_dense_reset_i8(run, dense);
    else
        memset(dense->data, 0, dense->ring * (dense->bins + 2) * position * sizeof(float));
}

void mbt_dense_clear(mbt_run *run, const mbt_dense *dense)
{
    const size_t position = (size_t)MBT_DENSE_UNITS * run->model->channels;
    const size_t frames = dense->ring ? 0 : run->frames; /* in a ring they stay zero */
    for (size_t t = 0; t < frames; t++) {
        float *frame = dense->data + t * (dense->bins + 2) * position;
        memset(frame, 0, position * sizeof(float));
        memset(frame + (dense->bins + 1) * position, 0, position * sizeof(float));
    }
}

mbt_view mbt_dense_slot(const mbt_run *run, const mbt_dense *dense, size_t slot)
{
    const size_t channels = run->model->channels, position = MBT_DENSE_UNITS * channels;
    return (mbt_view){dense->data + position + slot * channels, (ptrdiff_t)((dense->bins + 2) * position),
                      (ptrdiff_t)position, dense->ring};
}

void mbt_dense_run(mbt_run *run, const mbt_dense_block *block, const mbt_dense *dense, mbt_view out,
                   const mbt_instance_norm *norm, double share)
{
    if (mbt_dense_is_i8(block)) {
        mbt_dense_run_i8(run, block, dense, out, norm, share);
        return;
    }
    mbt_view in = mbt_dense_slot(run, dense, 0);
    in.data -= in.bin; /* the window of the convolution starts one bin before */
    for (size_t i = 0; i < MBT_DENSE_UNITS; i++) {
        const mbt_stencil stencil = {3, (size_t)1 << i, 3, 1, mbt_dense_ahead(dense)};
        const mbt_view to = i + 1 < MBT_DENSE_UNITS ? mbt_dense_slot(run, dense, i + 1) : out;
        mbt_unit_run(run, &block->unit[i], stencil, in, to, dense->bins, &dense->winograd, norm);
        mbt_run_advance(run, share / MBT_DENSE_UNITS);
    }
}
