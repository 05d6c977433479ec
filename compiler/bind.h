/* bind.h: puts the tensors of a checkpoint into the network's slots. */
#ifndef MBT_COMPILER_BIND_H
#define MBT_COMPILER_BIND_H

#include "compiler/parts.h"
#include "compiler/read/tensors.h"

/* Fills the parts with pointers into tensors, which must outlive them. Fails, naming
 * the tensor, if one is missing, has another shape than the configuration asks, holds integers or a value that is not
 * finite, or is left over. */
bool mbt_bind(const mbt_parts *parts, mbt_tensors *tensors, mbt_error *error);

#endif
