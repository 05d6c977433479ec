/* network.h: a network as the generated C holds it: the structs of model.h, filled, and the arrays they point to. */
#ifndef MBT_COMPILER_NETWORK_H
#define MBT_COMPILER_NETWORK_H

#include "compiler/storage/arrays.h"
#include "compiler/parts.h"

#define MBT_NAME_MAX 64 /* longest name of a model */

typedef struct mbt_network {
    mbt_config config;
    mbt_parts parts; /* with the layers' structs */
    mbt_arrays arrays;
    mbt_step *steps;   /* of all axes, block by block, those along time first */
    mbt_block *blocks; /* [num_tfmamba] */
    mbt_model model;   /* points to all of the above */
    char name[MBT_NAME_MAX + 1];
    char *provenance;
} mbt_network;

/* Makes a network of the tensors: binds, folds, packs. name: a C identifier of at most MBT_NAME_MAX characters;
 * provenance is copied. tensors' marks of use change. The network lies at *network from then on and may not be moved.
 * On failure nothing is held. */
bool mbt_network_build(const mbt_config *config, const mbt_family *family, mbt_tensors *tensors,
                       const mbt_storage *storage, const char *name, const char *provenance, mbt_network *network,
                       mbt_error *error);

void mbt_network_free(mbt_network *network);

#endif
