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

/* The tensors of a unit of C outputs named PREFIX.{0,1,2}. */
bool mbt_unit_walk_tensors(const mbt_walk *walk, const char *prefix, uint64_t in, uint64_t times, uint64_t bins,
                           mbt_raw_unit *unit);

/* The tensors of PREFIX.dense_block.dense_block.{0,1,2,3}. */
bool mbt_dense_block_walk_tensors(const mbt_walk *walk, const char *prefix, mbt_raw_dense_block *block);

/* A unit in the direct form, with `in` inputs and `taps` taps: the layer PREFIX_NAME. */
bool mbt_unit_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix, const char *name,
                   const mbt_raw_unit *raw, uint32_t in, uint32_t taps, mbt_unit *unit);

/* The layers PREFIX_dense_block_{0,1,2,3}, in the form that the storage asks for. */
bool mbt_dense_block_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix,
                          const mbt_raw_dense_block *raw, mbt_dense_block *block);

/* Gain and offset of an InstanceNorm, slope of a PReLU, each [C]: arrays PREFIX_{gain,offset,slope}. */
bool mbt_norm_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix, const mbt_raw_unit *raw,
                   const float **gain, const float **offset, const float **slope);

/* The fields of an mbt_unit, on lines that begin with indent. */
void mbt_unit_write(const mbt_c_file *out, const char *indent, const mbt_unit *unit);

/* The field dense_block. */
void mbt_dense_block_write(const mbt_c_file *out, const mbt_dense_block *block);

/* Multiply-adds of a dense block at a position: 3 x 3 convolutions from C, 2 C, 3 C and 4 C channels to C. */
double mbt_dense_block_macs(const mbt_config *config);

/* The layer_names of a dense block. */
#define MBT_DENSE_BLOCK_NAMES "dense_block_0", "dense_block_1", "dense_block_2", "dense_block_3"

#endif
