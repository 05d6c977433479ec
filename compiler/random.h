/* random.h: random weights for any configuration. */
#ifndef MBT_COMPILER_RANDOM_H
#define MBT_COMPILER_RANDOM_H

#include "compiler/families/family.h"

/* Fills empty tensors with a checkpoint for the configuration and family: the published names and shapes, every number
 * away from its neutral value, so that nothing can be left out unnoticed. The same seed gives the same bits on every
 * machine. On failure tensors is empty. */
bool mbt_random_weights(const mbt_config *config, const mbt_family *family, uint64_t seed, mbt_tensors *tensors,
                        mbt_error *error);

#endif
