/* attend_past.c: attention of a stream's newest frame to itself and those before. Contract in kernels.h
 * (mbt_attend_past).
 *
 * Each group of lanes goes through three passes over the frames: scores, powers, means of the values. The sums of a
 * pass fit into the registers. */
#include "simd/vec.h"

#define PARTS 4 /* of each sum over the frames, and the frames that are handled at once */

#if defined(__AVX512F__)
#define DIMS_AT_ONCE 2 /* of the mean */
#else
#define DIMS_AT_ONCE 1
#endif

/* One group of lanes. `half` is a constant in every call of the functions below. */
typedef struct group {
    float *q;              /* [dims] rows of 16 */
    void *keys, *values;   /* the group's rings */
    float *scores;         /* [count][MBT_LANES] */
    size_t dims, count;    /* those of mbt_attend_past */
    size_t frame, ring;    /* the size of a frame and of a ring, in numbers */
    size_t newest, oldest; /* where these frames begin */
    size_t next;           /* how far behind its keys those of the next group are; 0 in the last group */
    vf largest, sum;
} group;

static V_INLINE vf load_ring(const void *ring, size_t at, bool half)
{
    return half ? v_load_half((const uint16_t *)ring + at) : v_load((const float *)ring + at);
}

static V_INLINE void store_ring(void *ring, size_t at, vf x, bool half)
{
    if (half)
        v_store_half((uint16_t *)ring + at, v_at_most(v_at_least(x, -65504.0f), 65504.0f));
    else
        v_store((float *)ring + at, x);
}

/* Asks for 16 numbers ahead of their use. */
static V_INLINE void fetch(const void *ring, size_t at, bool half)
{
    V_FETCH(half ? (const void *)((const uint16_t *)ring + at) : (const float *)ring + at);
}

/* Where frame j begins in the rings. */
static V_INLINE size_t frame_at(const group *g, size_t j)
{
    const size_t at = g->oldest + j * g->frame;
    return at < g->ring ? at : at - g->ring;
}

static V_INLINE void keep(const group *g, const float *k, const float *v, bool half)
{
    for (size_t i = 0; i < g->frame; i += MBT_LANES) {
        store_ring(g->keys, g->newest + i, v_load(k + i), half);
        store_ring(g->values, g->newest + i, v_load(v + i), half);
    }
}

/* The scores of a constant number of frames from j on, and the largest. Fetches what the group reads in its last pass,
 * and what the next group reads in its first: keys and values of many streams do not fit into the caches, and a
 * processor does not look ahead far enough by itself. */
static V_INLINE void score(group *g, size_t j, size_t frames, bool half)
{
    vf s[PARTS];
    size_t at[PARTS];
    V_UNROLL
    for (size_t i = 0; i < frames; i++) {
        s[i] = v_set(0.0f);
        at[i] = frame_at(g, j + i);
    }
    for (size_t d = 0; d < g->frame; d += MBT_LANES) {
        const vf q = v_load(g->q + d);
        V_UNROLL
        for (size_t i = 0; i < frames; i++) {
            s[i] = v_fma(q, load_ring(g->keys, at[i] + d, half), s[i]);
            fetch(g->values, at[i] + d, half);
            fetch(g->keys, at[i] + d + g->next, half);
        }
    }
    V_UNROLL
    for (size_t i = 0; i < frames; i++) {
        v_store(g->scores + (j + i) * MBT_LANES, s[i]);
        g->largest = v_max(s[i], g->largest);
    }
}

/* In place, the powers of a constant number of scores from j on. They are added to sums[0] .. */
static V_INLINE void exponentiate(const group *g, size_t j, size_t frames, vf *sums)
{
    float *scores = g->scores + j * MBT_LANES;
    vf e[PARTS];
    for (size_t i = 0; i < frames; i++)
        e[i] = v_sub(v_load(scores + i * MBT_LANES), g->largest);
    v_exp2(e, frames);
    for (size_t i = 0; i < frames; i++) {
        v_store(scores + i * MBT_LANES, e[i]);
        sums[i] = v_add(sums[i], e[i]);
    }
}

static V_INLINE vf join(const vf parts[PARTS])
{
    return v_add(v_add(parts[0], parts[1]), v_add(parts[2], parts[3]));
}

/* The sum of the powers. */
static V_INLINE vf exponentiate_all(const group *g)
{
    vf sums[PARTS];
    for (size_t i = 0; i < PARTS; i++)
        sums[i] = v_set(0.0f);
    size_t j = 0;
    for (; j + PARTS <= g->count; j += PARTS) {
        V_UNROLL
        for (size_t i = 0; i < PARTS; i += V_AT_ONCE)
            exponentiate(g, j + i, V_AT_ONCE, sums + i);
    }
    V_UNROLL
    for (size_t i = 0; i < PARTS - 1; i++)
        if (j + i < g->count)
            exponentiate(g, j + i, 1, sums + i);
    return join(sums);
}

/* Adds to a part of the totals: the values of frame j times its power. */
static V_INLINE void add_values(const group *g, size_t j, size_t d, size_t dims, vf totals[][PARTS], size_t part,
                                bool half)
{
    const size_t at = frame_at(g, j) + d * MBT_LANES;
    const vf e = v_load(g->scores + j * MBT_LANES);
    for (size_t k = 0; k < dims; k++)
        totals[k][part] = v_fma(e, load_ring(g->values, at + k * MBT_LANES, half), totals[k][part]);
}

/* Dimensions d to d + dims - 1 of the mean of the values. dims is a constant. */
static V_INLINE void mean(const group *g, size_t d, size_t dims, bool half)
{
    vf totals[DIMS_AT_ONCE][PARTS];
    for (size_t k = 0; k < dims; k++)
        for (size_t i = 0; i < PARTS; i++)
            totals[k][i] = v_set(0.0f);
    size_t j = 0;
    for (; j + PARTS <= g->count; j += PARTS) {
        V_UNROLL
        for (size_t i = 0; i < PARTS; i++)
            add_values(g, j + i, d, dims, totals, i, half);
    }
    V_UNROLL
    for (size_t i = 0; i < PARTS - 1; i++)
        if (j + i < g->count)
            add_values(g, j + i, d, dims, totals, i, half);
    for (size_t k = 0; k < dims; k++)
        v_store(g->q + (d + k) * MBT_LANES, v_div(join(totals[k]), g->sum));
}

static V_INLINE void attend_group(group *g, bool half)
{
    size_t j = 0, d = 0;
    g->largest = v_set(-INFINITY);
    for (; j + PARTS <= g->count; j += PARTS)
        score(g, j, PARTS, half);
    for (; j < g->count; j++)
        score(g, j, 1, half);
    g->sum = exponentiate_all(g);
    for (; d + DIMS_AT_ONCE <= g->dims; d += DIMS_AT_ONCE)
        mean(g, d, DIMS_AT_ONCE, half);
    for (; d < g->dims; d++)
        mean(g, d, 1, half);
}

static V_INLINE void attend(const mbt_attend_past *a, bool half)
{
    const size_t frame = a->dims * MBT_LANES, ring = a->window * frame, bytes = half ? sizeof(uint16_t) : sizeof(float);
    for (size_t i = 0; i < a->groups; i++) {
        group g = {.q = a->q + i * frame,
                   .keys = (char *)a->keys + i * ring * bytes,
                   .values = (char *)a->values + i * ring * bytes,
                   .scores = a->scores,
                   .dims = a->dims,
                   .count = a->count,
                   .frame = frame,
                   .ring = ring,
                   .newest = a->newest * frame,
                   .next = i + 1 < a->groups ? ring : 0,
                   .oldest = (a->newest + a->window + 1 - a->count) % a->window * frame};
        keep(&g, a->k + i * frame, a->v + i * frame, half);
        attend_group(&g, half);
    }
}

void MBT_FN(attend_past)(const mbt_attend_past *attend_past)
{
    if (attend_past->half)
        attend(attend_past, true);
    else
        attend(attend_past, false);
}
