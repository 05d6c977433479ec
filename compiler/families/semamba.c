/* semamba.c: SEMamba (arXiv 2405.06573), which is MambAttention without attention. */
#include "compiler/families/family.h"

static const mbt_module *const layers[] = {&mbt_module_time_mamba, &mbt_module_frequency_mamba, NULL};

const mbt_family mbt_family_semamba = {.name = "semamba",
                                       .blocks = "TSMamba",
                                       .mark = "TSMamba.",
                                       .encoder = &mbt_module_encoder,
                                       .mask_decoder = &mbt_module_mask_decoder,
                                       .phase_decoder = &mbt_module_phase_decoder,
                                       .in_block = layers};
