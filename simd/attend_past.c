/* attend_past.c: attention of a stream's newest frame to itself and those before. Contract in kernels.h
 * (mbt_attend_past).
 *
 * Nearly all of the time goes into reading the rings, in which every number is used once a frame. */
#include "simd/vec.h"

#define PARTS 4 /* of each sum over the frames */

/* One group of lanes. `half` is a constant in every call of the functions below. */
typedef struct lanes {
    const mbt_attend_past *a;
    float *q;
    size_t ring;   /* where the group's ring begins: in numbers of keys and values */
    size_t oldest; /* place of the oldest frame in the ring */
    vf largest, sum;
} lanes;

static V_INLINE vf load_ring(const void *ring, size_t at, bool half)
{
    return half ? v_load_half((const uint16_t *)ring + at) : v_load((const float *)ring + at);
}

static V_INLINE void store_ring(void *ring, size_t at, vf x, bool half)
{
    const vf limited = v_min(v_max(x, v_set(-65504.0f)), v_set(65504.0f));
    if (half)
        v_store_half((uint16_t *)ring + at, limited);
    else
        v_store((float *)ring + at, x);
}

/* Where frame j begins in the rings. */
static V_INLINE size_t frame_at(const lanes *l, size_t j)
{
    const size_t place = l->oldest + j < l->a->window ? l->oldest + j : l->oldest + j - l->a->window;
    return l->ring + place * l->a->dims * MBT_LANES;
}

static V_INLINE void keep(const lanes *l, size_t group, bool half)
{
    const mbt_attend_past *a = l->a;
    const size_t from = group * a->dims * MBT_LANES, to = l->ring + a->newest * a->dims * MBT_LANES;
    for (size_t i = 0; i < a->dims * MBT_LANES; i += MBT_LANES) {
        store_ring(a->keys, to + i, v_load(a->k + from + i), half);
        store_ring(a->values, to + i, v_load(a->v + from + i), half);
    }
}

/* The scores of all frames, and the largest. */
static V_INLINE void score(lanes *l, bool half)
{
    vf largest = v_set(-INFINITY);
    for (size_t j = 0; j < l->a->count; j++) {
        const size_t at = frame_at(l, j);
        vf s = v_set(0.0f);
        for (size_t d = 0; d < l->a->dims; d++)
            s = v_fma(v_load(l->q + d * MBT_LANES), load_ring(l->a->keys, at + d * MBT_LANES, half), s);
        v_store(l->a->scores + j * MBT_LANES, s);
        largest = v_max(s, largest);
    }
    l->largest = largest;
}

static V_INLINE vf join(const vf parts[PARTS])
{
    return v_add(v_add(parts[0], parts[1]), v_add(parts[2], parts[3]));
}

/* In place, the powers of `frames` scores from j on, a multiple of PARTS. */
static V_INLINE void exponentiate(const lanes *l, size_t j, size_t frames, vf sums[PARTS])
{
    float *scores = l->a->scores + j * MBT_LANES;
    vf e[PARTS];
    for (size_t i = 0; i < frames; i++)
        e[i] = v_sub(v_load(scores + i * MBT_LANES), l->largest);
    for (size_t i = 0; i + V_AT_ONCE <= frames; i += V_AT_ONCE)
        v_exp2(e + i, V_AT_ONCE);
    for (size_t i = frames / V_AT_ONCE * V_AT_ONCE; i < frames; i++)
        v_exp2(e + i, 1);
    for (size_t i = 0; i < frames; i++) {
        v_store(scores + i * MBT_LANES, e[i]);
        sums[i] = v_add(sums[i], e[i]);
    }
}

/* Dimensions d to d + dims - 1 of the mean of the values; dims is 1 or 2, a constant. */
static V_INLINE void mean(const lanes *l, size_t d, size_t dims, bool half)
{
    vf totals[2][PARTS];
    for (size_t k = 0; k < dims; k++)
        for (size_t i = 0; i < PARTS; i++)
            totals[k][i] = v_set(0.0f);
    size_t j = 0;
    for (; j + PARTS <= l->a->count; j += PARTS) {
        V_UNROLL
        for (size_t i = 0; i < PARTS; i++) {
            const size_t at = frame_at(l, j + i) + d * MBT_LANES;
            const vf e = v_load(l->a->scores + (j + i) * MBT_LANES);
            for (size_t k = 0; k < dims; k++)
                totals[k][i] = v_fma(e, load_ring(l->a->values, at + k * MBT_LANES, half), totals[k][i]);
        }
    }
    for (size_t i = 0; j < l->a->count; i++, j++) {
        const size_t at = frame_at(l, j) + d * MBT_LANES;
        const vf e = v_load(l->a->scores + j * MBT_LANES);
        for (size_t k = 0; k < dims; k++)
            totals[k][i] = v_fma(e, load_ring(l->a->values, at + k * MBT_LANES, half), totals[k][i]);
    }
    for (size_t k = 0; k < dims; k++)
        v_store(l->q + (d + k) * MBT_LANES, v_div(join(totals[k]), l->sum));
}

static V_INLINE void attend_group(const mbt_attend_past *a, size_t group, bool half)
{
    lanes l = {.a = a,
               .q = a->q + group * a->dims * MBT_LANES,
               .ring = group * a->window * a->dims * MBT_LANES,
               .oldest = (a->newest + a->window + 1 - a->count) % a->window};
    keep(&l, group, half);
    score(&l, half);
    vf sums[PARTS] = {v_set(0.0f), v_set(0.0f), v_set(0.0f), v_set(0.0f)};
    size_t j = 0, d = 0;
    for (; j + PARTS <= a->count; j += PARTS)
        exponentiate(&l, j, PARTS, sums);
    for (size_t i = 0; j < a->count; i++, j++) {
        vf part[PARTS] = {sums[i]};
        exponentiate(&l, j, 1, part);
        sums[i] = part[0];
    }
    l.sum = join(sums);
    for (; d + 2 <= a->dims; d += 2)
        mean(&l, d, 2, half);
    if (d < a->dims)
        mean(&l, d, 1, half);
}

void MBT_FN(attend_past)(const mbt_attend_past *attend)
{
    for (size_t group = 0; group < attend->groups; group++)
        if (attend->half)
            attend_group(attend, group, true);
        else
            attend_group(attend, group, false);
}
