/* causal.c: MambAttention that knows the past only, for streams: BatchNorm2d in place of InstanceNorm2d, attention to
 * the last frames, Mamba forward along time. */
#include "compiler/families/family.h"

static const mbt_module time_mamba = {.type = &mbt_layer_forward_mamba,
                                      .tensors = "time_mamba",
                                      .joining = "tlinear",
                                      .name = "time",
                                      .label = "time mamba",
                                      .axes = MBT_ALONG_TIME};

static const mbt_module *const layers[] = {&mbt_module_attention, &time_mamba, &mbt_module_frequency_mamba, NULL};

/* Its blocks have MambAttention's names. The statistics of a norm are what MambAttention has not. */
const mbt_family mbt_family_causal = {.name = "causal",
                                      .blocks = "TFMambAttention",
                                      .mark = "dense_encoder.dense_conv_1.1.running_mean",
                                      .causal = true,
                                      .encoder = &mbt_module_encoder,
                                      .mask_decoder = &mbt_module_mask_decoder,
                                      .phase_decoder = &mbt_module_phase_decoder,
                                      .in_block = layers};
