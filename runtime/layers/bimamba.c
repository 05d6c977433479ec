/* bimamba.c: Mamba in both directions and the linear layer that joins them. */
#include "runtime/layers/layer.h"
#include "runtime/layers/linear.h"
#include "runtime/layers/mamba.h"

/* Scratch memory for a sequence of L positions. */
typedef struct memory {
    mbt_linear_memory linear;
    float *sum;                         /* [L][C]: the sum that is added to x */
    mbt_mamba_memory forward, backward; /* in the same memory: one direction runs after the other */
} memory;

/* The number of taps (d_conv) appears in no matrix, so it can only be compared between the two directions. */
static bool check(const void *layer, uint32_t channels)
{
    const mbt_bimamba *bimamba = layer;
    return bimamba->forward.d_conv == bimamba->backward.d_conv && mbt_mamba_is(&bimamba->forward, channels) &&
           mbt_mamba_is(&bimamba->backward, channels) && mbt_linear_is(&bimamba->joining, channels, channels);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static memory take_memory(const mbt_bimamba *bimamba, size_t length, size_t channels, mbt_arena *scratch)
{
    const mbt_mamba *forward = &bimamba->forward, *backward = &bimamba->backward;
    memory m;
    mbt_linear_plan(&m.linear, larger(channels, larger(mbt_mamba_inputs(forward), mbt_mamba_inputs(backward))),
                    scratch);
    m.sum = mbt_arena_floats(scratch, mbt_times(length, channels));
    const size_t mark = scratch->used;
    mbt_mamba_plan(&m.forward, forward, channels, scratch);
    scratch->used = mark;
    mbt_mamba_plan(&m.backward, backward, channels, scratch);
    return m;
}

static void plan(const void *layer, size_t sequences, size_t length, size_t channels, mbt_arena *scratch)
{
    (void)sequences;
    take_memory(layer, length, channels, scratch);
}

/* The parts are the chunks of the forward direction, then those of the backward direction. The first begins the sum,
 * the last adds it to x. */
static size_t work(const void *layer, size_t length, size_t channels, size_t part)
{
    const mbt_bimamba *bimamba = layer;
    const size_t chunks = mbt_mamba_chunks(length);
    (void)channels;
    if (part >= 2 * chunks)
        return 0;
    return length / chunks * mbt_mamba_work(part < chunks ? &bimamba->forward : &bimamba->backward);
}

static void run_part(const mbt_kernels *kernels, const void *layer, mbt_rows x, size_t channels, mbt_arena scratch,
                     size_t part)
{
    const mbt_bimamba *bimamba = layer;
    const memory m = take_memory(bimamba, x.count, channels, &scratch);
    const mbt_rows sum = {m.sum, (ptrdiff_t)channels, x.count};
    const size_t chunks = mbt_mamba_chunks(x.count);
    if (part == 0)
        mbt_linear(kernels, &m.linear, &bimamba->joining, x.data, x.stride, sum.data, sum.stride, x.count, false);
    if (part < chunks)
        mbt_mamba_run(kernels, &bimamba->forward, &m.forward, &m.linear, x, sum, channels, part);
    else
        mbt_mamba_run(kernels, &bimamba->backward, &m.backward, &m.linear, mbt_rows_flip(x), mbt_rows_flip(sum),
                      channels, part - chunks);
    if (part == 2 * chunks - 1)
        kernels->add(x.data, x.stride, sum.data, sum.stride, x.count, channels);
}

static void run(const mbt_kernels *kernels, const void *layer, mbt_batch x, size_t channels, mbt_arena scratch)
{
    for (size_t i = 0; i < x.count; i++)
        for (size_t part = 0; part < 2 * mbt_mamba_chunks(x.first.count); part++)
            run_part(kernels, layer, mbt_batch_sequence(&x, i), channels, scratch, part);
}

static void visit_matrices(const void *layer, mbt_matrix_visitor *visit, void *cookie)
{
    const mbt_bimamba *bimamba = layer;
    visit(cookie, "linear", &bimamba->joining);
    mbt_mamba_visit_matrices(&bimamba->forward, visit, cookie);
    mbt_mamba_visit_matrices(&bimamba->backward, visit, cookie);
}

const mbt_layer_ops mbt_bimamba_ops = {.sequences = 1,
                                       .check = check,
                                       .plan = plan,
                                       .run = run,
                                       .work = work,
                                       .run_part = run_part,
                                       .visit_matrices = visit_matrices};
