/* rules_check.c: checks that rules can be applied to the layers of a network. */
#include <stdio.h>
#include <string.h>

#include "compiler/storage/precision.h"
#include "compiler/storage/rules.h"

/* Checks that each rule decides the type of at least one layer. */
static bool check_use(const mbt_rules *rules, const mbt_layer_names *names, mbt_error *error)
{
    bool fits[MBT_MAX_RULES] = {false}, decides[MBT_MAX_RULES] = {false};
    for (size_t i = 0; i < names->count; i++) {
        bool decided = false;
        for (size_t k = 0; k < rules->count; k++) {
            if (mbt_rule_fits(&rules->list[k], names->list[i])) {
                fits[k] = true;
                decides[k] = decides[k] || !decided;
                decided = true;
            }
        }
    }
    for (size_t k = 0; k < rules->count; k++) {
        const mbt_rule *rule = &rules->list[k];
        if (!fits[k])
            return mbt_fail(error, "line %zu: '%s' matches no layer", rule->line, rule->layers);
        if (!decides[k]) {
            return mbt_fail(error, "line %zu: earlier rules decide all layers that '%s' matches", rule->line,
                            rule->layers);
        }
    }
    return true;
}

/* Checks that no rule asks for int8 where it is impossible. The precisions themselves never do. */
static bool check_int8(const mbt_rules *rules, const mbt_layer_names *names, mbt_error *error)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->list[i];
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

/* Checks the dense block whose first unit is called `first`. Layers that no rule decides get the same type in all
 * four units. So if the types differ, a rule decides at least one of them. */
static bool check_units(const mbt_rules *rules, const char *first, bool winograd, mbt_error *error)
{
    char other[MBT_LAYER_NAME];
    const mbt_weight_type type = mbt_rules_type(rules, first);
    for (size_t unit = 1; unit < MBT_DENSE_UNITS; unit++) {
        snprintf(other, sizeof other, "%.*s%zu", (int)strlen(first) - 1, first, unit);
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

static bool is_first_unit(const char *name)
{
    static const char end[] = "_dense_block_0";
    const size_t length = strlen(name), end_length = sizeof end - 1;
    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

bool mbt_rules_check(const mbt_rules *rules, const mbt_layer_names *names, bool winograd, mbt_error *error)
{
    if (!check_use(rules, names, error) || !check_int8(rules, names, error))
        return false;
    for (size_t i = 0; i < names->count; i++)
        if (is_first_unit(names->list[i]) && !check_units(rules, names->list[i], winograd, error))
            return false;
    return true;
}
