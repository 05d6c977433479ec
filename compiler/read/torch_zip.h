/* torch_zip.h: the zip archive that torch.save writes. data.pkl describes the tensors; other entries hold their
 * storages. */
#ifndef MBT_COMPILER_READ_TORCH_ZIP_H
#define MBT_COMPILER_READ_TORCH_ZIP_H

#include <stddef.h>

#include "compiler/error.h"
#include "compiler/read/pickle/pickle.h"
#include "compiler/read/tensors.h"

typedef struct mbt_torch_zip mbt_torch_zip;

/* Opens an archive in memory and reads its pickle. The memory must outlive the archive. NULL, with error set, on
 * failure. */
mbt_torch_zip *mbt_torch_zip_open(const void *bytes, size_t size, mbt_error *error);

/* The value that was saved. */
mbt_pickle_value *mbt_torch_zip_root(const mbt_torch_zip *archive);

/* Adds the tensor that value (an MBT_PICKLE_TENSOR of this archive) describes, with its name (an MBT_PICKLE_STRING).
 * Its storage is read unless an earlier tensor needed it. */
bool mbt_torch_zip_add(mbt_torch_zip *archive, const mbt_pickle_value *name, const mbt_pickle_value *value,
                       mbt_tensors *tensors, mbt_error *error);

/* archive may be NULL. */
void mbt_torch_zip_close(mbt_torch_zip *archive);

#endif
