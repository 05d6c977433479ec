/* linear.h: folds linear layers, and packs them in the type that the rules give them. */
#ifndef MBT_COMPILER_LAYERS_LINEAR_H
#define MBT_COMPILER_LAYERS_LINEAR_H

#include "compiler/layers/layer.h"
#include "compiler/storage/pack.h"

/* Packs weights as the layer "PREFIX_NAME". */
bool mbt_fold_matrix(const mbt_fold *fold, const char *prefix, const char *name, const mbt_weights *weights,
                     mbt_matrix *matrix);

/* Packs a linear layer without change: weight [n][k]; bias [n] or NULL. */
bool mbt_fold_linear(const mbt_fold *fold, const char *prefix, const char *name, const float *weight, const float *bias,
                     uint32_t k, uint32_t n, mbt_matrix *matrix);

#endif
