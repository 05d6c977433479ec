/* mamba.c: runs each chunk of a sequence from RMSNorm to out_proj. From one chunk to the next it keeps the state and
 * d_conv - 1 positions. Where many sequences advance by one position, a chunk is some of these sequences. */
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

static constants constants_of(const mbt_mamba *mamba, const mbt_mamba_memory *memory)
{
    if (mamba->constants == MBT_WEIGHT_F32)
        return (constants){mamba->conv_weight, mamba->a};
    return (constants){memory->conv_weight, memory->a};
}

/* Fills what the chunks find in memory: the constants, and the padding lanes, which dt_proj does not write. */
static void begin(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    if (mamba->constants == MBT_WEIGHT_F16) {
        kernels->widen(mamba->conv_weight, p * mamba->d_conv, memory->conv_weight);
        kernels->widen(mamba->a, p * mamba->d_state, memory->a);
    }
    for (size_t i = 0; i < MBT_MAMBA_CHUNK; i++)
        memset(memory->dt + i * p + mamba->d_inner, 0, (p - mamba->d_inner) * sizeof(float));
}

/* dt, B and C of `rows` positions from their u. */
static void select_parameters(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                              const mbt_linear_memory *linear, size_t rows)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    const ptrdiff_t ld = (ptrdiff_t)p, ldbc = (ptrdiff_t)mamba->dt_rank + 2 * (ptrdiff_t)mamba->d_state;
    mbt_linear(kernels, linear, &mamba->x_proj, memory->u, ld, memory->dt_b_c, ldbc, rows, false);
    mbt_linear(kernels, linear, &mamba->dt_proj, memory->dt_b_c, ldbc, memory->dt, ld, rows, false);
    kernels->softplus(memory->dt, rows * p);
}

/* The scan of `steps` positions from row `first` of the memory on. z: theirs, at distance ldz. h: the state. */
static void scan_rows(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                      const float *a, size_t first, size_t steps, const float *z, ptrdiff_t ldz, float *h)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner), ldbc = mamba->dt_rank + 2 * (size_t)mamba->d_state;
    const float *b = memory->dt_b_c + first * ldbc + mamba->dt_rank;
    const mbt_scan scan = {.dt = memory->dt + first * p,
                           .u = memory->u + first * p,
                           .z = z,
                           .b = b,
                           .c = b + mamba->d_state,
                           .a = a,
                           .d = mamba->d,
                           .h = h,
                           .y = memory->y + first * p,
                           .ld = (ptrdiff_t)p,
                           .ldz = ldz,
                           .ldbc = (ptrdiff_t)ldbc,
                           .steps = steps,
                           .channels = p,
                           .d_state = mamba->d_state};
    kernels->scan(&scan);
}

static void run_chunk(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                      const mbt_linear_memory *linear, mbt_rows x, mbt_rows out, size_t channels)
{
    const constants c = constants_of(mamba, memory);
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    const ptrdiff_t ld = (ptrdiff_t)p;
    float *uz = memory->uz + 2 * p * (mamba->d_conv - 1);
    kernels->rms_norm(x.data, x.stride, x.count, channels, mamba->norm_eps, memory->normed, (ptrdiff_t)channels);
    mbt_linear(kernels, linear, &mamba->in_proj, memory->normed, (ptrdiff_t)channels, uz, 2 * ld, x.count, false);
    kernels->conv1d_silu(memory->uz, 2 * ld, x.count, p, mamba->d_conv, c.conv_weight, mamba->conv_bias, memory->u, ld);
    select_parameters(kernels, mamba, memory, linear, x.count);
    scan_rows(kernels, mamba, memory, c.a, 0, x.count, uz + p, 2 * ld, memory->h);
    mbt_linear(kernels, linear, &mamba->out_proj, memory->y, ld, out.data, out.stride, x.count, true);
    memmove(memory->uz, memory->uz + x.count * 2 * p, 2 * p * (mamba->d_conv - 1) * sizeof(float));
}

size_t mbt_mamba_chunks(size_t length)
{
    return (length + MBT_MAMBA_CHUNK - 1) / MBT_MAMBA_CHUNK;
}

/* All chunks are about equal: none has only a few positions. */
static size_t chunk_start(size_t length, size_t chunk)
{
    const size_t chunks = mbt_mamba_chunks(length), least = length / chunks, larger = length % chunks;
    const size_t smaller = chunks - larger; /* these come first */
    return chunk * least + (chunk > smaller ? chunk - smaller : 0);
}

/* Multiply-adds that take as long as one step of one state, about. */
#define SCAN_WORK 12u

size_t mbt_mamba_work(const mbt_mamba *mamba)
{
    return mbt_matrix_work(&mamba->in_proj) + mbt_matrix_work(&mamba->x_proj) + mbt_matrix_work(&mamba->dt_proj) +
           mbt_matrix_work(&mamba->out_proj) + SCAN_WORK * MBT_PADDED((size_t)mamba->d_inner) * mamba->d_state;
}

void mbt_mamba_run(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                   const mbt_linear_memory *linear, mbt_rows x, mbt_rows out, size_t channels, size_t chunk)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    const size_t first = chunk_start(x.count, chunk), count = chunk_start(x.count, chunk + 1) - first;
    if (chunk == 0) {
        begin(kernels, mamba, memory);
        memset(memory->uz, 0, 2 * p * (mamba->d_conv - 1) * sizeof(float));
        memset(memory->h, 0, p * mamba->d_state * sizeof(float));
    }
    run_chunk(kernels, mamba, memory, linear, mbt_rows_part(x, first, count), mbt_rows_part(out, first, count),
              channels);
}

void mbt_mamba_plan_state(mbt_mamba_state *state, const mbt_mamba *mamba, size_t sequences, mbt_arena *arena)
{
    const size_t p = MBT_PADDED((size_t)mamba->d_inner);
    state->uz_size = mbt_times(mbt_times(mamba->d_conv, 2 * p), sequences);
    state->h_size = mbt_times(mbt_times(p, mamba->d_state), sequences);
    state->uz = mbt_arena_floats(arena, state->uz_size);
    state->h = mbt_arena_floats(arena, state->h_size);
}

void mbt_mamba_reset(const mbt_mamba_state *state)
{
    memset(state->uz, 0, state->uz_size * sizeof(float));
    memset(state->h, 0, state->h_size * sizeof(float));
}

void mbt_mamba_advance(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                       const mbt_linear_memory *linear, const mbt_mamba_state *state, mbt_rows x, mbt_rows out,
                       size_t channels, size_t chunk)
{
    const size_t first = chunk_start(x.count, chunk), count = chunk_start(x.count, chunk + 1) - first;
    const size_t p = MBT_PADDED((size_t)mamba->d_inner), newest = 2 * p * (mamba->d_conv - 1), all = newest + 2 * p;
    const ptrdiff_t ld = (ptrdiff_t)p;
    const mbt_rows from = mbt_rows_part(x, first, count), to = mbt_rows_part(out, first, count);
    float *uz = state->uz + first * all, *h = state->h + first * p * mamba->d_state;
    begin(kernels, mamba, memory);
    const constants c = constants_of(mamba, memory);
    kernels->rms_norm(from.data, from.stride, count, channels, mamba->norm_eps, memory->normed, (ptrdiff_t)channels);
    mbt_linear(kernels, linear, &mamba->in_proj, memory->normed, (ptrdiff_t)channels, uz + newest, (ptrdiff_t)all,
               count, false);
    for (size_t i = 0; i < count; i++)
        kernels->conv1d_silu(uz + i * all, 2 * ld, 1, p, mamba->d_conv, c.conv_weight, mamba->conv_bias,
                             memory->u + i * p, ld);
    select_parameters(kernels, mamba, memory, linear, count);
    for (size_t i = 0; i < count; i++)
        scan_rows(kernels, mamba, memory, c.a, i, 1, uz + i * all + newest + p, 0, h + i * p * mamba->d_state);
    mbt_linear(kernels, linear, &mamba->out_proj, memory->y, ld, to.data, to.stride, count, true);
    for (size_t i = 0; i < count; i++)
        memmove(uz + i * all, uz + i * all + 2 * p, newest * sizeof(float));
}
