/* bind.h: puts the tensors of a checkpoint into the network's slots. */
#ifndef MBT_COMPILER_BIND_H
#define MBT_COMPILER_BIND_H

#include "compiler/slots.h"
#include "compiler/read/tensors.h"

/* Fills raw (from mbt_raw_network_init) with pointers into tensors, which must outlive it. Fails, naming the tensor, if
 * one is missing, has another shape than the configuration asks, holds integers or a value that is not finite, or is
 * left over; and, naming the family, if the checkpoint is of a relative of the network. */
bool mbt_bind(const mbt_config *config, mbt_tensors *tensors, mbt_raw_network *raw, mbt_error *error);

#endif
