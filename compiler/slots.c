/* slots.c: the one list of a checkpoint's tensors, written as a walk over the network. */
#include "compiler/slots.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/parts.h"

typedef struct walker {
    const mbt_config *config;
    mbt_slot_visitor *visitor;
    void *cookie;
    mbt_error *error;
    uint32_t part;
} walker;

/* Dimensions that are not written are 0: not there. No dimension of a network is 0. */
#define SHAPE(...) ((const uint64_t[MBT_SLOT_DIMS]){__VA_ARGS__})

#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
static bool
visit(walker *w, const float **data, mbt_role role, uint64_t fan_in, const uint64_t *shape, const char *name, ...)
{
    mbt_slot slot = {.role = role, .fan_in = fan_in, .part = w->part, .data = data};
    for (; slot.dims < MBT_SLOT_DIMS && shape[slot.dims] != 0; slot.dims++)
        slot.shape[slot.dims] = shape[slot.dims];
    va_list arguments;
    va_start(arguments, name);
    vsnprintf(slot.name, sizeof slot.name, name, arguments);
    va_end(arguments);
    return w->visitor(w->cookie, &slot, w->error);
}

/* A tensor of one dimension. */
static bool visit_vector(walker *w, const float **data, mbt_role role, uint64_t count, const char *prefix,
                         const char *name)
{
    return visit(w, data, role, 0, SHAPE(count), "%s.%s", prefix, name);
}

static bool visit_unit(walker *w, mbt_raw_unit *unit, uint64_t in, uint64_t times, uint64_t bins, const char *prefix)
{
    const uint64_t c = w->config->hid_feature;
    return visit(w, &unit->weight, MBT_ROLE_WEIGHT, in * times * bins, SHAPE(c, in, times, bins), "%s.0.weight",
                 prefix) &&
           visit_vector(w, &unit->bias, MBT_ROLE_BIAS, c, prefix, "0.bias") &&
           visit_vector(w, &unit->gain, MBT_ROLE_GAIN, c, prefix, "1.weight") &&
           visit_vector(w, &unit->offset, MBT_ROLE_BIAS, c, prefix, "1.bias") &&
           visit_vector(w, &unit->slope, MBT_ROLE_PRELU, c, prefix, "2.weight");
}

static bool visit_dense_block(walker *w, mbt_raw_dense_block *block, const char *prefix)
{
    for (unsigned i = 0; i < MBT_DENSE_UNITS; i++) {
        char name[MBT_SLOT_NAME];
        snprintf(name, sizeof name, "%s.dense_block.dense_block.%u", prefix, i);
        if (!visit_unit(w, &block->unit[i], (uint64_t)w->config->hid_feature * (i + 1), 3, 3, name))
            return false;
    }
    return true;
}

static bool visit_encoder(walker *w, mbt_raw_encoder *encoder)
{
    w->part = MBT_PART_ENCODER;
    return visit_unit(w, &encoder->dense_conv_1, w->config->input_channel, 1, 1, "dense_encoder.dense_conv_1") &&
           visit_dense_block(w, &encoder->dense_block, "dense_encoder") &&
           visit_unit(w, &encoder->dense_conv_2, w->config->hid_feature, 1, 3, "dense_encoder.dense_conv_2");
}

static bool visit_attention(walker *w, mbt_raw_attention *attention, const char *prefix)
{
    const uint64_t c = w->config->hid_feature;
    return visit(w, &attention->in_weight, MBT_ROLE_WEIGHT, c, SHAPE(3 * c, c), "%s.attn.in_proj_weight", prefix) &&
           visit_vector(w, &attention->in_bias, MBT_ROLE_BIAS, 3 * c, prefix, "attn.in_proj_bias") &&
           visit(w, &attention->out_weight, MBT_ROLE_WEIGHT, c, SHAPE(c, c), "%s.attn.out_proj.weight", prefix) &&
           visit_vector(w, &attention->out_bias, MBT_ROLE_BIAS, c, prefix, "attn.out_proj.bias") &&
           visit_vector(w, &attention->norm_gain, MBT_ROLE_GAIN, c, prefix, "layernorm.weight") &&
           visit_vector(w, &attention->norm_bias, MBT_ROLE_BIAS, c, prefix, "layernorm.bias");
}

static bool visit_mamba(walker *w, mbt_raw_mamba *mamba, const char *prefix)
{
    const uint64_t c = w->config->hid_feature, e = c * w->config->expand, n = w->config->d_state;
    const uint64_t taps = w->config->d_conv, rank = mbt_dt_rank(w->config);
    return visit(w, &mamba->a_log, MBT_ROLE_A_LOG, 0, SHAPE(e, n), "%s.mixer.A_log", prefix) &&
           visit_vector(w, &mamba->d, MBT_ROLE_GAIN, e, prefix, "mixer.D") &&
           visit(w, &mamba->in_proj, MBT_ROLE_WEIGHT, c, SHAPE(2 * e, c), "%s.mixer.in_proj.weight", prefix) &&
           visit(w, &mamba->conv_weight, MBT_ROLE_WEIGHT, taps, SHAPE(e, 1, taps), "%s.mixer.conv1d.weight", prefix) &&
           visit_vector(w, &mamba->conv_bias, MBT_ROLE_BIAS, e, prefix, "mixer.conv1d.bias") &&
           visit(w, &mamba->x_proj, MBT_ROLE_WEIGHT, e, SHAPE(rank + 2 * n, e), "%s.mixer.x_proj.weight", prefix) &&
           visit(w, &mamba->dt_proj_weight, MBT_ROLE_WEIGHT, rank, SHAPE(e, rank), "%s.mixer.dt_proj.weight", prefix) &&
           visit_vector(w, &mamba->dt_proj_bias, MBT_ROLE_DT_BIAS, e, prefix, "mixer.dt_proj.bias") &&
           visit(w, &mamba->out_proj, MBT_ROLE_WEIGHT, e, SHAPE(c, e), "%s.mixer.out_proj.weight", prefix) &&
           visit_vector(w, &mamba->norm_gain, MBT_ROLE_GAIN, c, prefix, "norm.weight");
}

/* One axis of a block; axis is "time" or "freq". */
static bool visit_axis(walker *w, mbt_raw_axis *raw, uint32_t block, const char *axis)
{
    const uint64_t c = w->config->hid_feature;
    char forward[MBT_SLOT_NAME], backward[MBT_SLOT_NAME], linear[MBT_SLOT_NAME];
    snprintf(forward, sizeof forward, "TFMambAttention.%u.%s_mamba.forward_blocks.0", (unsigned)block, axis);
    snprintf(backward, sizeof backward, "TFMambAttention.%u.%s_mamba.backward_blocks.0", (unsigned)block, axis);
    snprintf(linear, sizeof linear, "TFMambAttention.%u.%clinear", (unsigned)block, axis[0]);
    return visit_mamba(w, &raw->forward, forward) && visit_mamba(w, &raw->backward, backward) &&
           visit(w, &raw->linear_weight, MBT_ROLE_WEIGHT, 2 * c, SHAPE(2 * c, c, 1), "%s.weight", linear) &&
           visit_vector(w, &raw->linear_bias, MBT_ROLE_BIAS, c, linear, "bias");
}

static bool visit_block(walker *w, mbt_raw_block *raw, uint32_t block)
{
    char attention[MBT_SLOT_NAME];
    snprintf(attention, sizeof attention, "TFMambAttention.%u.attention", (unsigned)block);
    w->part = mbt_part_of_block(block, MBT_PART_ATTENTION);
    if (!visit_attention(w, &raw->attention, attention))
        return false;
    w->part = mbt_part_of_block(block, MBT_PART_TIME);
    if (!visit_axis(w, &raw->time, block, "time"))
        return false;
    w->part = mbt_part_of_block(block, MBT_PART_FREQUENCY);
    return visit_axis(w, &raw->frequency, block, "freq");
}

static bool visit_mask_decoder(walker *w, mbt_raw_mask_decoder *mask)
{
    const uint64_t c = w->config->hid_feature, one = w->config->output_channel, bins = w->config->n_fft / 2 + 1;
    const char *head = "mask_decoder.mask_conv";
    w->part = mbt_part_mask_decoder(w->config->num_tfmamba);
    return visit_dense_block(w, &mask->dense_block, "mask_decoder") &&
           visit(w, &mask->up_weight, MBT_ROLE_WEIGHT, c, SHAPE(c, c, 1, 3), "%s.0.weight", head) &&
           visit_vector(w, &mask->up_bias, MBT_ROLE_BIAS, c, head, "0.bias") &&
           visit(w, &mask->mix_weight, MBT_ROLE_WEIGHT, c, SHAPE(one, c, 1, 1), "%s.1.weight", head) &&
           visit_vector(w, &mask->mix_bias, MBT_ROLE_BIAS, one, head, "1.bias") &&
           visit_vector(w, &mask->gain, MBT_ROLE_GAIN, one, head, "2.weight") &&
           visit_vector(w, &mask->offset, MBT_ROLE_BIAS, one, head, "2.bias") &&
           visit_vector(w, &mask->prelu, MBT_ROLE_PRELU, one, head, "3.weight") &&
           visit(w, &mask->out_weight, MBT_ROLE_WEIGHT, one, SHAPE(one, one, 1, 1), "%s.4.weight", head) &&
           visit_vector(w, &mask->out_bias, MBT_ROLE_BIAS, one, head, "4.bias") &&
           visit(w, &mask->slope, MBT_ROLE_GAIN, 0, SHAPE(bins, 1), "mask_decoder.lsigmoid.slope");
}

static bool visit_phase_decoder(walker *w, mbt_raw_phase_decoder *phase)
{
    const uint64_t c = w->config->hid_feature, one = w->config->output_channel;
    w->part = mbt_part_phase_decoder(w->config->num_tfmamba);
    return visit_dense_block(w, &phase->dense_block, "phase_decoder") &&
           visit_unit(w, &phase->up, c, 1, 3, "phase_decoder.phase_conv") &&
           visit(w, &phase->real_weight, MBT_ROLE_WEIGHT, c, SHAPE(one, c, 1, 1),
                 "phase_decoder.phase_conv_r.weight") &&
           visit_vector(w, &phase->real_bias, MBT_ROLE_BIAS, one, "phase_decoder", "phase_conv_r.bias") &&
           visit(w, &phase->imaginary_weight, MBT_ROLE_WEIGHT, c, SHAPE(one, c, 1, 1),
                 "phase_decoder.phase_conv_i.weight") &&
           visit_vector(w, &phase->imaginary_bias, MBT_ROLE_BIAS, one, "phase_decoder", "phase_conv_i.bias");
}

bool mbt_raw_network_init(const mbt_config *config, mbt_raw_network *raw, mbt_error *error)
{
    memset(raw, 0, sizeof *raw);
    raw->blocks = calloc(config->num_tfmamba, sizeof *raw->blocks);
    return raw->blocks != NULL || mbt_fail(error, "out of memory for %lu blocks", (unsigned long)config->num_tfmamba);
}

void mbt_raw_network_free(mbt_raw_network *raw)
{
    free(raw->blocks);
    raw->blocks = NULL;
}

bool mbt_slots_visit(const mbt_config *config, mbt_raw_network *raw, mbt_slot_visitor *visitor, void *cookie,
                     mbt_error *error)
{
    walker w = {.config = config, .visitor = visitor, .cookie = cookie, .error = error};
    if (!visit_encoder(&w, &raw->encoder))
        return false;
    for (uint32_t block = 0; block < config->num_tfmamba; block++)
        if (!visit_block(&w, &raw->blocks[block], block))
            return false;
    return visit_mask_decoder(&w, &raw->mask_decoder) && visit_phase_decoder(&w, &raw->phase_decoder);
}

uint32_t mbt_dt_rank(const mbt_config *config)
{
    return config->hid_feature / 16 + (config->hid_feature % 16 != 0);
}
