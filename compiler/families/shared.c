/* shared.c: the modules that several families use: MambAttention's encoder, decoders and attention,
 * and Mamba along each axis. */
#include "compiler/families/family.h"

const mbt_module mbt_module_encoder = {
    .type = &mbt_layer_encoder, .tensors = "dense_encoder", .name = "encoder", .label = "encoder"};

const mbt_module mbt_module_mask_decoder = {
    .type = &mbt_layer_mask_decoder, .tensors = "mask_decoder", .name = "mask_decoder", .label = "mask decoder"};

const mbt_module mbt_module_phase_decoder = {
    .type = &mbt_layer_phase_decoder, .tensors = "phase_decoder", .name = "phase_decoder", .label = "phase decoder"};

/* One attention for both axes. */
const mbt_module mbt_module_attention = {.type = &mbt_layer_attention,
                                         .tensors = "attention",
                                         .name = "attention",
                                         .label = "attention",
                                         .axes = MBT_ALONG_TIME | MBT_ALONG_FREQUENCY,
                                         .heads = MBT_ATTENTION_HEADS};

const mbt_module mbt_module_time_mamba = {.type = &mbt_layer_bimamba,
                                          .tensors = "time_mamba",
                                          .joining = "tlinear",
                                          .name = "time",
                                          .label = "time mamba",
                                          .axes = MBT_ALONG_TIME};

const mbt_module mbt_module_frequency_mamba = {.type = &mbt_layer_bimamba,
                                               .tensors = "freq_mamba",
                                               .joining = "flinear",
                                               .name = "frequency",
                                               .label = "frequency mamba",
                                               .axes = MBT_ALONG_FREQUENCY};
