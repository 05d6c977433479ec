/* scalar.h: the opcodes that push numbers and text. For pickle.c only. */
#ifndef MBT_COMPILER_READ_PICKLE_SCALAR_H
#define MBT_COMPILER_READ_PICKLE_SCALAR_H

#include "compiler/read/pickle/machine.h"

bool mbt_pickle_op_none(mbt_pickle_machine *m);
bool mbt_pickle_op_true(mbt_pickle_machine *m);
bool mbt_pickle_op_false(mbt_pickle_machine *m);
bool mbt_pickle_op_int1(mbt_pickle_machine *m);
bool mbt_pickle_op_int2(mbt_pickle_machine *m);
bool mbt_pickle_op_int4(mbt_pickle_machine *m);
bool mbt_pickle_op_long1(mbt_pickle_machine *m);
bool mbt_pickle_op_long4(mbt_pickle_machine *m);
bool mbt_pickle_op_float(mbt_pickle_machine *m);
bool mbt_pickle_op_text1(mbt_pickle_machine *m);
bool mbt_pickle_op_text4(mbt_pickle_machine *m);
bool mbt_pickle_op_text8(mbt_pickle_machine *m);

#endif
