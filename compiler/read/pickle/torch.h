/* torch.h: the globals that are known, and what they build. For object.c only. */
#ifndef MBT_COMPILER_READ_PICKLE_TORCH_H
#define MBT_COMPILER_READ_PICKLE_TORCH_H

#include "compiler/read/pickle/pickle.h"

/* The entry of the list, or NULL: nothing known. The names need not end in 0. */
const struct mbt_pickle_global *mbt_pickle_find_global(const char *module, size_t module_size, const char *name,
                                                       size_t name_size);

/* What callable(*arguments) builds, or NULL with error set. Of an object it is that object, whatever the arguments:
 * nothing is known of either. */
mbt_pickle_value *mbt_pickle_reduce(mbt_pickle *pickle, mbt_pickle_value *callable, const mbt_pickle_value *arguments,
                                    mbt_error *error);

/* The storage that a persistent id ('storage', type, key, location, count) stands for, or NULL with error set. Of a
 * type that is not known it is an object. */
mbt_pickle_value *mbt_pickle_persistent(mbt_pickle *pickle, const mbt_pickle_value *id, mbt_error *error);

#endif
