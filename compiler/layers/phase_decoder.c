/* phase_decoder.c: the decoder that computes a real and an imaginary part, whose angle is the phase. */
#include <stdio.h>

#include "compiler/layers/convolution.h"
#include "compiler/layers/linear.h"
#include "compiler/layers/upsampling.h"

typedef struct raw_phase_decoder {
    mbt_raw_dense_block dense_block;
    mbt_raw_unit up;                      /* weight: ConvTranspose2d [C][C][1][3] */
    const float *real_weight, *real_bias; /* Conv2d [1][C][1][1], [1] */
    const float *imaginary_weight, *imaginary_bias;
} raw_phase_decoder;

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_phase_decoder *phase = raw;
    const uint64_t c = place->config->hid_feature, one = place->config->output_channel;
    const char *prefix = place->tensors;
    char up[MBT_SLOT_NAME + 16];
    snprintf(up, sizeof up, "%s.phase_conv", prefix);
    return mbt_dense_block_walk_tensors(walk, place, &phase->dense_block) &&
           mbt_unit_walk_tensors(walk, place, up, c, 1, 3, &phase->up) &&
           mbt_walk_tensor(walk, &phase->real_weight, MBT_ROLE_WEIGHT, c, MBT_SHAPE(one, c, 1, 1),
                           "%s.phase_conv_r.weight", prefix) &&
           mbt_walk_vector(walk, &phase->real_bias, MBT_ROLE_BIAS, one, prefix, "phase_conv_r.bias") &&
           mbt_walk_tensor(walk, &phase->imaginary_weight, MBT_ROLE_WEIGHT, c, MBT_SHAPE(one, c, 1, 1),
                           "%s.phase_conv_i.weight", prefix) &&
           mbt_walk_vector(walk, &phase->imaginary_bias, MBT_ROLE_BIAS, one, prefix, "phase_conv_i.bias");
}

static bool fold_up(const mbt_fold *fold, const mbt_place *place, const raw_phase_decoder *raw,
                    mbt_phase_decoder *phase)
{
    const uint32_t c = place->config->hid_feature;
    mbt_weights up;
    if (!mbt_weights_init(&up, 3, c, c, fold->error))
        return false;
    for (uint32_t i = 0; i < c; i++)
        for (uint32_t o = 0; o < c; o++)
            for (uint32_t tap = 0; tap < 3; tap++)
                *mbt_weights_at(&up, tap, i, o) = raw->up.weight[((size_t)i * c + o) * 3 + tap];
    mbt_unit_fold_norm(place, &raw->up, &up);
    const bool done = mbt_upsampling_fold(fold, place->name, &up, &phase->even, &phase->odd);
    mbt_weights_free(&up);
    return done;
}

/* Packs the 1 x 1 convolutions to the real and the imaginary part as one matrix. */
static bool fold_out(const mbt_fold *fold, const mbt_place *place, const raw_phase_decoder *raw, mbt_matrix *matrix)
{
    const uint32_t c = place->config->hid_feature;
    mbt_weights out;
    if (!mbt_weights_init(&out, 1, c, 2, fold->error))
        return false;
    for (uint32_t i = 0; i < c; i++) {
        *mbt_weights_at(&out, 0, i, 0) = raw->real_weight[i];
        *mbt_weights_at(&out, 0, i, 1) = raw->imaginary_weight[i];
    }
    out.bias[0] = raw->real_bias[0];
    out.bias[1] = raw->imaginary_bias[0];
    const bool done = mbt_fold_matrix(fold, place->name, "out", &out, matrix);
    mbt_weights_free(&out);
    return done;
}

static bool fold_phase_decoder(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_phase_decoder *from = raw;
    mbt_phase_decoder *phase = layer;
    return mbt_dense_block_fold(fold, place, &from->dense_block, &phase->dense_block) &&
           fold_up(fold, place, from, phase) &&
           mbt_unit_pack(fold, place, place->name, &from->up, &phase->gain, &phase->offset, &phase->slope) &&
           fold_out(fold, place, from, &phase->out);
}

static void write_phase_decoder(const mbt_c_file *out, const void *layer)
{
    const mbt_phase_decoder *phase = layer;
    mbt_dense_block_write(out, &phase->dense_block);
    mbt_c_matrix(out, "    ", "even", &phase->even);
    mbt_c_matrix(out, "    ", "odd", &phase->odd);
    mbt_c_pointer(out, "    ", "gain", phase->gain);
    mbt_c_pointer(out, "    ", "offset", phase->offset);
    mbt_c_pointer(out, "    ", "slope", phase->slope);
    mbt_c_matrix(out, "    ", "out", &phase->out);
}

static mbt_cost cost(const mbt_place *place)
{
    return (mbt_cost){.per_second = mbt_decoder_macs(place->config, 2)};
}

static const char *const layer_names[] = {MBT_DENSE_BLOCK_NAMES, "even", "odd", "out", NULL};

const mbt_layer_type mbt_layer_phase_decoder = {.c_type = "mbt_phase_decoder",
                                                .raw_size = sizeof(raw_phase_decoder),
                                                .size = sizeof(mbt_phase_decoder),
                                                .walk_tensors = walk_tensors,
                                                .fold = fold_phase_decoder,
                                                .write = write_phase_decoder,
                                                .layer_names = layer_names,
                                                .cost = cost};
