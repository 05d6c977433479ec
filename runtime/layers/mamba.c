/* mamba.c: runs each chunk of a sequence from RMSNorm to out_proj. From one chunk to the next it keeps the state and
 * d_conv - 1 positions. */
#include "runtime/layers/mamba.h"

#include <string.h>

bool mbt_mamba_is(const mbt_mamba *m, uint32_t channels)
{
    return mbt_in_range(m->d_inner, 1, MBT_MAX_SIZE) && mbt_in_range(m->d_state, 1, MBT_MAX_SIZE) &&
           mbt_in_range(m->d_conv, 1, MBT_MAX_SIZE) && mbt_in_range(m->dt_rank, 1, MBT_MAX_SIZE) &&
           (m->constants == MBT_WEIGHT_F32 || m->constants == MBT_WEIGHT_F16) && m->conv_weight && m->conv_bias &&
           m->a && m->d && mbt_linear_is(&m->in_proj, channels, 2 * MBT_PADDED(m->d_inner)) &&
           mbt_linear_is(&m->x_proj, m->d_inner, m->dt_rank + 2 * m->d_state) &&
           mbt_linear_is(&m->dt_proj, m->dt_rank, m->d_inner) && mbt_linear_is(&m->out_proj, m->d_inner, channels);
}

size_t mbt_mamba_inputs(const mbt_mamba *mamba)
{
    return mamba->d_inner > mamba->dt_rank ? mamba->d_inner : mamba->dt_rank;
}

void mbt_mamba_visit_matrices(const mbt_mamba *mamba, mbt_matrix_visitor *visit, void *cookie)
{
    visit(cookie, "in_proj", &mamba->in_proj);
    visit(cookie, "x_proj", &mamba->x_proj);
    visit(cookie, "dt_proj", &mamba->dt_proj);
    visit(cookie, "out_proj", &mamba->out_proj);
}

void mbt_mamba_plan(mbt_mamba_memory *memory, const mbt_mamba *mamba, size_t channels, mbt_arena *arena)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner), s = MBT_MAMBA_CHUNK;
    memory->normed = mbt_arena_floats(arena, s * channels);
    memory->uz = mbt_arena_floats(arena, mbt_times(mamba->d_conv - 1 + s, 2 * p));
    memory->u = mbt_arena_floats(arena, s * p);
    memory->dt_b_c = mbt_arena_floats(arena, mbt_times(s, mamba->dt_rank + 2 * (size_t)mamba->d_state));
    memory->dt = mbt_arena_floats(arena, s * p);
    memory->y = mbt_arena_floats(arena, s * p);
    memory->h = mbt_arena_floats(arena, mbt_times(p, mamba->d_state));
    memory->conv_weight = mbt_arena_floats(arena, mbt_times(p, mamba->d_conv));
    memory->a = mbt_arena_floats(arena, mbt_times(p, mamba->d_state));
}

/* A layer's constants as floats. */
typedef struct constants {
    const float *conv_weight, *a;
} constants;

static constants widen_constants(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    if (mamba->constants == MBT_WEIGHT_F32)
        return (constants){mamba->conv_weight, mamba->a};
    kernels->widen(mamba->conv_weight, p * mamba->d_conv, memory->conv_weight);
    kernels->widen(mamba->a, p * mamba->d_state, memory->a);
    return (constants){memory->conv_weight, memory->a};
}

static void run_chunk(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                      const mbt_linear_memory *linear, const constants *c, mbt_rows x, mbt_rows out, size_t channels)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    const ptrdiff_t ld = (ptrdiff_t)p, ldbc = (ptrdiff_t)mamba->dt_rank + 2 * (ptrdiff_t)mamba->d_state;
    float *uz = memory->uz + 2 * p * (mamba->d_conv - 1);
    kernels->rms_norm(x.data, x.stride, x.count, channels, mamba->norm_eps, memory->normed, (ptrdiff_t)channels);
    mbt_linear(kernels, linear, &mamba->in_proj, memory->normed, (ptrdiff_t)channels, uz, 2 * ld, x.count, false);
    kernels->conv1d_silu(memory->uz, 2 * ld, x.count, p, mamba->d_conv, c->conv_weight, mamba->conv_bias, memory->u,
                         ld);
    mbt_linear(kernels, linear, &mamba->x_proj, memory->u, ld, memory->dt_b_c, ldbc, x.count, false);
    mbt_linear(kernels, linear, &mamba->dt_proj, memory->dt_b_c, ldbc, memory->dt, ld, x.count, false);
    kernels->softplus(memory->dt, x.count * p);
    const float *b = memory->dt_b_c + mamba->dt_rank;
    const mbt_scan scan = {.dt = memory->dt,
                           .u = memory->u,
                           .z = uz + p,
                           .b = b,
                           .c = b + mamba->d_state,
                           .a = c->a,
                           .d = mamba->d,
                           .h = memory->h,
                           .y = memory->y,
                           .ld = ld,
                           .ldz = 2 * ld,
                           .ldbc = ldbc,
                           .steps = x.count,
                           .channels = p,
                           .d_state = mamba->d_state};
    kernels->scan(&scan);
    mbt_linear(kernels, linear, &mamba->out_proj, memory->y, ld, out.data, out.stride, x.count, true);
    memmove(memory->uz, memory->uz + x.count * 2 * p, 2 * p * (mamba->d_conv - 1) * sizeof(float));
}

void mbt_mamba_run(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                   const mbt_linear_memory *linear, mbt_rows x, mbt_rows out, size_t channels)
{
    const constants c = widen_constants(kernels, mamba, memory);
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    memset(memory->uz, 0, 2 * p * (mamba->d_conv - 1) * sizeof(float));
    memset(memory->h, 0, p * mamba->d_state * sizeof(float));
    for (size_t i = 0; i < MBT_MAMBA_CHUNK; i++) /* padding lanes: dt_proj does not write them */
        memset(memory->dt + i * p + mamba->d_inner, 0, (p - mamba->d_inner) * sizeof(float));
    const size_t chunks = (x.count + MBT_MAMBA_CHUNK - 1) / MBT_MAMBA_CHUNK;
    for (size_t i = 0, first = 0; i < chunks; i++) {
        const size_t count = (x.count - first) / (chunks - i); /* about equal: no chunk has only a few positions */
        run_chunk(kernels, mamba, memory, linear, &c, mbt_rows_part(x, first, count), mbt_rows_part(out, first, count),
                  channels);
        first += count;
    }
}
