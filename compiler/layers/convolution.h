/* convolution.h: convolutions with the InstanceNorm2d and PReLU that follow them, and the dense block of four. */
#ifndef MBT_COMPILER_LAYERS_CONVOLUTION_H
#define MBT_COMPILER_LAYERS_CONVOLUTION_H

#include "compiler/layers/layer.h"

/* A convolution, InstanceNorm2d, PReLU. weight: Conv2d [out][in][time][frequency], ConvTranspose2d [in][out][1][3]. */
typedef struct mbt_raw_unit {
    const float *weight, *bias, *gain, *offset, *slope;
} mbt_raw_unit;

typedef struct mbt_raw_dense_block {
    mbt_raw_unit unit[MBT_DENSE_UNITS];
} mbt_raw_dense_block;

/* Walks over the tensors of a unit with C outputs: PREFIX.{0,1,2}. */
bool mbt_unit_walk_tensors(const mbt_walk *walk, const char *prefix, uint64_t in, uint64_t times, uint64_t bins,
                           mbt_raw_unit *unit);

/* Walks over the tensors of PREFIX.dense_block.dense_block.{0,1,2,3}. */
bool mbt_dense_block_walk_tensors(const mbt_walk *walk, const char *prefix, mbt_raw_dense_block *block);

/* Folds a unit in the direct form, with `in` inputs and `taps` taps, as the layer PREFIX_NAME. */
bool mbt_unit_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix, const char *name,
                   const mbt_raw_unit *raw, uint32_t in, uint32_t taps, mbt_unit *unit);

/* Folds a dense block as the layers PREFIX_dense_block_{0,1,2,3}, in the form that the storage asks for. */
bool mbt_dense_block_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix,
                          const mbt_raw_dense_block *raw, mbt_dense_block *block);

/* Packs the gain and offset of an InstanceNorm and the slope of a PReLU, each [C], as arrays
 * PREFIX_{gain,offset,slope}. */
bool mbt_norm_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix, const mbt_raw_unit *raw,
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
