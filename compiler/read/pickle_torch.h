/* pickle_torch.h: the globals that a pickle may name, and what is built from them. For pickle.c only. */
#ifndef MBT_COMPILER_READ_PICKLE_TORCH_H
#define MBT_COMPILER_READ_PICKLE_TORCH_H

#include "compiler/read/pickle.h"

/* The entry in the list of allowed globals, or NULL with error set. The names need not end in 0. */
const struct mbt_pickle_global *mbt_pickle_find_global(const char *module, size_t module_size, const char *name,
                                                       size_t name_size, mbt_error *error);

/* The value that callable(*arguments) describes, or NULL with error set. Nothing is called. */
mbt_pickle_value *mbt_pickle_reduce(mbt_pickle *pickle, const mbt_pickle_value *callable,
                                    const mbt_pickle_value *arguments, mbt_error *error);

/* The storage that a persistent id ('storage', type, key, location, count) stands for, or NULL with error set. */
mbt_pickle_value *mbt_pickle_persistent(mbt_pickle *pickle, const mbt_pickle_value *id, mbt_error *error);

#endif
