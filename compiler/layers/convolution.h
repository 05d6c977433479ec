/* convolution.h: convolutions with the norm and PReLU that follow them, and the dense block of four. */
#ifndef MBT_COMPILER_LAYERS_CONVOLUTION_H
#define MBT_COMPILER_LAYERS_CONVOLUTION_H

#include "compiler/layers/layer.h"
#include "compiler/layers/norm.h"

/* A convolution, its norm, PReLU. weight: Conv2d [out][in][time][frequency], ConvTranspose2d [in][out][1][3]. */
typedef struct mbt_raw_unit {
    const float *weight, *bias, *slope;
    mbt_raw_norm norm;
} mbt_raw_unit;

typedef struct mbt_raw_dense_block {
    mbt_raw_unit unit[MBT_DENSE_UNITS];
} mbt_raw_dense_block;

/* Walks over the tensors of a unit with C outputs: PREFIX.{0,1,2}. */
bool mbt_unit_walk_tensors(const mbt_walk *walk, const mbt_place *place, const char *prefix, uint64_t in,
                           uint64_t times, uint64_t bins, mbt_raw_unit *unit);

/* Walks over the tensors of dense_block.dense_block.{0,1,2,3} at the place. */
bool mbt_dense_block_walk_tensors(const mbt_walk *walk, const mbt_place *place, mbt_raw_dense_block *block);

/* Folds a unit in the direct form, with `in` inputs and `taps` taps, as the layer PLACE_NAME. */
bool mbt_unit_fold(const mbt_fold *fold, const mbt_place *place, const char *name, const mbt_raw_unit *raw, uint32_t in,
                   uint32_t taps, mbt_unit *unit);

/* Folds a dense block as the layers PLACE_dense_block_{0,1,2,3}, in the form that the storage asks for. */
bool mbt_dense_block_fold(const mbt_fold *fold, const mbt_place *place, const mbt_raw_dense_block *raw,
                          mbt_dense_block *block);

/* Folds the norm of a causal network, and with it the bias, into the unit's weights. InstanceNorm removes the bias, so
 * there it is dropped. */
void mbt_unit_fold_norm(const mbt_place *place, const mbt_raw_unit *raw, mbt_weights *weights);

/* Packs the gain and offset of the norm and the slope of a PReLU, each [C], as arrays PREFIX_{gain,offset,slope}. */
bool mbt_unit_pack(const mbt_fold *fold, const mbt_place *place, const char *prefix, const mbt_raw_unit *raw,
                   const float **gain, const float **offset, const float **slope);

/* Writes the fields of an mbt_unit, on lines that begin with indent. */
void mbt_unit_write(const mbt_c_file *out, const char *indent, const mbt_unit *unit);

/* Writes the field dense_block. */
void mbt_dense_block_write(const mbt_c_file *out, const mbt_dense_block *block);

/* Multiply-adds of a dense block for one position: 3 x 3 convolutions from C, 2 C, 3 C and 4 C channels to C. */
double mbt_dense_block_macs(const mbt_config *config);

/* A dense block's entries in layer_names. */
#define MBT_DENSE_BLOCK_NAMES "dense_block_0", "dense_block_1", "dense_block_2", "dense_block_3"

#endif
