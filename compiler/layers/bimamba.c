/* bimamba.c: Mamba in both directions, and the linear layer that joins them. */
#include <stdio.h>

#include "compiler/layers/geometry.h"
#include "compiler/layers/layer.h"
#include "compiler/layers/linear.h"
#include "compiler/layers/mamba.h"

typedef struct raw_bimamba {
    mbt_raw_mamba forward, backward;
    const float *joining_weight, *joining_bias; /* ConvTranspose1d [2 C][C][1], [C] */
} raw_bimamba;

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_bimamba *bimamba = raw;
    const uint64_t c = place->config->hid_feature;
    char forward[MBT_SLOT_NAME + 24], backward[MBT_SLOT_NAME + 24];
    snprintf(forward, sizeof forward, "%s.forward_blocks.0", place->tensors);
    snprintf(backward, sizeof backward, "%s.backward_blocks.0", place->tensors);
    return mbt_mamba_walk_tensors(walk, forward, &bimamba->forward) &&
           mbt_mamba_walk_tensors(walk, backward, &bimamba->backward) &&
           mbt_walk_tensor(walk, &bimamba->joining_weight, MBT_ROLE_WEIGHT, 2 * c, MBT_SHAPE(2 * c, c, 1), "%s.weight",
                           place->joining) &&
           mbt_walk_vector(walk, &bimamba->joining_bias, MBT_ROLE_BIAS, c, place->joining, "bias");
}

/* Each direction is x + ..., so x itself is multiplied by both halves of the joining layer, that is by their sum:
 * w[i][o] = joining[i][o] + joining[C + i][o]. */
static bool fold_joining(const mbt_fold *fold, const mbt_place *place, const raw_bimamba *raw, mbt_matrix *matrix)
{
    const uint32_t c = place->config->hid_feature;
    mbt_weights joining;
    if (!mbt_weights_init(&joining, 1, c, c, fold->error))
        return false;
    for (uint32_t o = 0; o < c; o++) {
        for (uint32_t i = 0; i < c; i++)
            *mbt_weights_at(&joining, 0, i, o) =
                (double)raw->joining_weight[(size_t)i * c + o] + raw->joining_weight[((size_t)c + i) * c + o];
        joining.bias[o] = raw->joining_bias[o];
    }
    const bool done = mbt_fold_matrix(fold, place->name, "linear", &joining, matrix);
    mbt_weights_free(&joining);
    return done;
}

static bool fold_bimamba(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_bimamba *from = raw;
    const size_t c = place->config->hid_feature;
    mbt_bimamba *bimamba = layer;
    char forward[MBT_ARRAY_NAME + 16], backward[MBT_ARRAY_NAME + 16];
    snprintf(forward, sizeof forward, "%s_forward", place->name);
    snprintf(backward, sizeof backward, "%s_backward", place->name);
    return mbt_mamba_fold(fold, place->config, forward, &from->forward, from->joining_weight, &bimamba->forward) &&
           mbt_mamba_fold(fold, place->config, backward, &from->backward, from->joining_weight + c * c,
                          &bimamba->backward) &&
           fold_joining(fold, place, from, &bimamba->joining);
}

static void write_bimamba(const mbt_c_file *out, const void *layer)
{
    const mbt_bimamba *bimamba = layer;
    fputs("    .forward = {\n", out->stream);
    mbt_mamba_write(out, "        ", &bimamba->forward);
    fputs("    },\n    .backward = {\n", out->stream);
    mbt_mamba_write(out, "        ", &bimamba->backward);
    fputs("    },\n", out->stream);
    mbt_c_matrix(out, "    ", "joining", &bimamba->joining);
}

static mbt_cost cost(const mbt_place *place)
{
    const mbt_config *config = place->config;
    const double c = config->hid_feature;
    return (mbt_cost){.per_second = mbt_inner_positions(config) * (2 * mbt_mamba_macs(config) + 2 * c * c)};
}

static const char *const layer_names[] = {"forward_in_proj",
                                          "forward_constants",
                                          "forward_x_proj",
                                          "forward_dt_proj",
                                          "forward_out_proj",
                                          "backward_in_proj",
                                          "backward_constants",
                                          "backward_x_proj",
                                          "backward_dt_proj",
                                          "backward_out_proj",
                                          "linear",
                                          NULL};

const mbt_layer_type mbt_layer_bimamba = {.c_type = "mbt_bimamba",
                                          MBT_LAYER_STEP(MBT_STEP_BIMAMBA),
                                          .raw_size = sizeof(raw_bimamba),
                                          .size = sizeof(mbt_bimamba),
                                          .walk_tensors = walk_tensors,
                                          .fold = fold_bimamba,
                                          .write = write_bimamba,
                                          .layer_names = layer_names,
                                          .cost = cost};
