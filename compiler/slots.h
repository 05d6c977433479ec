/* slots.h: the tensors of a published checkpoint: where each belongs, its name, its shape, and what it is. */
#ifndef MBT_COMPILER_SLOTS_H
#define MBT_COMPILER_SLOTS_H

#include <stdint.h>

#include "compiler/read/config.h"
#include "compiler/error.h"
#include "mambattention/model.h"

#define MBT_SLOT_DIMS 4
#define MBT_SLOT_NAME 128

/* A convolution, InstanceNorm2d, PReLU. weight: Conv2d [out][in][time][frequency], ConvTranspose2d [in][out][1][3]. */
typedef struct mbt_raw_unit {
    const float *weight, *bias, *gain, *offset, *slope;
} mbt_raw_unit;

typedef struct mbt_raw_dense_block {
    mbt_raw_unit unit[MBT_DENSE_UNITS];
} mbt_raw_dense_block;

typedef struct mbt_raw_encoder {
    mbt_raw_unit dense_conv_1, dense_conv_2;
    mbt_raw_dense_block dense_block;
} mbt_raw_encoder;

typedef struct mbt_raw_attention {
    const float *in_weight, *in_bias;   /* [3 C][C], [3 C]: q, k, v */
    const float *out_weight, *out_bias; /* [C][C], [C] */
    const float *norm_gain, *norm_bias; /* [C] */
} mbt_raw_attention;

typedef struct mbt_raw_mamba {
    const float *a_log, *d;                     /* [E][N], [E] */
    const float *in_proj;                       /* [2 E][C]: u, z */
    const float *conv_weight, *conv_bias;       /* [E][1][d_conv], [E] */
    const float *x_proj;                        /* [dt_rank + 2 N][E]: dt, B, C */
    const float *dt_proj_weight, *dt_proj_bias; /* [E][dt_rank], [E] */
    const float *out_proj;                      /* [C][E] */
    const float *norm_gain;                     /* [C] */
} mbt_raw_mamba;

typedef struct mbt_raw_axis {
    mbt_raw_mamba forward, backward;
    const float *linear_weight, *linear_bias; /* ConvTranspose1d [2 C][C][1], [C] */
} mbt_raw_axis;

typedef struct mbt_raw_block {
    mbt_raw_attention attention;
    mbt_raw_axis time, frequency;
} mbt_raw_block;

typedef struct mbt_raw_mask_decoder {
    mbt_raw_dense_block dense_block;
    const float *up_weight, *up_bias;   /* ConvTranspose2d [C][C][1][3], [C] */
    const float *mix_weight, *mix_bias; /* Conv2d [1][C][1][1], [1] */
    const float *gain, *offset, *prelu; /* [1] */
    const float *out_weight, *out_bias; /* Conv2d [1][1][1][1], [1] */
    const float *slope;                 /* [F][1] */
} mbt_raw_mask_decoder;

typedef struct mbt_raw_phase_decoder {
    mbt_raw_dense_block dense_block;
    mbt_raw_unit up;                      /* weight: ConvTranspose2d [C][C][1][3] */
    const float *real_weight, *real_bias; /* Conv2d [1][C][1][1], [1] */
    const float *imaginary_weight, *imaginary_bias;
} mbt_raw_phase_decoder;

/* A network as the checkpoint has it. The pointers are to the tensors' data, which is not owned. */
typedef struct mbt_raw_network {
    mbt_raw_encoder encoder;
    mbt_raw_block *blocks; /* [num_tfmamba], owned */
    mbt_raw_mask_decoder mask_decoder;
    mbt_raw_phase_decoder phase_decoder;
} mbt_raw_network;

/* What a tensor is: decides how random weights fill it. */
typedef enum mbt_role {
    MBT_ROLE_WEIGHT, /* of a linear layer or convolution */
    MBT_ROLE_BIAS,   /* added; neutral at 0 */
    MBT_ROLE_GAIN,   /* multiplied; neutral at 1 */
    MBT_ROLE_PRELU,  /* the slope below zero */
    MBT_ROLE_A_LOG,  /* log of the decay of each state */
    MBT_ROLE_DT_BIAS /* softplus^-1 of the time step */
} mbt_role;

typedef struct mbt_slot {
    char name[MBT_SLOT_NAME];
    uint64_t shape[MBT_SLOT_DIMS];
    uint32_t dims; /* 1 to MBT_SLOT_DIMS */
    mbt_role role;
    uint64_t fan_in;    /* MBT_ROLE_WEIGHT: products summed in an output */
    uint32_t part;      /* see parts.h */
    const float **data; /* the place in the mbt_raw_network */
} mbt_slot;

/* Called for each slot. false, with error set, stops the walk. */
typedef bool mbt_slot_visitor(void *cookie, const mbt_slot *slot, mbt_error *error);

/* Allocates raw->blocks for the configuration. */
bool mbt_raw_network_init(const mbt_config *config, mbt_raw_network *raw, mbt_error *error);

void mbt_raw_network_free(mbt_raw_network *raw);

/* Calls visitor for every tensor that a checkpoint of this configuration holds, in a fixed order. */
bool mbt_slots_visit(const mbt_config *config, mbt_raw_network *raw, mbt_slot_visitor *visitor, void *cookie,
                     mbt_error *error);

/* dt_rank of Mamba: hid_feature / 16, rounded up. */
uint32_t mbt_dt_rank(const mbt_config *config);

#endif
