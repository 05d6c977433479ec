/* mamba.h: one direction of Mamba: RMSNorm, the selective state space layer, and the residual around them. */
#ifndef MBT_COMPILER_LAYERS_MAMBA_H
#define MBT_COMPILER_LAYERS_MAMBA_H

#include "compiler/layers/layer.h"

typedef struct mbt_raw_mamba {
    const float *a_log, *d;                     /* [E][N], [E] */
    const float *in_proj;                       /* [2 E][C]: u, z */
    const float *conv_weight, *conv_bias;       /* [E][1][d_conv], [E] */
    const float *x_proj;                        /* [dt_rank + 2 N][E]: dt, B, C */
    const float *dt_proj_weight, *dt_proj_bias; /* [E][dt_rank], [E] */
    const float *out_proj;                      /* [C][E] */
    const float *norm_gain;                     /* [C] */
} mbt_raw_mamba;

/* Walks over the tensors of one direction. prefix: the beginning of their names. */
bool mbt_mamba_walk_tensors(const mbt_walk *walk, const char *prefix, mbt_raw_mamba *raw);

/* Folds one direction. prefix: the beginning of the arrays' names. part: [C][C], the rows of the joining layer's
 * weight that act on this direction. */
bool mbt_mamba_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix, const mbt_raw_mamba *raw,
                    const float *part, mbt_mamba *mamba);

/* Writes the fields of an mbt_mamba, on lines that begin with indent. */
void mbt_mamba_write(const mbt_c_file *out, const char *indent, const mbt_mamba *mamba);

/* The entries in layer_names of one direction. */
#define MBT_MAMBA_NAMES(direction) \
    direction "_in_proj", direction "_constants", direction "_x_proj", direction "_dt_proj", direction "_out_proj"

/* Multiply-adds for one position. The scan counts three for each state. */
double mbt_mamba_macs(const mbt_config *config);

#endif
