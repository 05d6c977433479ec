/* attention.c: LayerNorm, in_proj, softmax attention head by head, out_proj. */
#include "runtime/layers/layer.h"
#include "runtime/layers/linear.h"

/* Scratch memory for a sequence of L positions. */
typedef struct memory {
    mbt_linear_memory linear;
    float *normed;  /* [L][C]: the normalised input; after in_proj, the heads' outputs */
    float *qkv;     /* [L][3 C] */
    float *scratch; /* [MBT_ATTEND_QUERIES][L + C / heads]: grows with L, not with L x L */
} memory;

static bool check(const void *layer, uint32_t channels)
{
    const mbt_attention *attention = layer;
    return mbt_in_range(attention->heads, 1, channels) && channels % attention->heads == 0 &&
           mbt_linear_is(&attention->in_proj, channels, 3 * channels) &&
           mbt_linear_is(&attention->out_proj, channels, channels);
}

static memory take_memory(const mbt_attention *attention, size_t length, size_t channels, mbt_arena *scratch)
{
    memory m;
    mbt_linear_plan(&m.linear, channels, scratch);
    m.normed = mbt_arena_floats(scratch, mbt_times(length, channels));
    m.qkv = mbt_arena_floats(scratch, mbt_times(length, 3 * channels));
    m.scratch = mbt_arena_floats(scratch, mbt_times(MBT_ATTEND_QUERIES, length + channels / attention->heads));
    return m;
}

static void plan(const void *layer, size_t sequences, size_t length, size_t channels, mbt_arena *scratch)
{
    (void)sequences;
    take_memory(layer, length, channels, scratch);
}

/* The parts are: the projection, some heads at a time, the projection back. */
#define HEADS_AT_ONCE 2u

static size_t head_parts(const mbt_attention *attention)
{
    return (attention->heads + HEADS_AT_ONCE - 1) / HEADS_AT_ONCE;
}

static size_t work(const void *layer, size_t length, size_t channels, size_t part)
{
    const mbt_attention *attention = layer;
    const size_t dims = channels / attention->heads;
    if (part == 0)
        return length * mbt_matrix_work(&attention->in_proj);
    if (part <= head_parts(attention))
        return length * length * MBT_ATTEND_WORK(dims) * HEADS_AT_ONCE;
    return part == head_parts(attention) + 1 ? length * mbt_matrix_work(&attention->out_proj) : 0;
}

static void attend(const mbt_kernels *kernels, const mbt_attention *attention, const memory *m, size_t length,
                   size_t channels, size_t head)
{
    const size_t dims = channels / attention->heads;
    const float *q = m->qkv + head * dims;
    const mbt_attend attend = {.q = q,
                               .k = q + channels,
                               .v = q + 2 * channels,
                               .ld = 3 * (ptrdiff_t)channels,
                               .queries = length,
                               .keys = length,
                               .dims = dims,
                               .out = m->normed + head * dims,
                               .ldo = (ptrdiff_t)channels,
                               .scratch = m->scratch};
    kernels->attend(&attend);
}

static void run_part(const mbt_kernels *kernels, const void *layer, mbt_rows x, size_t channels, mbt_arena scratch,
                     size_t part)
{
    const mbt_attention *attention = layer;
    const memory m = take_memory(attention, x.count, channels, &scratch);
    const ptrdiff_t ld = (ptrdiff_t)channels;
    if (part == 0) {
        kernels->layer_norm(x.data, x.stride, x.count, channels, attention->norm_eps, m.normed, ld);
        mbt_linear(kernels, &m.linear, &attention->in_proj, m.normed, ld, m.qkv, 3 * ld, x.count, false);
    } else if (part <= head_parts(attention)) {
        const size_t end = part * HEADS_AT_ONCE;
        for (size_t head = end - HEADS_AT_ONCE; head < end && head < attention->heads; head++)
            attend(kernels, attention, &m, x.count, channels, head);
    } else {
        mbt_linear(kernels, &m.linear, &attention->out_proj, m.normed, ld, x.data, x.stride, x.count, true);
    }
}

static void run(const mbt_kernels *kernels, const void *layer, mbt_batch x, size_t channels, mbt_arena scratch)
{
    for (size_t i = 0; i < x.count; i++)
        for (size_t part = 0; work(layer, x.first.count, channels, part) > 0; part++)
            run_part(kernels, layer, mbt_batch_sequence(&x, i), channels, scratch, part);
}

static void visit_matrices(const void *layer, mbt_matrix_visitor *visit, void *cookie)
{
    const mbt_attention *attention = layer;
    visit(cookie, "attention in_proj", &attention->in_proj);
    visit(cookie, "attention out_proj", &attention->out_proj);
}

const mbt_layer_ops mbt_attention_ops = {.sequences = 1,
                                         .check = check,
                                         .causal = &mbt_attention_causal_ops,
                                         .plan = plan,
                                         .run = run,
                                         .work = work,
                                         .run_part = run_part,
                                         .visit_matrices = visit_matrices};
