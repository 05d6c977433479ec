/* tensors.h: a checkpoint in memory: named tensors of floats. */
#ifndef MBT_COMPILER_READ_TENSORS_H
#define MBT_COMPILER_READ_TENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/read/elements.h"
#include "compiler/error.h"

#define MBT_TENSOR_DIMS 8

typedef struct mbt_tensor {
    char *name;
    uint32_t dims; /* 0 for a scalar */
    uint64_t shape[MBT_TENSOR_DIMS];
    uint64_t count;      /* product of shape */
    mbt_element element; /* type of the numbers in the file */
    float *data;         /* [count], row-major; the type and the strides of the file do not matter */
    char *object;        /* NULL; or the entry of this name is no tensor, but made with this. Then count is 0 */
    bool used;           /* set when a part of the network takes the tensor; see mbt_tensors_unused */
} mbt_tensor;

typedef struct mbt_tensors {
    mbt_tensor *list; /* in the order of the file; names are unique */
    size_t count, capacity;
} mbt_tensors;

/* Adds a tensor of type float32: copies name and shape, and allocates data (zeros) for the caller to fill. NULL, with
 * error set, if the name is there already, if there are too many tensors or dimensions, if the size overflows, or if
 * memory runs out. The pointer is valid until the next call. */
mbt_tensor *mbt_tensors_add(mbt_tensors *tensors, const char *name, const uint64_t *shape, uint32_t dims,
                            mbt_error *error);

/* Fills tensor->data from row-major elements, and sets tensor->element. count: number of elements at bytes. offset:
 * index of the first one. strides: [dims] in elements, or NULL if contiguous. False if an index is outside of [0,
 * count), or if a value is NaN, infinite or beyond the range of float; the error names the tensor. */
bool mbt_tensor_fill(mbt_tensor *tensor, mbt_element element, const uint8_t *bytes, uint64_t count, uint64_t offset,
                     const uint64_t *strides, mbt_error *error);

/* The tensor of that name, or NULL. */
mbt_tensor *mbt_tensors_find(const mbt_tensors *tensors, const char *name);

/* Adds an entry that is no tensor, so that whoever needs one of that name learns what is there; it counts as used. */
bool mbt_tensors_add_object(mbt_tensors *tensors, const char *name, const char *object, mbt_error *error);

/* Takes tensor out of the list. */
void mbt_tensors_remove(mbt_tensors *tensors, mbt_tensor *tensor);

/* The first tensor that is not used, or NULL. */
const mbt_tensor *mbt_tensors_unused(const mbt_tensors *tensors);

void mbt_tensors_free(mbt_tensors *tensors);

/* Reads a checkpoint from memory: a torch.save zip archive or a safetensors file, distinguished by their first bytes.
 * The weights are under key: the name of a dict in the file (`net`, `state.net`), or what names begin with. key NULL:
 * they are at the top level or under `generator`, `state_dict` or `model`. Names come without the prefixes that torch's
 * wrappers put before them. path: used in messages only. On failure tensors is empty. */
bool mbt_checkpoint_read(const void *bytes, size_t size, const char *path, const char *key, mbt_tensors *tensors,
                         mbt_error *error);

#endif
