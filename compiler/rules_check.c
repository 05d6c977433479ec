/* rules_check.c: the names of all layers, and whether rules can be had for them. */
#include <stdio.h>
#include <string.h>

#include "compiler/precision.h"
#include "compiler/rules.h"

#define DENSE_BLOCKS ((size_t)3)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const dense_blocks[DENSE_BLOCKS] = {"encoder", "mask_decoder", "phase_decoder"};

static const char *const single[] = {"encoder_dense_conv_1", "encoder_dense_conv_2", "mask_decoder_even",
                                     "mask_decoder_odd",     "phase_decoder_even",   "phase_decoder_odd",
                                     "phase_decoder_out"};

/* Of each block. */
static const char *const in_block[] = {
    "attention_in_proj",
    "attention_out_proj",
    "time_forward_in_proj",
    "time_forward_constants",
    "time_forward_x_proj",
    "time_forward_dt_proj",
    "time_forward_out_proj",
    "time_backward_in_proj",
    "time_backward_constants",
    "time_backward_x_proj",
    "time_backward_dt_proj",
    "time_backward_out_proj",
    "time_linear",
    "frequency_forward_in_proj",
    "frequency_forward_constants",
    "frequency_forward_x_proj",
    "frequency_forward_dt_proj",
    "frequency_forward_out_proj",
    "frequency_backward_in_proj",
    "frequency_backward_constants",
    "frequency_backward_x_proj",
    "frequency_backward_dt_proj",
    "frequency_backward_out_proj",
    "frequency_linear",
};

size_t mbt_layer_count(uint32_t blocks)
{
    return DENSE_BLOCKS * MBT_DENSE_UNITS + COUNT(single) + COUNT(in_block) * blocks;
}

static void dense_name(size_t block, size_t unit, char name[MBT_LAYER_NAME])
{
    snprintf(name, MBT_LAYER_NAME, "%s_dense_block_%zu", dense_blocks[block], unit);
}

void mbt_layer_name(size_t index, char name[MBT_LAYER_NAME])
{
    if (index < DENSE_BLOCKS * MBT_DENSE_UNITS) {
        dense_name(index / MBT_DENSE_UNITS, index % MBT_DENSE_UNITS, name);
        return;
    }
    index -= DENSE_BLOCKS * MBT_DENSE_UNITS;
    if (index < COUNT(single)) {
        snprintf(name, MBT_LAYER_NAME, "%s", single[index]);
        return;
    }
    index -= COUNT(single);
    snprintf(name, MBT_LAYER_NAME, "block_%zu_%s", index / COUNT(in_block), in_block[index % COUNT(in_block)]);
}

/* Each rule decides the type of a layer. */
static bool check_use(const mbt_rules *rules, uint32_t blocks, mbt_error *error)
{
    char name[MBT_LAYER_NAME];
    bool fits[MBT_MAX_RULES] = {false}, decides[MBT_MAX_RULES] = {false};
    for (size_t i = 0; i < mbt_layer_count(blocks); i++) {
        bool decided = false;
        mbt_layer_name(i, name);
        for (size_t k = 0; k < rules->count; k++) {
            if (mbt_rule_fits(&rules->list[k], name)) {
                fits[k] = true;
                decides[k] = decides[k] || !decided;
                decided = true;
            }
        }
    }
    for (size_t k = 0; k < rules->count; k++) {
        const mbt_rule *rule = &rules->list[k];
        if (!fits[k])
            return mbt_fail(error, "line %zu: '%s' fits no layer", rule->line, rule->layers);
        if (!decides[k]) {
            return mbt_fail(error, "line %zu: earlier rules decide all layers that '%s' fits", rule->line,
                            rule->layers);
        }
    }
    return true;
}

/* Only rules of a list can ask for what cannot be. */
static bool check_int8(const mbt_rules *rules, uint32_t blocks, mbt_error *error)
{
    char name[MBT_LAYER_NAME];
    for (size_t i = 0; i < mbt_layer_count(blocks); i++) {
        mbt_layer_name(i, name);
        const mbt_rule *rule = mbt_rules_find(rules, name);
        if (rule != NULL && rule->type == MBT_WEIGHT_I8 && !mbt_layer_may_be_int8(name)) {
            return mbt_fail(error,
                            "line %zu: '%s' asks for %s in int8; only dense_block, in_proj, out_proj, x_proj, dt_proj "
                            "and linear can be",
                            rule->line, rule->layers, name);
        }
    }
    return true;
}

/* Of one dense block. Where no rule decides, all four are of one type: if they are not, at least one does. */
static bool check_units(const mbt_rules *rules, size_t block, bool winograd, mbt_error *error)
{
    char first[MBT_LAYER_NAME], other[MBT_LAYER_NAME];
    dense_name(block, 0, first);
    const mbt_weight_type type = mbt_rules_type(rules, first);
    for (size_t unit = 1; unit < MBT_DENSE_UNITS; unit++) {
        dense_name(block, unit, other);
        const mbt_weight_type other_type = mbt_rules_type(rules, other);
        if ((type == MBT_WEIGHT_I8) != (other_type == MBT_WEIGHT_I8)) {
            const mbt_rule *of_other = mbt_rules_find(rules, other);
            const mbt_rule *rule = of_other != NULL ? of_other : mbt_rules_find(rules, first);
            return mbt_fail(error,
                            "line %zu: %s would be %s, %s %s; the four of a dense block are int8 together or not at "
                            "all",
                            rule->line, first, mbt_precision_name(type), other, mbt_precision_name(other_type));
        }
    }
    return !winograd || type != MBT_WEIGHT_I8 ||
           mbt_fail(error, "--convolution winograd: %s would be int8, which has no Winograd form", first);
}

bool mbt_rules_check(const mbt_rules *rules, uint32_t blocks, bool winograd, mbt_error *error)
{
    if (!check_use(rules, blocks, error) || !check_int8(rules, blocks, error))
        return false;
    for (size_t block = 0; block < DENSE_BLOCKS; block++)
        if (!check_units(rules, block, winograd, error))
            return false;
    return true;
}
