/* rules.h: the type in which each layer's weights are stored. Here a layer is a packed matrix, with its name in the
 * table (block_0_time_linear), or the constants of a Mamba layer, conv_weight and a
 * (block_0_time_forward_constants). */
#ifndef MBT_COMPILER_STORAGE_RULES_H
#define MBT_COMPILER_STORAGE_RULES_H

#include <stddef.h>

#include "compiler/error.h"
#include "mambattention/model.h"

#define MBT_LAYER_NAME 96 /* longest name of a layer, and longest pattern, with the 0 at the end */

typedef struct mbt_rule {
    char layers[MBT_LAYER_NAME]; /* a pattern of fnmatch: * ? [...] */
    mbt_weight_type type;
    size_t line; /* its line in the file */
} mbt_rule;

#define MBT_MAX_RULES 1000u

/* The rules for all layers. {NULL, 0, type} is --precision TYPE. */
typedef struct mbt_rules {
    mbt_rule *list;            /* [count], owned; the first rule that matches a layer decides */
    size_t count;              /* at most MBT_MAX_RULES */
    mbt_weight_type otherwise; /* the precision for layers that no rule matches; see kinds in rules.c */
} mbt_rules;

/* The first rule that matches the layer, or NULL. */
const mbt_rule *mbt_rules_find(const mbt_rules *rules, const char *layer);

/* The type of the layer. */
mbt_weight_type mbt_rules_type(const mbt_rules *rules, const char *layer);

/* Whether the rule's pattern matches the layer. */
bool mbt_rule_fits(const mbt_rule *rule, const char *layer);

/* Whether the runtime can round the inputs of the layer to int8. */
bool mbt_layer_may_be_int8(const char *layer);

/* Parses a YAML text (need not end in 0) like
 *     default: int8    # f32, f16 or int8; int8 if this line is missing
 *     rules:
 *       - {layers: "*_dense_block_*", precision: f16}
 * Other keys are errors. On failure nothing is held. */
bool mbt_rules_parse(const char *text, size_t size, mbt_rules *rules, mbt_error *error);

void mbt_rules_free(mbt_rules *rules);

/* How weights are stored. */
typedef struct mbt_storage {
    mbt_form form;   /* of the dense blocks' convolutions; int8 ones are always direct */
    mbt_rules rules; /* not owned; used while the network is built */
} mbt_storage;

/* The names of all layers of a network. */
typedef struct mbt_layer_names {
    char (*list)[MBT_LAYER_NAME]; /* [count] */
    size_t count;
} mbt_layer_names;

/* Fails if a rule decides about no layer, if a layer would be int8 that cannot be, if only some units of a dense
 * block would be int8, or if a dense block would be int8 although Winograd's form is asked for. */
bool mbt_rules_check(const mbt_rules *rules, const mbt_layer_names *names, bool winograd, mbt_error *error);

#endif
