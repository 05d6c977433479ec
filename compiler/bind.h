/* bind.h: assigns the tensors of a checkpoint to the network's slots. */
#ifndef MBT_COMPILER_BIND_H
#define MBT_COMPILER_BIND_H

#include "compiler/parts.h"
#include "compiler/read/tensors.h"

/* Fills the parts with pointers into tensors, which must outlive them. Fails if a tensor is missing, is left over,
 * has another shape than the configuration asks for, or holds integers or a value that is not finite. The error names
 * the tensor. */
bool mbt_bind(const mbt_parts *parts, mbt_tensors *tensors, mbt_error *error);

#endif
