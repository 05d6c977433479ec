/* random.h: random weights for any configuration, for measurements and tests. */
#ifndef MBT_COMPILER_RANDOM_H
#define MBT_COMPILER_RANDOM_H

#include "compiler/families/family.h"

/* Fills empty tensors with a checkpoint for the configuration and the family, with the published names and shapes. No
 * number has its neutral value (0 for a bias, 1 for a gain), so a layer that ignores it gives a wrong result. The
 * same seed gives the same bits on every machine. On failure tensors is empty. */
bool mbt_random_weights(const mbt_config *config, const mbt_family *family, uint64_t seed, mbt_tensors *tensors,
                        mbt_error *error);

#endif
