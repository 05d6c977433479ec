/* layers.h: which layer a matrix of weights belongs to. */
#ifndef MBT_TOOLS_BENCH_NETWORK_LAYERS_H
#define MBT_TOOLS_BENCH_NETWORK_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "mambattention/model.h"

/* A layer is a number, from 0 on, in the order of the data. Layers of the same name in several parts are one layer. */
typedef struct mbt_layer_range {
    const unsigned char *begin, *end; /* the weights */
    size_t layer;
} mbt_layer_range;

typedef struct mbt_layer_index {
    mbt_layer_range *range; /* [count], sorted by address */
    size_t count, room;
    const char **name; /* [layers] */
    size_t layers, name_room;
} mbt_layer_index;

/* Lists all weights of a model, which has been checked. False when memory runs out. */
bool mbt_layer_index_build(mbt_layer_index *index, const mbt_model *model);

/* The layer with these weights (a pointer to, or into, mbt_matrix.data); index->layers if there is none. */
size_t mbt_layer_find(const mbt_layer_index *index, const void *weights);

/* The name of a layer; of index->layers, "other products". */
const char *mbt_layer_name(const mbt_layer_index *index, size_t layer);

void mbt_layer_index_release(mbt_layer_index *index);

/* Multiply-adds for a recording of `samples` by the direct algorithm, without Winograd's: those that the model states
 * for each second, and those of attention along time. */
double mbt_plain_macs(const mbt_model *model, size_t samples);

#endif
