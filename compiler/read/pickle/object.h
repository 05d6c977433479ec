/* object.h: the opcodes that make objects, bytes and sets. For pickle.c only. */
#ifndef MBT_COMPILER_READ_PICKLE_OBJECT_H
#define MBT_COMPILER_READ_PICKLE_OBJECT_H

#include "compiler/read/pickle/machine.h"

bool mbt_pickle_op_global(mbt_pickle_machine *m);
bool mbt_pickle_op_stack_global(mbt_pickle_machine *m);
bool mbt_pickle_op_reduce(mbt_pickle_machine *m);
bool mbt_pickle_op_newobj(mbt_pickle_machine *m);
bool mbt_pickle_op_newobj_ex(mbt_pickle_machine *m);
bool mbt_pickle_op_build(mbt_pickle_machine *m);
bool mbt_pickle_op_persid(mbt_pickle_machine *m);
bool mbt_pickle_op_bytes1(mbt_pickle_machine *m);
bool mbt_pickle_op_bytes4(mbt_pickle_machine *m);
bool mbt_pickle_op_bytes8(mbt_pickle_machine *m);
bool mbt_pickle_op_bytearray8(mbt_pickle_machine *m);
bool mbt_pickle_op_set(mbt_pickle_machine *m);
bool mbt_pickle_op_frozenset(mbt_pickle_machine *m);

#endif
