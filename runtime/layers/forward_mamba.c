/* forward_mamba.c: Mamba in one direction and the linear layer that follows, along the time of a causal network. */
#include "runtime/layers/layer.h"
#include "runtime/layers/linear.h"
#include "runtime/layers/mamba.h"

typedef struct memory {
    mbt_linear_memory linear;
    float *sum; /* [sequences][C]: the sum that is added to x */
    mbt_mamba_memory forward;
} memory;

static bool check(const void *layer, uint32_t channels)
{
    const mbt_forward_mamba *mamba = layer;
    return mbt_mamba_is(&mamba->forward, channels) && mbt_linear_is(&mamba->joining, channels, channels);
}

static void *plan_state(const void *layer, const mbt_causal_size *size, mbt_arena *arena)
{
    const mbt_forward_mamba *mamba = layer;
    mbt_mamba_state counted, *taken = mbt_arena_take(arena, 1, sizeof *taken);
    mbt_mamba_plan_state(taken ? taken : &counted, &mamba->forward, size->sequences, arena);
    return taken;
}

static void reset(void *state)
{
    mbt_mamba_reset(state);
}

static memory take_memory(const mbt_forward_mamba *mamba, const mbt_causal_size *size, mbt_arena *scratch)
{
    const size_t inputs = mbt_mamba_inputs(&mamba->forward);
    memory m;
    mbt_linear_plan(&m.linear, inputs > size->channels ? inputs : size->channels, scratch);
    m.sum = mbt_arena_floats(scratch, mbt_times(size->sequences, size->channels));
    mbt_mamba_plan(&m.forward, &mamba->forward, size->channels, scratch);
    return m;
}

static void plan(const void *layer, const mbt_causal_size *size, mbt_arena *scratch)
{
    take_memory(layer, size, scratch);
}

/* A part is a chunk of the sequences. */
static size_t work(const void *layer, const mbt_causal_size *size, size_t part)
{
    const mbt_forward_mamba *mamba = layer;
    const size_t chunks = mbt_mamba_chunks(size->sequences);
    return part < chunks ? size->sequences / chunks * mbt_mamba_work(&mamba->forward) : 0;
}

static void advance(const mbt_kernels *kernels, const void *layer, void *state, float *x, const mbt_causal_size *size,
                    mbt_arena scratch, size_t part)
{
    const mbt_forward_mamba *mamba = layer;
    const memory m = take_memory(mamba, size, &scratch);
    const ptrdiff_t ld = (ptrdiff_t)size->channels;
    const mbt_rows rows = {x, ld, size->sequences}, sum = {m.sum, ld, size->sequences};
    if (part == 0)
        mbt_linear(kernels, &m.linear, &mamba->joining, x, ld, m.sum, ld, size->sequences, false);
    mbt_mamba_advance(kernels, &mamba->forward, &m.forward, &m.linear, state, rows, sum, size->channels, part);
    if (part == mbt_mamba_chunks(size->sequences) - 1)
        kernels->add(x, ld, m.sum, ld, size->sequences, size->channels);
}

static void visit_matrices(const void *layer, mbt_matrix_visitor *visit, void *cookie)
{
    const mbt_forward_mamba *mamba = layer;
    visit(cookie, "linear", &mamba->joining);
    mbt_mamba_visit_matrices(&mamba->forward, visit, cookie);
}

static const mbt_causal_ops causal = {plan_state, reset, plan, work, advance};

const mbt_layer_ops mbt_forward_mamba_ops = {
    .sequences = 1, .check = check, .causal = &causal, .visit_matrices = visit_matrices};
