/* rules.h: in which type the weights of each layer are stored. A layer is a packed matrix by its name in the table
 * (block_0_time_linear), or the constants of a Mamba layer, conv_weight and a (block_0_time_forward_constants). */
#ifndef MBT_COMPILER_RULES_H
#define MBT_COMPILER_RULES_H

#include <stddef.h>

#include "error.h"
#include "mambattention/model.h"

#define MBT_LAYER_NAME 96 /* of a layer's name and of a pattern, with the 0 at the end */

typedef struct mbt_rule {
    char layers[MBT_LAYER_NAME]; /* a pattern of fnmatch: * ? [...] */
    mbt_weight_type type;
    size_t line; /* of the file that it stands in */
} mbt_rule;

/* {NULL, 0, type} is what --precision TYPE means. */
typedef struct mbt_rules {
    mbt_rule *list; /* [count], owned; the first that fits a layer decides */
    size_t count;
    mbt_weight_type otherwise; /* the precision that decides by its own rules where none of these fits */
} mbt_rules;

/* The rule of the list that decides the layer's type, or NULL. */
const mbt_rule *mbt_rules_find(const mbt_rules *rules, const char *layer);

mbt_weight_type mbt_rules_type(const mbt_rules *rules, const char *layer);

bool mbt_rule_fits(const mbt_rule *rule, const char *layer);

/* Whether the runtime can round the inputs of the layer to int8. */
bool mbt_layer_may_be_int8(const char *layer);

#endif
