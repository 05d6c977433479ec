/* encoder.c: the encoder: a 1 x 1 convolution, a dense block, and a convolution that halves the bins. */
#include <stdio.h>

#include "compiler/layers/convolution.h"
#include "compiler/layers/geometry.h"

typedef struct raw_encoder {
    mbt_raw_unit dense_conv_1, dense_conv_2;
    mbt_raw_dense_block dense_block;
} raw_encoder;

static bool walk_unit(const mbt_walk *walk, const mbt_place *place, const char *name, uint64_t in, uint64_t bins,
                      mbt_raw_unit *unit)
{
    char prefix[MBT_SLOT_NAME + 24];
    snprintf(prefix, sizeof prefix, "%s.%s", place->tensors, name);
    return mbt_unit_walk_tensors(walk, place, prefix, in, 1, bins, unit);
}

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_encoder *encoder = raw;
    const mbt_config *config = place->config;
    return walk_unit(walk, place, "dense_conv_1", config->input_channel, 1, &encoder->dense_conv_1) &&
           mbt_dense_block_walk_tensors(walk, place, &encoder->dense_block) &&
           walk_unit(walk, place, "dense_conv_2", config->hid_feature, 3, &encoder->dense_conv_2);
}

static bool fold_encoder(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_encoder *from = raw;
    mbt_encoder *encoder = layer;
    const mbt_config *config = place->config;
    return mbt_unit_fold(fold, place, "dense_conv_1", &from->dense_conv_1, config->input_channel, 1,
                         &encoder->dense_conv_1) &&
           mbt_dense_block_fold(fold, place, &from->dense_block, &encoder->dense_block) &&
           mbt_unit_fold(fold, place, "dense_conv_2", &from->dense_conv_2, config->hid_feature, 3,
                         &encoder->dense_conv_2);
}

static void write_encoder(const mbt_c_file *out, const void *layer)
{
    const mbt_encoder *encoder = layer;
    fputs("    .dense_conv_1 = {\n", out->stream);
    mbt_unit_write(out, "        ", &encoder->dense_conv_1);
    fputs("    },\n", out->stream);
    mbt_dense_block_write(out, &encoder->dense_block);
    fputs("    .dense_conv_2 = {\n", out->stream);
    mbt_unit_write(out, "        ", &encoder->dense_conv_2);
    fputs("    },\n", out->stream);
}

static mbt_cost cost(const mbt_place *place)
{
    const mbt_config *config = place->config;
    const double c = config->hid_feature;
    return (mbt_cost){.per_second = mbt_positions(config) * (config->input_channel * c + mbt_dense_block_macs(config)) +
                                    mbt_inner_positions(config) * 3 * c * c};
}

static const char *const layer_names[] = {"dense_conv_1", MBT_DENSE_BLOCK_NAMES, "dense_conv_2", NULL};

const mbt_layer_type mbt_layer_encoder = {.c_type = "mbt_encoder",
                                          .raw_size = sizeof(raw_encoder),
                                          .size = sizeof(mbt_encoder),
                                          .walk_tensors = walk_tensors,
                                          .fold = fold_encoder,
                                          .write = write_encoder,
                                          .layer_names = layer_names,
                                          .cost = cost};
