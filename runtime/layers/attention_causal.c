/* attention_causal.c: attention along the time of a causal network. In each bin the newest frame attends to itself and
 * the frames before it. Keys and values are kept, so that only the newest are computed.
 *
 * One frame has one query for each head and bin. These are the lanes of the kernel: bin 0's heads first. So keys and
 * values are kept in groups of 16 lanes, and a group's keys lie one after the other. */
#include "runtime/layers/layer.h"
#include "runtime/layers/linear.h"

typedef struct state {
    bool half;           /* keys and values are binary16: where the weights are not f32 */
    size_t groups;       /* ceil(sequences heads / 16) */
    size_t window, dims; /* frames kept; C / heads */
    void *keys, *values; /* [groups][window][dims][16], a ring of frames */
    size_t newest;       /* where in the ring the newest frame is */
    size_t count;        /* frames that are there */
} state;

typedef struct memory {
    mbt_linear_memory linear;
    float *normed;    /* [sequences][C]: the normalised input, then the heads' outputs */
    float *qkv;       /* [sequences][3 C] */
    float *q, *k, *v; /* [groups][dims][16] */
    float *scores;    /* [window][16] */
} memory;

static size_t groups_of(const mbt_attention *attention, const mbt_causal_size *size)
{
    return (mbt_times(size->sequences, attention->heads) + MBT_LANES - 1) / MBT_LANES;
}

static void *plan_state(const void *layer, const mbt_causal_size *size, mbt_arena *arena)
{
    const mbt_attention *attention = layer;
    state counted, *taken = mbt_arena_take(arena, 1, sizeof *taken), *s = taken ? taken : &counted;
    *s = (state){.half = attention->in_proj.type != MBT_WEIGHT_F32,
                 .groups = groups_of(attention, size),
                 .window = size->window,
                 .dims = size->channels / attention->heads};
    const size_t numbers = mbt_times(mbt_times(s->groups, s->window), s->dims * MBT_LANES);
    const size_t bytes = s->half ? sizeof(uint16_t) : sizeof(float);
    s->keys = mbt_arena_take(arena, numbers, bytes);
    s->values = mbt_arena_take(arena, numbers, bytes);
    return taken;
}

static void reset(void *any)
{
    state *s = any;
    s->newest = s->count = 0;
}

static memory take_memory(const mbt_attention *attention, const mbt_causal_size *size, mbt_arena *scratch)
{
    const size_t channels = size->channels;
    const size_t lanes = mbt_times(groups_of(attention, size), channels / attention->heads * MBT_LANES);
    memory m;
    mbt_linear_plan(&m.linear, channels, scratch);
    m.normed = mbt_arena_floats(scratch, mbt_times(size->sequences, channels));
    m.qkv = mbt_arena_floats(scratch, mbt_times(size->sequences, 3 * channels));
    m.q = mbt_arena_floats(scratch, lanes);
    m.k = mbt_arena_floats(scratch, lanes);
    m.v = mbt_arena_floats(scratch, lanes);
    m.scores = mbt_arena_floats(scratch, mbt_times(size->window, MBT_LANES));
    return m;
}

static void plan(const void *layer, const mbt_causal_size *size, mbt_arena *scratch)
{
    take_memory(layer, size, scratch);
}

/* From rows of C, each head after head, to lanes. The lanes beyond the last head of the last bin become 0. */
static void to_lanes(const mbt_attention *attention, const mbt_causal_size *size, const float *rows, size_t ld,
                     float *lanes)
{
    const size_t dims = size->channels / attention->heads, used = size->sequences * attention->heads;
    const size_t all = (used + MBT_LANES - 1) / MBT_LANES * MBT_LANES;
    for (size_t lane = used; lane < all; lane++)
        for (size_t d = 0; d < dims; d++)
            lanes[(lane / MBT_LANES * dims + d) * MBT_LANES + lane % MBT_LANES] = 0;
    for (size_t i = 0, lane = 0; i < size->sequences; i++, rows += ld)
        for (size_t head = 0; head < attention->heads; head++, lane++)
            for (size_t d = 0; d < dims; d++)
                lanes[(lane / MBT_LANES * dims + d) * MBT_LANES + lane % MBT_LANES] = rows[head * dims + d];
}

static void from_lanes(const mbt_attention *attention, const mbt_causal_size *size, const float *lanes, float *rows)
{
    const size_t dims = size->channels / attention->heads;
    for (size_t i = 0, lane = 0; i < size->sequences; i++, rows += size->channels)
        for (size_t head = 0; head < attention->heads; head++, lane++)
            for (size_t d = 0; d < dims; d++)
                rows[head * dims + d] = lanes[(lane / MBT_LANES * dims + d) * MBT_LANES + lane % MBT_LANES];
}

/* The parts are: the projection, some groups at a time, the projection back. */
#define GROUPS_AT_ONCE 16u

static size_t group_parts(const mbt_attention *attention, const mbt_causal_size *size)
{
    return (groups_of(attention, size) + GROUPS_AT_ONCE - 1) / GROUPS_AT_ONCE;
}

static size_t work(const void *layer, const mbt_causal_size *size, size_t part)
{
    const mbt_attention *attention = layer;
    const size_t parts = group_parts(attention, size), dims = size->channels / attention->heads;
    if (part == 0)
        return size->sequences * mbt_matrix_work(&attention->in_proj);
    if (part <= parts)
        return size->sequences * attention->heads / parts * size->window * MBT_ATTEND_WORK(dims);
    return part == parts + 1 ? size->sequences * mbt_matrix_work(&attention->out_proj) : 0;
}

/* Computes the newest queries, keys and values. */
static void project(const mbt_kernels *kernels, const mbt_attention *attention, state *s, const memory *m,
                    const float *x, const mbt_causal_size *size)
{
    const size_t channels = size->channels;
    const ptrdiff_t ld = (ptrdiff_t)channels;
    kernels->layer_norm(x, ld, size->sequences, channels, attention->norm_eps, m->normed, ld);
    mbt_linear(kernels, &m->linear, &attention->in_proj, m->normed, ld, m->qkv, 3 * ld, size->sequences, false);
    to_lanes(attention, size, m->qkv, 3 * channels, m->q);
    to_lanes(attention, size, m->qkv + channels, 3 * channels, m->k);
    to_lanes(attention, size, m->qkv + 2 * channels, 3 * channels, m->v);
    s->newest = s->newest + 1 < s->window ? s->newest + 1 : 0;
    s->count += s->count < s->window;
}

static void *ring_at(const state *s, void *ring, size_t group)
{
    const size_t number = group * s->window * s->dims * MBT_LANES;
    return s->half ? (void *)((uint16_t *)ring + number) : (float *)ring + number;
}

/* The result takes the place of q. */
static void attend_groups(const mbt_kernels *kernels, const state *s, const memory *m, size_t first)
{
    const size_t at = first * s->dims * MBT_LANES, left = s->groups - first;
    const mbt_attend_past attend = {.q = m->q + at,
                                    .k = m->k + at,
                                    .v = m->v + at,
                                    .keys = ring_at(s, s->keys, first),
                                    .values = ring_at(s, s->values, first),
                                    .half = s->half,
                                    .groups = left < GROUPS_AT_ONCE ? left : GROUPS_AT_ONCE,
                                    .dims = s->dims,
                                    .window = s->window,
                                    .newest = s->newest,
                                    .count = s->count,
                                    .scores = m->scores};
    kernels->attend_past(&attend);
}

static void advance(const mbt_kernels *kernels, const void *layer, void *any, float *x, const mbt_causal_size *size,
                    mbt_arena scratch, size_t part)
{
    const mbt_attention *attention = layer;
    state *s = any;
    const memory m = take_memory(attention, size, &scratch);
    const ptrdiff_t ld = (ptrdiff_t)size->channels;
    if (part == 0) {
        project(kernels, attention, s, &m, x, size);
    } else if (part <= group_parts(attention, size)) {
        attend_groups(kernels, s, &m, (part - 1) * GROUPS_AT_ONCE);
    } else {
        from_lanes(attention, size, m.q, m.normed);
        mbt_linear(kernels, &m.linear, &attention->out_proj, m.normed, ld, x, ld, size->sequences, true);
    }
}

const mbt_causal_ops mbt_attention_causal_ops = {plan_state, reset, plan, work, advance};
