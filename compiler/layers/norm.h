/* norm.h: the norm after a convolution: InstanceNorm2d, or in a causal network BatchNorm2d, which has fixed statistics
 * and so becomes a part of the convolution. */
#ifndef MBT_COMPILER_LAYERS_NORM_H
#define MBT_COMPILER_LAYERS_NORM_H

#include "compiler/layers/layer.h"
#include "compiler/storage/pack.h"

typedef struct mbt_raw_norm {
    const float *gain, *offset;           /* [channels] */
    const float *mean, *variance, *count; /* BatchNorm2d's [channels], [channels], []; count has no effect */
} mbt_raw_norm;

/* Walks over the tensors of a norm: PREFIX.weight ... */
bool mbt_norm_walk_tensors(const mbt_walk *walk, const mbt_place *place, const char *prefix, uint64_t channels,
                           mbt_raw_norm *norm);

/* Folds BatchNorm2d into the layer before it, whose bias is there. */
void mbt_norm_fold(const mbt_raw_norm *norm, mbt_weights *weights);

/* Packs InstanceNorm2d's gain and offset as arrays PREFIX_{gain,offset}. BatchNorm2d leaves nothing: both are NULL. */
bool mbt_norm_pack(const mbt_fold *fold, const mbt_place *place, const char *prefix, const mbt_raw_norm *norm,
                   const float **gain, const float **offset);

#endif
