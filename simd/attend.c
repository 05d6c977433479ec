/* attend.c: softmax attention. Contract in kernels.h (mbt_attend).
 *
 * Sixteen queries are the lanes, and keys are walked one by one, so no sum crosses lanes. The scores of the sixteen
 * queries, 64 bytes a key, are kept between the passes; nothing is quadratic. */
#include "vec.h"

#define DIMS_AT_ONCE 4

/* scores[j] = q.k_j for all keys; returns the largest of each lane. */
static vf score(const mbt_attend *a, const float *q, float *scores)
{
    vf largest = v_set(-INFINITY);
    for (size_t j = 0; j < a->keys; j++) {
        const float *k = a->k + (ptrdiff_t)j * a->ld;
        vf s = v_set(0.0f);
        for (size_t d = 0; d < a->dims; d++)
            s = v_fma(v_load(q + d * MBT_LANES), v_set(k[d]), s);
        v_store(scores + j * MBT_LANES, s);
        largest = v_max(s, largest);
    }
    return largest;
}

/* In place, scores[j] = 2^(scores[j] - largest); returns their sums. */
static vf exponentiate(float *scores, size_t keys, vf largest)
{
    vf sum = v_set(0.0f);
    for (size_t j = 0; j < keys; j++) {
        const vf e = v_exp2(v_sub(v_load(scores + j * MBT_LANES), largest));
        v_store(scores + j * MBT_LANES, e);
        sum = v_add(sum, e);
    }
    return sum;
}

void MBT_FN(attend)(const mbt_attend *a)
{
    float *q = a->scratch, *scores = a->scratch + a->dims * MBT_LANES;
    for (size_t d = 0; d < a->dims; d++)
        v_store(q + d * MBT_LANES, v_load_strided(a->q + d, a->ld, a->queries));
    const vf largest = score(a, q, scores);
    const vf sum = exponentiate(scores, a->keys, largest);
    for (size_t d = 0; d < a->dims; d += DIMS_AT_ONCE) {
        const size_t n = a->dims - d < DIMS_AT_ONCE ? a->dims - d : DIMS_AT_ONCE;
        vf total[DIMS_AT_ONCE] = {v_set(0.0f), v_set(0.0f), v_set(0.0f), v_set(0.0f)};
        for (size_t j = 0; j < a->keys; j++) {
            const float *v = a->v + (ptrdiff_t)j * a->ld + d;
            const vf p = v_load(scores + j * MBT_LANES);
            for (size_t i = 0; i < n; i++)
                total[i] = v_fma(p, v_set(v[i]), total[i]);
        }
        for (size_t i = 0; i < n; i++)
            v_store_strided(a->out + d + i, a->ldo, v_div(total[i], sum), a->queries);
    }
}
