/* state_dict.h: where in what torch.save wrote the network's tensors are. */
#ifndef MBT_COMPILER_READ_STATE_DICT_H
#define MBT_COMPILER_READ_STATE_DICT_H

#include "compiler/read/pickle/pickle.h"

typedef struct mbt_state_dict {
    const mbt_pickle_value *dict;
    const char *key; /* wanted is what begins with `key.`; NULL: all */
} mbt_state_dict;

/* Finds the dict of tensors below root: under key, or where training scripts put it if key is NULL. key is a name in
 * the file (`net`), names one in another (`state.net`), or what names begin with, or both. */
bool mbt_state_dict_find(mbt_pickle_value *root, const char *key, mbt_state_dict *found, mbt_error *error);

#endif
