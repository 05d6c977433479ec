/* attend.c: softmax attention. Contract in kernels.h (mbt_attend).
 *
 * Queries are the lanes and keys are walked in order, so no sum crosses lanes. A few queries are handled at once, in
 * three passes over the keys: scores, powers, means of the values. Only the scores of these queries are kept between
 * the passes (64 bytes a key for sixteen queries), so memory does not grow with the square of the length. */
#define V_NARROW

#include "simd/vec.h"

/* How much is multiplied at once: vectors of queries with keys, or with dimensions of the values. Chosen so that the
 * sums fit into the registers. */
#if defined(__AVX512F__)
#define VECTORS 2
#define DIMS_AT_ONCE 8
#else
#define VECTORS (MBT_LANES / V_WIDTH)
#define DIMS_AT_ONCE 4
#endif
#define KEYS_AT_ONCE 4
#define QUERIES (VECTORS * V_WIDTH)

/* The queries that are handled at once. */
typedef struct group {
    const float *k, *v;
    ptrdiff_t ld;
    size_t keys, dims;
    float *q;      /* [dims][queries]; at the end the result */
    float *scores; /* [keys][queries] */
    vf largest[VECTORS], sum[VECTORS];
} group;

/* scores[j] = q.k_j, of `keys` keys from j on. The numbers of keys and of vectors are constants in every call. */
static V_INLINE void score(group *w, size_t j, size_t keys, size_t vectors)
{
    const size_t queries = vectors * V_WIDTH;
    const float *k = w->k + (ptrdiff_t)j * w->ld;
    vf s[KEYS_AT_ONCE][VECTORS];
    for (size_t i = 0; i < keys; i++)
        for (size_t g = 0; g < vectors; g++)
            s[i][g] = v_set(0.0f);
    for (size_t d = 0; d < w->dims; d++)
        for (size_t g = 0; g < vectors; g++) {
            const vf q = v_load(w->q + d * queries + g * V_WIDTH);
            for (size_t i = 0; i < keys; i++)
                s[i][g] = v_fma(q, v_set(k[(ptrdiff_t)i * w->ld + (ptrdiff_t)d]), s[i][g]);
        }
    for (size_t i = 0; i < keys; i++)
        for (size_t g = 0; g < vectors; g++) {
            v_store(w->scores + (j + i) * queries + g * V_WIDTH, s[i][g]);
            w->largest[g] = v_max(s[i][g], w->largest[g]);
        }
}

/* In place, scores = 2^(scores - largest), of one vector of queries and a constant number of keys. Returns sum plus
 * these powers. */
static V_INLINE vf exponentiate(float *scores, size_t queries, size_t keys, vf largest, vf sum)
{
    vf e[V_AT_ONCE];
    for (size_t i = 0; i < keys; i++)
        e[i] = v_sub(v_load(scores + i * queries), largest);
    v_exp2(e, keys);
    for (size_t i = 0; i < keys; i++) {
        v_store(scores + i * queries, e[i]);
        sum = v_add(sum, e[i]);
    }
    return sum;
}

/* Dimensions d to d + dims - 1 of the weighted mean of the values. dims is a constant in every call. */
static V_INLINE void mean(const group *w, size_t d, size_t dims, size_t vectors)
{
    const size_t queries = vectors * V_WIDTH;
    vf total[DIMS_AT_ONCE][VECTORS];
    for (size_t i = 0; i < dims; i++)
        for (size_t g = 0; g < vectors; g++)
            total[i][g] = v_set(0.0f);
    const float *v = w->v + d;
    for (size_t j = 0; j < w->keys; j++, v += w->ld)
        for (size_t g = 0; g < vectors; g++) {
            const vf e = v_load(w->scores + j * queries + g * V_WIDTH);
            for (size_t i = 0; i < dims; i++)
                total[i][g] = v_fma(e, v_set(v[i]), total[i][g]);
        }
    for (size_t i = 0; i < dims; i++)
        for (size_t g = 0; g < vectors; g++)
            v_store(w->q + (d + i) * queries + g * V_WIDTH, v_div(total[i][g], w->sum[g]));
}

/* All three passes, for a constant number of vectors of queries. */
static V_INLINE void attend_vectors(group *w, size_t vectors)
{
    const size_t queries = vectors * V_WIDTH;
    size_t j = 0, d = 0;
    for (size_t g = 0; g < vectors; g++)
        w->largest[g] = v_set(-INFINITY);
    for (; j + KEYS_AT_ONCE <= w->keys; j += KEYS_AT_ONCE)
        score(w, j, KEYS_AT_ONCE, vectors);
    for (; j < w->keys; j++)
        score(w, j, 1, vectors);
    for (size_t g = 0; g < vectors; g++) {
        float *scores = w->scores + g * V_WIDTH;
        vf sum = v_set(0.0f);
        for (j = 0; j + V_AT_ONCE <= w->keys; j += V_AT_ONCE)
            sum = exponentiate(scores + j * queries, queries, V_AT_ONCE, w->largest[g], sum);
        for (; j < w->keys; j++)
            sum = exponentiate(scores + j * queries, queries, 1, w->largest[g], sum);
        w->sum[g] = sum;
    }
    for (; d + DIMS_AT_ONCE <= w->dims; d += DIMS_AT_ONCE)
        mean(w, d, DIMS_AT_ONCE, vectors);
    for (; d + 2 <= w->dims; d += 2)
        mean(w, d, 2, vectors);
    if (d < w->dims)
        mean(w, d, 1, vectors);
}

void MBT_FN(attend)(const mbt_attend *a)
{
    const size_t most = a->queries < QUERIES ? MBT_PADDED(a->queries) : QUERIES;
    group w = {.k = a->k,
               .v = a->v,
               .ld = a->ld,
               .keys = a->keys,
               .dims = a->dims,
               .q = a->scratch,
               .scores = a->scratch + a->dims * most};
    for (size_t first = 0; first < a->queries; first += QUERIES) {
        const size_t left = a->queries - first, some = left < QUERIES ? left : QUERIES;
        const size_t vectors = some > QUERIES / 2 ? VECTORS : (VECTORS + 1) / 2, queries = vectors * V_WIDTH;
        const float *q = a->q + (ptrdiff_t)first * a->ld;
        float *out = a->out + (ptrdiff_t)first * a->ldo;
        for (size_t d = 0; d < a->dims; d++)
            for (size_t i = 0; i < queries; i++)
                w.q[d * queries + i] = i < some ? q[(ptrdiff_t)i * a->ld + (ptrdiff_t)d] : 0.0f;
        if (vectors == VECTORS)
            attend_vectors(&w, VECTORS);
        else
            attend_vectors(&w, (VECTORS + 1) / 2);
        for (size_t i = 0; i < some; i++)
            for (size_t d = 0; d < a->dims; d++)
                out[(ptrdiff_t)i * a->ldo + (ptrdiff_t)d] = w.q[d * queries + i];
    }
}
