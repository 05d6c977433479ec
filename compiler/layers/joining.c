/* joining.c: the linear layer that follows Mamba. */
#include "compiler/layers/joining.h"

#include "compiler/layers/linear.h"

bool mbt_joining_walk_tensors(const mbt_walk *walk, const mbt_place *place, uint32_t directions, mbt_raw_joining *raw)
{
    const uint64_t c = place->config->hid_feature, in = directions * c;
    return mbt_walk_tensor(walk, &raw->weight, MBT_ROLE_WEIGHT, in, MBT_SHAPE(in, c, 1), "%s.weight", place->joining) &&
           mbt_walk_vector(walk, &raw->bias, MBT_ROLE_BIAS, c, place->joining, "bias");
}

const float *mbt_joining_of(const mbt_place *place, const mbt_raw_joining *raw, uint32_t direction)
{
    const size_t c = place->config->hid_feature;
    return raw->weight + direction * c * c;
}

/* Each direction is x + ..., so x itself is multiplied by all parts of the joining layer, that is by their sum:
 * w[i][o] = joining[i][o] + joining[C + i][o]. */
bool mbt_joining_fold(const mbt_fold *fold, const mbt_place *place, uint32_t directions, const mbt_raw_joining *raw,
                      mbt_matrix *matrix)
{
    const uint32_t c = place->config->hid_feature;
    mbt_weights joining;
    if (!mbt_weights_init(&joining, 1, c, c, fold->error))
        return false;
    for (uint32_t direction = 0; direction < directions; direction++) {
        const float *part = mbt_joining_of(place, raw, direction);
        for (uint32_t i = 0; i < c; i++)
            for (uint32_t o = 0; o < c; o++)
                *mbt_weights_at(&joining, 0, i, o) += part[(size_t)i * c + o];
    }
    for (uint32_t o = 0; o < c; o++)
        joining.bias[o] = raw->bias[o];
    const bool done = mbt_fold_matrix(fold, place->name, "linear", &joining, matrix);
    mbt_weights_free(&joining);
    return done;
}
