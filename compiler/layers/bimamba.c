/* bimamba.c: Mamba in both directions, and the linear layer that joins them. */
#include <stdio.h>

#include "compiler/layers/geometry.h"
#include "compiler/layers/joining.h"
#include "compiler/layers/mamba.h"

typedef struct raw_bimamba {
    mbt_raw_mamba forward, backward;
    mbt_raw_joining joining;
} raw_bimamba;

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_bimamba *bimamba = raw;
    char forward[MBT_SLOT_NAME + 24], backward[MBT_SLOT_NAME + 24];
    snprintf(forward, sizeof forward, "%s.forward_blocks.0", place->tensors);
    snprintf(backward, sizeof backward, "%s.backward_blocks.0", place->tensors);
    return mbt_mamba_walk_tensors(walk, forward, &bimamba->forward) &&
           mbt_mamba_walk_tensors(walk, backward, &bimamba->backward) &&
           mbt_joining_walk_tensors(walk, place, 2, &bimamba->joining);
}

static bool fold_bimamba(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_bimamba *from = raw;
    mbt_bimamba *bimamba = layer;
    char forward[MBT_ARRAY_NAME + 16], backward[MBT_ARRAY_NAME + 16];
    snprintf(forward, sizeof forward, "%s_forward", place->name);
    snprintf(backward, sizeof backward, "%s_backward", place->name);
    return mbt_mamba_fold(fold, place->config, forward, &from->forward, mbt_joining_of(place, &from->joining, 0),
                          &bimamba->forward) &&
           mbt_mamba_fold(fold, place->config, backward, &from->backward, mbt_joining_of(place, &from->joining, 1),
                          &bimamba->backward) &&
           mbt_joining_fold(fold, place, 2, &from->joining, &bimamba->joining);
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

static const char *const layer_names[] = {MBT_MAMBA_NAMES("forward"), MBT_MAMBA_NAMES("backward"), "linear", NULL};

const mbt_layer_type mbt_layer_bimamba = {.c_type = "mbt_bimamba",
                                          MBT_LAYER_STEP(MBT_STEP_BIMAMBA),
                                          .raw_size = sizeof(raw_bimamba),
                                          .size = sizeof(mbt_bimamba),
                                          .walk_tensors = walk_tensors,
                                          .fold = fold_bimamba,
                                          .write = write_bimamba,
                                          .layer_names = layer_names,
                                          .cost = cost};
