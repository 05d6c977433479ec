/* forward_mamba.c: Mamba in one direction, and the linear layer that follows. */
#include <stdio.h>

#include "compiler/layers/geometry.h"
#include "compiler/layers/joining.h"
#include "compiler/layers/mamba.h"

typedef struct raw_forward_mamba {
    mbt_raw_mamba forward;
    mbt_raw_joining joining;
} raw_forward_mamba;

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_forward_mamba *mamba = raw;
    char forward[MBT_SLOT_NAME + 24];
    snprintf(forward, sizeof forward, "%s.forward_blocks.0", place->tensors);
    return mbt_mamba_walk_tensors(walk, forward, &mamba->forward) &&
           mbt_joining_walk_tensors(walk, place, 1, &mamba->joining);
}

static bool fold_forward_mamba(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_forward_mamba *from = raw;
    mbt_forward_mamba *mamba = layer;
    char forward[MBT_ARRAY_NAME + 16];
    snprintf(forward, sizeof forward, "%s_forward", place->name);
    return mbt_mamba_fold(fold, place->config, forward, &from->forward, mbt_joining_of(place, &from->joining, 0),
                          &mamba->forward) &&
           mbt_joining_fold(fold, place, 1, &from->joining, &mamba->joining);
}

static void write_forward_mamba(const mbt_c_file *out, const void *layer)
{
    const mbt_forward_mamba *mamba = layer;
    fputs("    .forward = {\n", out->stream);
    mbt_mamba_write(out, "        ", &mamba->forward);
    fputs("    },\n", out->stream);
    mbt_c_matrix(out, "    ", "joining", &mamba->joining);
}

static mbt_cost cost(const mbt_place *place)
{
    const mbt_config *config = place->config;
    const double c = config->hid_feature;
    return (mbt_cost){.per_second = mbt_inner_positions(config) * (mbt_mamba_macs(config) + c * c)};
}

static const char *const layer_names[] = {MBT_MAMBA_NAMES("forward"), "linear", NULL};

const mbt_layer_type mbt_layer_forward_mamba = {.c_type = "mbt_forward_mamba",
                                                MBT_LAYER_STEP(MBT_STEP_FORWARD_MAMBA),
                                                .raw_size = sizeof(raw_forward_mamba),
                                                .size = sizeof(mbt_forward_mamba),
                                                .walk_tensors = walk_tensors,
                                                .fold = fold_forward_mamba,
                                                .write = write_forward_mamba,
                                                .layer_names = layer_names,
                                                .cost = cost};
