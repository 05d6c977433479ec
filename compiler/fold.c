/* fold.c: convolutions: encoder, dense blocks and decoders. The blocks between are in fold_block.c. */
#include "compiler/fold.h"

#include <stdio.h>

#include "compiler/pack.h"

/* Gain and offset of an InstanceNorm, slope of a PReLU, each [C]. */
static bool pack_norm(mbt_network *network, uint32_t part, const char *prefix, const mbt_raw_unit *raw,
                      const float **gain, const float **offset, const float **slope, mbt_error *error)
{
    const uint32_t c = network->config.hid_feature;
    *gain = mbt_pack_vector(network, part, prefix, "gain", raw->gain, c, error);
    *offset = mbt_pack_vector(network, part, prefix, "offset", raw->offset, c, error);
    *slope = mbt_pack_vector(network, part, prefix, "slope", raw->slope, c, error);
    return *gain != NULL && *offset != NULL && *slope != NULL;
}

/* A Conv2d, whose weight is [C][groups * size][taps], and what follows it. Its input comes in groups of `size`
 * channels, newest first in the checkpoint, oldest first here. The bias is dropped: the norm removes it. */
static bool fold_unit(mbt_network *network, uint32_t part, const char *prefix, const mbt_raw_unit *raw, uint32_t groups,
                      uint32_t size, uint32_t taps, mbt_form form, mbt_unit *unit, mbt_error *error)
{
    const uint32_t c = network->config.hid_feature, in = groups * size;
    const mbt_weight_type type = mbt_rules_type(&network->storage.rules, prefix);
    mbt_dense conv;
    if (!mbt_dense_init(&conv, taps, in, c, error))
        return false;
    for (uint32_t o = 0; o < c; o++) {
        for (uint32_t i = 0; i < in; i++) {
            const uint32_t oldest_first = (groups - 1 - i / size) * size + i % size;
            for (uint32_t tap = 0; tap < taps; tap++)
                *mbt_dense_at(&conv, tap, oldest_first, o) = raw->weight[((size_t)o * in + i) * taps + tap];
        }
    }
    form = type == MBT_WEIGHT_I8 ? MBT_FORM_DIRECT : form;
    const bool packed = form == MBT_FORM_WINOGRAD
                            ? mbt_pack_winograd(network, part, prefix, &conv, type, &unit->conv, error)
                            : mbt_pack_matrix(network, part, prefix, &conv, type, &unit->conv, error);
    mbt_dense_free(&conv);
    unit->form = (uint32_t)form;
    return packed && pack_norm(network, part, prefix, raw, &unit->gain, &unit->offset, &unit->slope, error);
}

static bool fold_dense_block(mbt_network *network, uint32_t part, const char *prefix, const mbt_raw_dense_block *raw,
                             mbt_dense_block *block, mbt_error *error)
{
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        char name[MBT_ARRAY_NAME];
        snprintf(name, sizeof name, "%s_dense_block_%u", prefix, (unsigned)i);
        if (!fold_unit(network, part, name, &raw->unit[i], i + 1, network->config.hid_feature, 9, network->storage.form,
                       &block->unit[i], error))
            return false;
    }
    return true;
}

static bool fold_encoder(const mbt_raw_encoder *raw, mbt_network *network, mbt_error *error)
{
    const mbt_config *config = &network->config;
    mbt_encoder *encoder = &network->encoder;
    return fold_unit(network, MBT_PART_ENCODER, "encoder_dense_conv_1", &raw->dense_conv_1, 1, config->input_channel, 1,
                     MBT_FORM_DIRECT, &encoder->dense_conv_1, error) &&
           fold_dense_block(network, MBT_PART_ENCODER, "encoder", &raw->dense_block, &encoder->dense_block, error) &&
           fold_unit(network, MBT_PART_ENCODER, "encoder_dense_conv_2", &raw->dense_conv_2, 1, config->hid_feature, 3,
                     MBT_FORM_DIRECT, &encoder->dense_conv_2, error);
}

/* In the type that the rules give to the name. */
static bool pack(mbt_network *network, uint32_t part, const char *name, const mbt_dense *dense, mbt_matrix *matrix,
                 mbt_error *error)
{
    const mbt_weight_type type = mbt_rules_type(&network->storage.rules, name);
    return mbt_pack_matrix(network, part, name, dense, type, matrix, error);
}

/* A ConvTranspose2d (1, 3) with stride 2 in frequency, given as a matrix of 3 taps: out[2 j + tap] += in[j] w[tap]. So
 *     out[2 j] = in[j - 1] w[2] + in[j] w[0],   out[2 j + 1] = in[j] w[1]. */
static bool split_up(mbt_network *network, uint32_t part, const char *decoder, const mbt_dense *up, mbt_matrix *even,
                     mbt_matrix *odd, mbt_error *error)
{
    static const uint32_t even_tap[2] = {2, 0};
    char even_name[MBT_ARRAY_NAME], odd_name[MBT_ARRAY_NAME];
    snprintf(even_name, sizeof even_name, "%s_even", decoder);
    snprintf(odd_name, sizeof odd_name, "%s_odd", decoder);
    mbt_dense even_up = {0}, odd_up = {0};
    bool done = mbt_dense_init(&even_up, 2, up->k, up->n, error) && mbt_dense_init(&odd_up, 1, up->k, up->n, error);
    for (uint32_t i = 0; done && i < up->k; i++) {
        for (uint32_t o = 0; o < up->n; o++) {
            for (uint32_t tap = 0; tap < 2; tap++)
                *mbt_dense_at(&even_up, tap, i, o) = *mbt_dense_at(up, even_tap[tap], i, o);
            *mbt_dense_at(&odd_up, 0, i, o) = *mbt_dense_at(up, 1, i, o);
        }
    }
    done = done && pack(network, part, even_name, &even_up, even, error) &&
           pack(network, part, odd_name, &odd_up, odd, error);
    mbt_dense_free(&even_up);
    mbt_dense_free(&odd_up);
    return done;
}

/* The transposed convolution and the 1 x 1 convolution to one output after it: up[tap][i] = sum over o of up[i][o][tap]
 * mix[o]. Their biases add the same number everywhere, which the InstanceNorm of one channel removes. */
static bool fold_mask_up(const mbt_raw_mask_decoder *raw, mbt_network *network, uint32_t part, mbt_error *error)
{
    const uint32_t c = network->config.hid_feature;
    mbt_mask_decoder *mask = &network->mask_decoder;
    mbt_dense up;
    if (!mbt_dense_init(&up, 3, c, 1, error))
        return false;
    for (uint32_t i = 0; i < c; i++) {
        for (uint32_t o = 0; o < c; o++) {
            for (uint32_t tap = 0; tap < 3; tap++) {
                *mbt_dense_at(&up, tap, i, 0) +=
                    (double)raw->up_weight[((size_t)i * c + o) * 3 + tap] * raw->mix_weight[o];
            }
        }
    }
    const bool done = split_up(network, part, "mask_decoder", &up, &mask->even, &mask->odd, error);
    mbt_dense_free(&up);
    return done;
}

static bool fold_mask_decoder(const mbt_raw_mask_decoder *raw, mbt_network *network, mbt_error *error)
{
    const uint32_t part = mbt_part_mask_decoder(network->config.num_tfmamba);
    mbt_mask_decoder *mask = &network->mask_decoder;
    if (!fold_dense_block(network, part, "mask_decoder", &raw->dense_block, &mask->dense_block, error) ||
        !fold_mask_up(raw, network, part, error))
        return false;
    mask->gain = raw->gain[0];
    mask->offset = raw->offset[0];
    mask->prelu = raw->prelu[0];
    mask->out_scale = raw->out_weight[0];
    mask->out_bias = raw->out_bias[0];
    mask->beta = (float)network->config.beta;
    mask->slope =
        mbt_pack_vector(network, part, "mask_decoder", "slope", raw->slope, network->config.n_fft / 2 + 1, error);
    return mask->slope != NULL;
}

static bool fold_phase_up(const mbt_raw_phase_decoder *raw, mbt_network *network, uint32_t part, mbt_error *error)
{
    const uint32_t c = network->config.hid_feature;
    mbt_phase_decoder *phase = &network->phase_decoder;
    mbt_dense up;
    if (!mbt_dense_init(&up, 3, c, c, error))
        return false;
    for (uint32_t i = 0; i < c; i++) {
        for (uint32_t o = 0; o < c; o++)
            for (uint32_t tap = 0; tap < 3; tap++)
                *mbt_dense_at(&up, tap, i, o) = raw->up.weight[((size_t)i * c + o) * 3 + tap];
    }
    const bool done = split_up(network, part, "phase_decoder", &up, &phase->even, &phase->odd, error);
    mbt_dense_free(&up);
    return done;
}

/* Real and imaginary part by one matrix. */
static bool fold_phase_out(const mbt_raw_phase_decoder *raw, mbt_network *network, uint32_t part, mbt_error *error)
{
    const uint32_t c = network->config.hid_feature;
    mbt_dense out;
    if (!mbt_dense_init(&out, 1, c, 2, error))
        return false;
    for (uint32_t i = 0; i < c; i++) {
        *mbt_dense_at(&out, 0, i, 0) = raw->real_weight[i];
        *mbt_dense_at(&out, 0, i, 1) = raw->imaginary_weight[i];
    }
    out.bias[0] = raw->real_bias[0];
    out.bias[1] = raw->imaginary_bias[0];
    const bool done = pack(network, part, "phase_decoder_out", &out, &network->phase_decoder.out, error);
    mbt_dense_free(&out);
    return done;
}

static bool fold_phase_decoder(const mbt_raw_phase_decoder *raw, mbt_network *network, mbt_error *error)
{
    const uint32_t part = mbt_part_phase_decoder(network->config.num_tfmamba);
    mbt_phase_decoder *phase = &network->phase_decoder;
    return fold_dense_block(network, part, "phase_decoder", &raw->dense_block, &phase->dense_block, error) &&
           fold_phase_up(raw, network, part, error) &&
           pack_norm(network, part, "phase_decoder", &raw->up, &phase->gain, &phase->offset, &phase->slope, error) &&
           fold_phase_out(raw, network, part, error);
}

bool mbt_fold(const mbt_raw_network *raw, mbt_network *network, mbt_error *error)
{
    if (!fold_encoder(&raw->encoder, network, error))
        return false;
    for (uint32_t block = 0; block < network->config.num_tfmamba; block++)
        if (!mbt_fold_block(&raw->blocks[block], network, block, error))
            return false;
    return fold_mask_decoder(&raw->mask_decoder, network, error) &&
           fold_phase_decoder(&raw->phase_decoder, network, error);
}
