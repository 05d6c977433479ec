/* rules.c: the type that each precision gives each kind of layer, and the user's rules, which are tried first. */
#define _POSIX_C_SOURCE 200809L
#include "compiler/storage/rules.h"

#include <fnmatch.h>

/* For each kind of layer, its type with --precision f16 and with int8. The layers on the residual stream (*_linear)
 * and the first and last convolutions get the next larger type in both. Rounding their inputs to int8 would cost 3 dB
 * of the output's SNR at the published size and save less than 60 kB. Rounding their weights to f16, with all other
 * layers in f16, would cost as much. */
static const struct kind {
    const char *layers;
    bool may_be_int8;
    mbt_weight_type in_f16, in_int8;
} kinds[] = {
    {"*_dense_block_[0-3]", true, MBT_WEIGHT_F16, MBT_WEIGHT_I8},
    {"*_in_proj", true, MBT_WEIGHT_F16, MBT_WEIGHT_I8},
    {"*_out_proj", true, MBT_WEIGHT_F16, MBT_WEIGHT_I8},
    {"*_x_proj", true, MBT_WEIGHT_F16, MBT_WEIGHT_I8},
    {"*_dt_proj", true, MBT_WEIGHT_F16, MBT_WEIGHT_F16},
    {"*_linear", true, MBT_WEIGHT_F32, MBT_WEIGHT_F16},
    {"*_constants", false, MBT_WEIGHT_F16, MBT_WEIGHT_F16},
    {"*", false, MBT_WEIGHT_F32, MBT_WEIGHT_F16}, /* the rest of the encoder and the decoders */
};

static bool fits(const char *pattern, const char *layer)
{
    return fnmatch(pattern, layer, 0) == 0;
}

static const struct kind *find_kind(const char *layer)
{
    const struct kind *kind = kinds;
    while (!fits(kind->layers, layer))
        kind++;
    return kind;
}

bool mbt_rule_fits(const mbt_rule *rule, const char *layer)
{
    return fits(rule->layers, layer);
}

const mbt_rule *mbt_rules_find(const mbt_rules *rules, const char *layer)
{
    for (size_t i = 0; i < rules->count; i++)
        if (mbt_rule_fits(&rules->list[i], layer))
            return &rules->list[i];
    return NULL;
}

mbt_weight_type mbt_rules_type(const mbt_rules *rules, const char *layer)
{
    const mbt_rule *rule = mbt_rules_find(rules, layer);
    if (rule != NULL)
        return rule->type;
    if (rules->otherwise == MBT_WEIGHT_F32)
        return MBT_WEIGHT_F32;
    return rules->otherwise == MBT_WEIGHT_F16 ? find_kind(layer)->in_f16 : find_kind(layer)->in_int8;
}

bool mbt_layer_may_be_int8(const char *layer)
{
    return find_kind(layer)->may_be_int8;
}
