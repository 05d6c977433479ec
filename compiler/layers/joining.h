/* joining.h: the linear layer that follows Mamba along an axis, and joins its directions where it has two. */
#ifndef MBT_COMPILER_LAYERS_JOINING_H
#define MBT_COMPILER_LAYERS_JOINING_H

#include "compiler/layers/layer.h"

typedef struct mbt_raw_joining {
    const float *weight, *bias; /* ConvTranspose1d [directions C][C][1], [C] */
} mbt_raw_joining;

/* Walks over its tensors, named place->joining. */
bool mbt_joining_walk_tensors(const mbt_walk *walk, const mbt_place *place, uint32_t directions, mbt_raw_joining *raw);

/* Its part [C][C] that acts on one direction. */
const float *mbt_joining_of(const mbt_place *place, const mbt_raw_joining *raw, uint32_t direction);

/* Folds what acts on the input x of all directions, as the layer PLACE_linear. */
bool mbt_joining_fold(const mbt_fold *fold, const mbt_place *place, uint32_t directions, const mbt_raw_joining *raw,
                      mbt_matrix *matrix);

#endif
