/* network.h: a network as the generated C holds it: the structs of model.h, filled, and the arrays they point to. */
#ifndef MBT_COMPILER_NETWORK_H
#define MBT_COMPILER_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/read/config.h"
#include "compiler/error.h"
#include "mambattention/model.h"
#include "compiler/parts.h"
#include "compiler/rules.h"
#include "compiler/read/tensors.h"

#define MBT_NAME_MAX 64 /* longest name of a model */
#define MBT_ARRAY_NAME 96

/* An array of the generated C. */
typedef struct mbt_array {
    char name[MBT_ARRAY_NAME]; /* a C identifier, unique in the network */
    mbt_weight_type type;      /* of its numbers */
    void *data;                /* [count], aligned to 64 bytes */
    size_t count;
    char layer[MBT_LAYER_NAME]; /* that it belongs to, see rules.h; empty for vectors */
    double power, error;        /* of weights: the sums of w^2 and of (stored - w)^2, w the weight before rounding */
} mbt_array;

/* How weights are stored. */
typedef struct mbt_storage {
    mbt_form form;   /* of the dense blocks' convolutions; those in int8 are direct */
    mbt_rules rules; /* not owned; read while the network is built */
} mbt_storage;

/* The layers that a block's axes point to. */
typedef struct mbt_block_layers {
    mbt_attention attention; /* of both axes */
    mbt_mamba time_forward, time_backward, frequency_forward, frequency_backward;
} mbt_block_layers;

typedef struct mbt_network {
    mbt_config config;
    mbt_storage storage;
    mbt_model model; /* points to all that follows */
    char name[MBT_NAME_MAX + 1];
    char *provenance;
    mbt_encoder encoder;
    mbt_block *blocks;        /* [num_tfmamba] */
    mbt_block_layers *layers; /* [num_tfmamba] */
    mbt_mask_decoder mask_decoder;
    mbt_phase_decoder phase_decoder;
    mbt_part *parts; /* [mbt_part_count] */
    mbt_array *arrays;
    size_t array_count, array_capacity;
} mbt_network;

/* Makes a network of the tensors: binds, folds, packs. name: a C identifier of at most MBT_NAME_MAX characters;
 * provenance is copied. tensors' marks of use change. The network lies at *network from then on and may not be moved.
 * On failure nothing is held. */
bool mbt_network_build(const mbt_config *config, mbt_tensors *tensors, mbt_storage storage, const char *name,
                       const char *provenance, mbt_network *network, mbt_error *error);

void mbt_network_free(mbt_network *network);

/* Adds an array of count (>= 1) zeros named "PREFIX_NAME" to a part. NULL, with error set, if memory ran out. The array
 * stays where it is until the network is freed. */
float *mbt_network_array(mbt_network *network, uint32_t part, const char *prefix, const char *name, size_t count,
                         mbt_error *error);

/* An array of count zeros named "zeros_COUNT": one for all that ask for as many. It counts for the first part. */
const float *mbt_network_zeros(mbt_network *network, uint32_t part, size_t count, mbt_error *error);

/* The same as mbt_network_array for what belongs to a layer, in any type. What is given back moves when another array
 * is added; its data does not. */
mbt_array *mbt_network_layer_array(mbt_network *network, uint32_t part, const char *layer, const char *prefix,
                                   const char *name, mbt_weight_type type, size_t count, mbt_error *error);

/* The array that data points to, or NULL. */
const mbt_array *mbt_network_find(const mbt_network *network, const void *data);

#endif
