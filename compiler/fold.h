/* fold.h: from the checkpoint's tensors to the network's layers: what two linear steps do is done by one. Products are
 * computed in double and rounded once. */
#ifndef MBT_COMPILER_FOLD_H
#define MBT_COMPILER_FOLD_H

#include "compiler/network.h"
#include "compiler/slots.h"

/* Fills the encoder, blocks, layers, decoders and arrays of a network whose configuration is set. */
bool mbt_fold(const mbt_raw_network *raw, mbt_network *network, mbt_error *error);

/* Fills network->blocks[block] and network->layers[block]. */
bool mbt_fold_block(const mbt_raw_block *raw, mbt_network *network, uint32_t block, mbt_error *error);

#endif
