/* network.h: a network as the generated C will hold it: the filled structs of model.h, and the arrays that they point
 * to. */
#ifndef MBT_COMPILER_NETWORK_H
#define MBT_COMPILER_NETWORK_H

#include "compiler/storage/arrays.h"
#include "compiler/parts.h"

#define MBT_NAME_MAX 64 /* longest name of a model */

typedef struct mbt_network {
    mbt_config config;
    mbt_parts parts; /* including the structs of the layers */
    mbt_arrays arrays;
    mbt_step *steps;   /* of all axes: block by block, first along time, then along frequency */
    mbt_block *blocks; /* [num_tfmamba] */
    mbt_model model;   /* points to all of the above */
    char name[MBT_NAME_MAX + 1];
    char *provenance;
} mbt_network;

/* Makes a network from the tensors: binds, folds and packs them. name: a C identifier of at most MBT_NAME_MAX
 * characters. provenance is copied. Sets the tensors' marks of use. *network must not be moved afterwards, because it
 * holds pointers into itself. On failure nothing is held. */
bool mbt_network_build(const mbt_config *config, const mbt_family *family, mbt_tensors *tensors,
                       const mbt_storage *storage, const char *name, const char *provenance, mbt_network *network,
                       mbt_error *error);

void mbt_network_free(mbt_network *network);

#endif
