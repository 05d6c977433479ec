/* rules.h: in which type the weights of each layer are stored. A layer is a packed matrix by its name in the table
 * (block_0_time_linear), or the constants of a Mamba layer, conv_weight and a (block_0_time_forward_constants). */
#ifndef MBT_COMPILER_STORAGE_RULES_H
#define MBT_COMPILER_STORAGE_RULES_H

#include <stddef.h>

#include "compiler/error.h"
#include "mambattention/model.h"

#define MBT_LAYER_NAME 96 /* of a layer's name and of a pattern, with the 0 at the end */

typedef struct mbt_rule {
    char layers[MBT_LAYER_NAME]; /* a pattern of fnmatch: * ? [...] */
    mbt_weight_type type;
    size_t line; /* of the file that it stands in */
} mbt_rule;

#define MBT_MAX_RULES 1000u

/* {NULL, 0, type} is what --precision TYPE means. */
typedef struct mbt_rules {
    mbt_rule *list;            /* [count], owned; the first that fits a layer decides */
    size_t count;              /* at most MBT_MAX_RULES */
    mbt_weight_type otherwise; /* the precision that decides by its own rules where none of these fits */
} mbt_rules;

/* The rule of the list that decides the layer's type, or NULL. */
const mbt_rule *mbt_rules_find(const mbt_rules *rules, const char *layer);

mbt_weight_type mbt_rules_type(const mbt_rules *rules, const char *layer);

bool mbt_rule_fits(const mbt_rule *rule, const char *layer);

/* Whether the runtime can round the inputs of the layer to int8. */
bool mbt_layer_may_be_int8(const char *layer);

/* Parses a YAML text (need not end in 0) like
 *     default: int8    # f32, f16 or int8, which is meant where this line is not there
 *     rules:
 *       - {layers: "*_dense_block_*", precision: f16}
 * Other keys are errors. On failure nothing is held. */
bool mbt_rules_parse(const char *text, size_t size, mbt_rules *rules, mbt_error *error);

void mbt_rules_free(mbt_rules *rules);

/* How weights are stored. */
typedef struct mbt_storage {
    mbt_form form;   /* of the dense blocks' convolutions; those in int8 are direct */
    mbt_rules rules; /* not owned; read while the network is built */
} mbt_storage;

/* The names of all layers of a network. */
typedef struct mbt_layer_names {
    char (*list)[MBT_LAYER_NAME]; /* [count] */
    size_t count;
} mbt_layer_names;

/* Refuses rules that decide for no layer, layers in int8 that cannot be, dense blocks of which a part is int8, and,
 * where Winograd's form is asked for, those that are int8. */
bool mbt_rules_check(const mbt_rules *rules, const mbt_layer_names *names, bool winograd, mbt_error *error);

#endif
