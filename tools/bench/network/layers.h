/* layers.h: which layer a matrix of weights belongs to. */
#ifndef MBT_TOOLS_BENCH_NETWORK_LAYERS_H
#define MBT_TOOLS_BENCH_NETWORK_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "mambattention/model.h"

/* The names of layers; those that occur in several parts have the same name in each. */
#define MBT_LAYERS(X)                      \
    X(DENSE_CONV_1, "dense_conv_1")        \
    X(UNIT_0, "unit 0 conv")               \
    X(UNIT_1, "unit 1 conv")               \
    X(UNIT_2, "unit 2 conv")               \
    X(UNIT_3, "unit 3 conv")               \
    X(DENSE_CONV_2, "dense_conv_2")        \
    X(QKV, "attention in_proj")            \
    X(ATTENTION_OUT, "attention out_proj") \
    X(LINEAR, "linear")                    \
    X(IN_PROJ, "in_proj")                  \
    X(X_PROJ, "x_proj")                    \
    X(DT_PROJ, "dt_proj")                  \
    X(OUT_PROJ, "out_proj")                \
    X(UP_EVEN, "up-sampling, even")        \
    X(UP_ODD, "up-sampling, odd")          \
    X(PHASE_OUT, "phase out")              \
    X(UNKNOWN, "other products")

typedef enum mbt_layer {
#define X(name, text) MBT_LAYER_##name,
    MBT_LAYERS(X)
#undef X
        MBT_LAYER_COUNT
} mbt_layer;

const char *mbt_layer_name(mbt_layer layer);

typedef struct mbt_layer_range {
    const unsigned char *begin, *end; /* the weights */
    mbt_layer layer;
} mbt_layer_range;

/* Sorted by address. */
typedef struct mbt_layer_index {
    mbt_layer_range *range;
    size_t count, room;
} mbt_layer_index;

/* Takes down all weights of a model. False when memory runs out. */
bool mbt_layer_index_build(mbt_layer_index *index, const mbt_model *model);

/* The layer with these weights (mbt_matrix.data, or a place in it), or MBT_LAYER_UNKNOWN. */
mbt_layer mbt_layer_find(const mbt_layer_index *index, const void *weights);

void mbt_layer_index_release(mbt_layer_index *index);

/* Multiply-adds of a recording of `samples`, plainly done: the model's, attention along time included. */
double mbt_plain_macs(const mbt_model *model, size_t samples);

#endif
