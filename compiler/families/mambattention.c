/* mambattention.c: MambAttention (arXiv 2507.00966) and the two ablations of its paper. The code of the ablations
 * is not published, so the names of the tensors of `unshared` are our choice. */
#include "compiler/families/family.h"

static const mbt_module time_attention = {.type = &mbt_layer_attention,
                                          .tensors = "time_attention",
                                          .name = "time_attention",
                                          .label = "time attention",
                                          .axes = MBT_ALONG_TIME,
                                          .heads = MBT_ATTENTION_HEADS};

static const mbt_module frequency_attention = {.type = &mbt_layer_attention,
                                               .tensors = "freq_attention",
                                               .name = "frequency_attention",
                                               .label = "frequency attention",
                                               .axes = MBT_ALONG_FREQUENCY,
                                               .heads = MBT_ATTENTION_HEADS};

/* One attention for both axes, before Mamba on each. */
static const mbt_module *const shared_before[] = {&mbt_module_attention, &mbt_module_time_mamba,
                                                  &mbt_module_frequency_mamba, NULL};

/* One attention for both axes, after Mamba on each. */
static const mbt_module *const shared_after[] = {&mbt_module_time_mamba, &mbt_module_frequency_mamba,
                                                 &mbt_module_attention, NULL};

/* A separate attention for each axis, before Mamba. */
static const mbt_module *const one_for_each[] = {&time_attention, &frequency_attention, &mbt_module_time_mamba,
                                                 &mbt_module_frequency_mamba, NULL};

const mbt_family mbt_family_mambattention = {.name = "mambattention",
                                             .blocks = "TFMambAttention",
                                             .mark = "TFMambAttention.",
                                             .encoder = &mbt_module_encoder,
                                             .mask_decoder = &mbt_module_mask_decoder,
                                             .phase_decoder = &mbt_module_phase_decoder,
                                             .in_block = shared_before};

/* The tensors have the same names as MambAttention's: only the configuration tells the two families apart. */
const mbt_family mbt_family_after = {.name = "after",
                                     .blocks = "TFMambAttention",
                                     .mark = "TFMambAttention.",
                                     .encoder = &mbt_module_encoder,
                                     .mask_decoder = &mbt_module_mask_decoder,
                                     .phase_decoder = &mbt_module_phase_decoder,
                                     .in_block = shared_after};

const mbt_family mbt_family_unshared = {.name = "unshared",
                                        .blocks = "TFMambAttention",
                                        .mark = "TFMambAttention.0.time_attention.",
                                        .encoder = &mbt_module_encoder,
                                        .mask_decoder = &mbt_module_mask_decoder,
                                        .phase_decoder = &mbt_module_phase_decoder,
                                        .in_block = one_for_each};
