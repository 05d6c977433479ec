/* attention.c: LayerNorm, in_proj, softmax attention head by head, out_proj. */
#include "runtime/layers/attention.h"

void mbt_attention_plan(mbt_attention_memory *memory, const mbt_attention *attention, size_t length, size_t channels,
                        mbt_arena *arena)
{
    memory->normed = mbt_arena_floats(arena, mbt_times(length, channels));
    memory->qkv = mbt_arena_floats(arena, mbt_times(length, 3 * channels));
    memory->scratch = mbt_arena_floats(arena, mbt_times(MBT_ATTEND_QUERIES, length + channels / attention->heads));
}

void mbt_attention_run(const mbt_kernels *kernels, const mbt_attention *attention, const mbt_attention_memory *memory,
                       const mbt_linear_memory *linear, mbt_rows x, size_t channels)
{
    const ptrdiff_t ld = (ptrdiff_t)channels;
    const size_t dims = channels / attention->heads;
    kernels->layer_norm(x.data, x.stride, x.count, channels, attention->norm_eps, memory->normed, ld);
    mbt_linear(kernels, linear, &attention->in_proj, memory->normed, ld, memory->qkv, 3 * ld, x.count, false);
    for (size_t head = 0; head < attention->heads; head++) {
        const float *q = memory->qkv + head * dims;
        const mbt_attend attend = {.q = q,
                                   .k = q + channels,
                                   .v = q + 2 * channels,
                                   .ld = 3 * ld,
                                   .queries = x.count,
                                   .keys = x.count,
                                   .dims = dims,
                                   .out = memory->normed + head * dims,
                                   .ldo = ld,
                                   .scratch = memory->scratch};
        kernels->attend(&attend);
    }
    mbt_linear(kernels, linear, &attention->out_proj, memory->normed, ld, x.data, x.stride, x.count, true);
}
