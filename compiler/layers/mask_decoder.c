/* mask_decoder.c: the decoder that computes the mask for the magnitude. */
#include <stdio.h>

#include "compiler/layers/convolution.h"
#include "compiler/layers/geometry.h"
#include "compiler/layers/upsampling.h"

typedef struct raw_mask_decoder {
    mbt_raw_dense_block dense_block;
    const float *up_weight, *up_bias;   /* ConvTranspose2d [C][C][1][3], [C] */
    const float *mix_weight, *mix_bias; /* Conv2d [1][C][1][1], [1] */
    mbt_raw_norm norm;                  /* [1] */
    const float *prelu;                 /* [1] */
    const float *out_weight, *out_bias; /* Conv2d [1][1][1][1], [1] */
    const float *slope;                 /* [F][1] */
} raw_mask_decoder;

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_mask_decoder *mask = raw;
    const uint64_t c = place->config->hid_feature, one = place->config->output_channel;
    char head[MBT_SLOT_NAME + 16], norm[MBT_SLOT_NAME + 16];
    snprintf(head, sizeof head, "%s.mask_conv", place->tensors);
    snprintf(norm, sizeof norm, "%s.mask_conv.2", place->tensors);
    return mbt_dense_block_walk_tensors(walk, place, &mask->dense_block) &&
           mbt_walk_tensor(walk, &mask->up_weight, MBT_ROLE_WEIGHT, c, MBT_SHAPE(c, c, 1, 3), "%s.0.weight", head) &&
           mbt_walk_vector(walk, &mask->up_bias, MBT_ROLE_BIAS, c, head, "0.bias") &&
           mbt_walk_tensor(walk, &mask->mix_weight, MBT_ROLE_WEIGHT, c, MBT_SHAPE(one, c, 1, 1), "%s.1.weight", head) &&
           mbt_walk_vector(walk, &mask->mix_bias, MBT_ROLE_BIAS, one, head, "1.bias") &&
           mbt_norm_walk_tensors(walk, place, norm, one, &mask->norm) &&
           mbt_walk_vector(walk, &mask->prelu, MBT_ROLE_PRELU, one, head, "3.weight") &&
           mbt_walk_tensor(walk, &mask->out_weight, MBT_ROLE_WEIGHT, one, MBT_SHAPE(one, one, 1, 1), "%s.4.weight",
                           head) &&
           mbt_walk_vector(walk, &mask->out_bias, MBT_ROLE_BIAS, one, head, "4.bias") &&
           mbt_walk_tensor(walk, &mask->slope, MBT_ROLE_GAIN, 0, MBT_SHAPE(mbt_bins(place->config), 1),
                           "%s.lsigmoid.slope", place->tensors);
}

/* Combines the transposed convolution and the 1 x 1 convolution to one output that follows: up[tap][i] = sum over o
 * of up[i][o][tap] mix[o]. Their biases add the same number everywhere, because each output gets each bias once: a
 * causal network's norm takes it in, and the InstanceNorm of one channel removes it. */
static bool fold_up(const mbt_fold *fold, const mbt_place *place, const raw_mask_decoder *raw, mbt_mask_decoder *mask)
{
    const uint32_t c = place->config->hid_feature;
    mbt_weights up;
    if (!mbt_weights_init(&up, 3, c, 1, fold->error))
        return false;
    for (uint32_t i = 0; i < c; i++)
        for (uint32_t o = 0; o < c; o++)
            for (uint32_t tap = 0; tap < 3; tap++)
                *mbt_weights_at(&up, tap, i, 0) +=
                    (double)raw->up_weight[((size_t)i * c + o) * 3 + tap] * raw->mix_weight[o];
    if (place->causal) {
        up.bias[0] = raw->mix_bias[0];
        for (uint32_t o = 0; o < c; o++)
            up.bias[0] += (double)raw->up_bias[o] * raw->mix_weight[o];
        mbt_norm_fold(&raw->norm, &up);
    }
    const bool done = mbt_upsampling_fold(fold, place->name, &up, &mask->even, &mask->odd);
    mbt_weights_free(&up);
    return done;
}

static bool fold_mask_decoder(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_mask_decoder *from = raw;
    mbt_mask_decoder *mask = layer;
    if (!mbt_dense_block_fold(fold, place, &from->dense_block, &mask->dense_block) || !fold_up(fold, place, from, mask))
        return false;
    mask->gain = place->causal ? 1 : from->norm.gain[0];
    mask->offset = place->causal ? 0 : from->norm.offset[0];
    mask->prelu = from->prelu[0];
    mask->out_scale = from->out_weight[0];
    mask->out_bias = from->out_bias[0];
    mask->beta = (float)place->config->beta;
    mask->slope =
        mbt_pack_vector(fold->arrays, place->name, "slope", from->slope, mbt_bins(place->config), fold->error);
    return mask->slope != NULL;
}

static void write_mask_decoder(const mbt_c_file *out, const void *layer)
{
    const mbt_mask_decoder *mask = layer;
    mbt_dense_block_write(out, &mask->dense_block);
    mbt_c_matrix(out, "    ", "even", &mask->even);
    mbt_c_matrix(out, "    ", "odd", &mask->odd);
    mbt_c_number(out, "    ", "gain", mask->gain);
    mbt_c_number(out, "    ", "offset", mask->offset);
    mbt_c_number(out, "    ", "prelu", mask->prelu);
    mbt_c_number(out, "    ", "out_scale", mask->out_scale);
    mbt_c_number(out, "    ", "out_bias", mask->out_bias);
    mbt_c_number(out, "    ", "beta", mask->beta);
    mbt_c_pointer(out, "    ", "slope", mask->slope);
}

static mbt_cost cost(const mbt_place *place)
{
    return (mbt_cost){.per_second = mbt_decoder_macs(place->config, 1)};
}

static const char *const layer_names[] = {MBT_DENSE_BLOCK_NAMES, "even", "odd", NULL};

const mbt_layer_type mbt_layer_mask_decoder = {.c_type = "mbt_mask_decoder",
                                               .raw_size = sizeof(raw_mask_decoder),
                                               .size = sizeof(mbt_mask_decoder),
                                               .walk_tensors = walk_tensors,
                                               .fold = fold_mask_decoder,
                                               .write = write_mask_decoder,
                                               .layer_names = layer_names,
                                               .cost = cost};
