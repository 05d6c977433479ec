/* value.h: allocates values while a pickle is read. For the other files of the pickle machine only. */
#ifndef MBT_COMPILER_READ_PICKLE_VALUE_H
#define MBT_COMPILER_READ_PICKLE_VALUE_H

#include "compiler/read/pickle/pickle.h"

/* A new zeroed value. NULL, with error set, when the pickle may use no more memory. */
mbt_pickle_value *mbt_pickle_new(mbt_pickle *pickle, mbt_pickle_kind kind, mbt_error *error);

/* An object made with module.name, both of which must outlive the pickle; or NULL with error set. */
mbt_pickle_value *mbt_pickle_new_object(mbt_pickle *pickle, const mbt_pickle_object *made_with, mbt_error *error);

/* Zeroed memory that lives as long as the pickle, or NULL with error set. */
void *mbt_pickle_allocate(mbt_pickle *pickle, size_t size, mbt_error *error);

#endif
