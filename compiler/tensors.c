/* tensors.c: the list of named tensors that a checkpoint becomes. */
#include "tensors.h"

#include <stdlib.h>
#include <string.h>

/* Far above what any network here has (about 60 a block); keeps the search for names, linear as it is, short. */
#define MAX_TENSORS 16384u

/* Product of the shape; false if its bytes as floats would not fit into half of the address space. */
static bool count_elements(const uint64_t *shape, uint32_t dims, uint64_t *count)
{
    const uint64_t limit = PTRDIFF_MAX / sizeof(float);
    *count = 1;
    for (uint32_t i = 0; i < dims; ++i) {
        if (shape[i] == 0) {
            *count = 0;
            return true;
        }
    }
    for (uint32_t i = 0; i < dims; ++i) {
        if (shape[i] > limit / *count) {
            return false;
        }
        *count *= shape[i];
    }
    return true;
}

static bool make_room(mbt_tensors *tensors)
{
    if (tensors->count < tensors->capacity) {
        return true;
    }
    const size_t capacity = tensors->capacity == 0 ? 64 : 2 * tensors->capacity;
    mbt_tensor *list = realloc(tensors->list, capacity * sizeof *list);
    if (list == NULL) {
        return false;
    }
    tensors->list = list;
    tensors->capacity = capacity;
    return true;
}

mbt_tensor *mbt_tensors_add(mbt_tensors *tensors, const char *name, const uint64_t *shape, uint32_t dims,
                            mbt_error *error)
{
    uint64_t count = 0;
    if (dims > MBT_TENSOR_DIMS) {
        mbt_fail(error, "tensor '%.200s' has %u dimensions; at most %d are known", name, dims, MBT_TENSOR_DIMS);
        return NULL;
    }
    if (!count_elements(shape, dims, &count)) {
        mbt_fail(error, "tensor '%.200s' is larger than memory", name);
        return NULL;
    }
    if (mbt_tensors_find(tensors, name) != NULL) {
        mbt_fail(error, "tensor '%.200s' is there twice", name);
        return NULL;
    }
    if (tensors->count == MAX_TENSORS) {
        mbt_fail(error, "more than %u tensors", MAX_TENSORS);
        return NULL;
    }
    const size_t name_size = strlen(name) + 1;
    char *name_copy = malloc(name_size);
    float *data = calloc(count != 0 ? (size_t)count : 1, sizeof *data);
    if (name_copy == NULL || data == NULL || !make_room(tensors)) {
        free(name_copy);
        free(data);
        mbt_fail(error, "out of memory for tensor '%.200s'", name);
        return NULL;
    }
    memcpy(name_copy, name, name_size);
    mbt_tensor *tensor = &tensors->list[tensors->count++];
    *tensor = (mbt_tensor){.name = name_copy, .dims = dims, .count = count, .data = data};
    for (uint32_t i = 0; i < dims; ++i) {
        tensor->shape[i] = shape[i];
    }
    return tensor;
}

mbt_tensor *mbt_tensors_find(const mbt_tensors *tensors, const char *name)
{
    for (size_t i = 0; i < tensors->count; ++i) {
        if (strcmp(tensors->list[i].name, name) == 0) {
            return &tensors->list[i];
        }
    }
    return NULL;
}

const mbt_tensor *mbt_tensors_unused(const mbt_tensors *tensors)
{
    for (size_t i = 0; i < tensors->count; ++i) {
        if (!tensors->list[i].used) {
            return &tensors->list[i];
        }
    }
    return NULL;
}

void mbt_tensors_free(mbt_tensors *tensors)
{
    for (size_t i = 0; i < tensors->count; ++i) {
        free(tensors->list[i].name);
        free(tensors->list[i].data);
    }
    free(tensors->list);
    *tensors = (mbt_tensors){0};
}
