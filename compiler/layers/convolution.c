/* convolution.c: convolutions and dense blocks. */
#include "compiler/layers/convolution.h"

#include <stdio.h>

#include "compiler/layers/linear.h"

bool mbt_unit_walk_tensors(const mbt_walk *walk, const mbt_place *place, const char *prefix, uint64_t in,
                           uint64_t times, uint64_t bins, mbt_raw_unit *unit)
{
    const uint64_t c = place->config->hid_feature;
    char norm[MBT_SLOT_NAME + 40];
    snprintf(norm, sizeof norm, "%s.1", prefix);
    return mbt_walk_tensor(walk, &unit->weight, MBT_ROLE_WEIGHT, in * times * bins, MBT_SHAPE(c, in, times, bins),
                           "%s.0.weight", prefix) &&
           mbt_walk_vector(walk, &unit->bias, MBT_ROLE_BIAS, c, prefix, "0.bias") &&
           mbt_norm_walk_tensors(walk, place, norm, c, &unit->norm) &&
           mbt_walk_vector(walk, &unit->slope, MBT_ROLE_PRELU, c, prefix, "2.weight");
}

bool mbt_dense_block_walk_tensors(const mbt_walk *walk, const mbt_place *place, mbt_raw_dense_block *block)
{
    for (unsigned i = 0; i < MBT_DENSE_UNITS; i++) {
        char name[MBT_SLOT_NAME + 32];
        snprintf(name, sizeof name, "%s.dense_block.dense_block.%u", place->tensors, i);
        if (!mbt_unit_walk_tensors(walk, place, name, (uint64_t)place->config->hid_feature * (i + 1), 3, 3,
                                   &block->unit[i]))
            return false;
    }
    return true;
}

void mbt_unit_fold_norm(const mbt_place *place, const mbt_raw_unit *raw, mbt_weights *weights)
{
    if (!place->causal)
        return;
    for (uint32_t o = 0; o < weights->n; o++)
        weights->bias[o] = raw->bias[o];
    mbt_norm_fold(&raw->norm, weights);
}

bool mbt_unit_pack(const mbt_fold *fold, const mbt_place *place, const char *prefix, const mbt_raw_unit *raw,
                   const float **gain, const float **offset, const float **slope)
{
    const uint32_t c = place->config->hid_feature;
    if (!mbt_norm_pack(fold, place, prefix, &raw->norm, gain, offset))
        return false;
    *slope = mbt_pack_vector(fold->arrays, prefix, "slope", raw->slope, c, fold->error);
    return *slope != NULL;
}

/* Folds a Conv2d, whose weight is [C][groups * size][taps], and the norm and PReLU that follow. The input comes in
 * groups of `size` channels: newest first in the checkpoint, oldest first here. A causal network's convolution is
 * direct. */
static bool fold_unit(const mbt_fold *fold, const mbt_place *place, const char *name, const mbt_raw_unit *raw,
                      uint32_t groups, uint32_t size, uint32_t taps, mbt_form form, mbt_unit *unit)
{
    const uint32_t c = place->config->hid_feature, in = groups * size;
    const mbt_weight_type type = mbt_rules_type(&fold->storage->rules, name);
    mbt_weights conv;
    if (!mbt_weights_init(&conv, taps, in, c, fold->error))
        return false;
    for (uint32_t o = 0; o < c; o++) {
        for (uint32_t i = 0; i < in; i++) {
            const uint32_t oldest_first = (groups - 1 - i / size) * size + i % size;
            for (uint32_t tap = 0; tap < taps; tap++)
                *mbt_weights_at(&conv, tap, oldest_first, o) = raw->weight[((size_t)o * in + i) * taps + tap];
        }
    }
    mbt_unit_fold_norm(place, raw, &conv);
    form = type == MBT_WEIGHT_I8 || place->causal ? MBT_FORM_DIRECT : form;
    const bool packed = form == MBT_FORM_WINOGRAD
                            ? mbt_pack_winograd(fold->arrays, name, &conv, type, &unit->conv, fold->error)
                            : mbt_pack_matrix(fold->arrays, name, &conv, type, &unit->conv, fold->error);
    mbt_weights_free(&conv);
    unit->form = (uint32_t)form;
    return packed && mbt_unit_pack(fold, place, name, raw, &unit->gain, &unit->offset, &unit->slope);
}

bool mbt_unit_fold(const mbt_fold *fold, const mbt_place *place, const char *name, const mbt_raw_unit *raw, uint32_t in,
                   uint32_t taps, mbt_unit *unit)
{
    char full_name[MBT_ARRAY_NAME];
    snprintf(full_name, sizeof full_name, "%s_%s", place->name, name);
    return fold_unit(fold, place, full_name, raw, 1, in, taps, MBT_FORM_DIRECT, unit);
}

bool mbt_dense_block_fold(const mbt_fold *fold, const mbt_place *place, const mbt_raw_dense_block *raw,
                          mbt_dense_block *block)
{
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        char name[MBT_ARRAY_NAME];
        snprintf(name, sizeof name, "%s_dense_block_%u", place->name, (unsigned)i);
        if (!fold_unit(fold, place, name, &raw->unit[i], i + 1, place->config->hid_feature, 9, fold->storage->form,
                       &block->unit[i]))
            return false;
    }
    return true;
}

void mbt_unit_write(const mbt_c_file *out, const char *indent, const mbt_unit *unit)
{
    fprintf(out->stream, "%s.form = %s,\n", indent,
            unit->form == MBT_FORM_WINOGRAD ? "MBT_FORM_WINOGRAD" : "MBT_FORM_DIRECT");
    mbt_c_matrix(out, indent, "conv", &unit->conv);
    mbt_c_pointer(out, indent, "gain", unit->gain);
    mbt_c_pointer(out, indent, "offset", unit->offset);
    mbt_c_pointer(out, indent, "slope", unit->slope);
}

void mbt_dense_block_write(const mbt_c_file *out, const mbt_dense_block *block)
{
    fputs("    .dense_block = {.unit = {\n", out->stream);
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        fputs("        {\n", out->stream);
        mbt_unit_write(out, "            ", &block->unit[i]);
        fputs("        },\n", out->stream);
    }
    fputs("    }},\n", out->stream);
}

double mbt_dense_block_macs(const mbt_config *config)
{
    const double c = config->hid_feature;
    return 9 * (1 + 2 + 3 + 4) * c * c;
}
