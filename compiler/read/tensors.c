/* tensors.c: the list of named tensors, filled from storages with strides. */
#include "compiler/read/tensors.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Far more than any network here has (about 60 for each block). The search for a name is linear, and this keeps it
 * short. */
#define MAX_TENSORS 16384u

/* Computes the product of the shape. False if so many floats would not fit half of the address space. */
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
        if (shape[i] > limit / *count)
            return false;
        *count *= shape[i];
    }
    return true;
}

static bool make_room(mbt_tensors *tensors)
{
    if (tensors->count < tensors->capacity)
        return true;
    const size_t capacity = tensors->capacity == 0 ? 64 : 2 * tensors->capacity;
    mbt_tensor *list = realloc(tensors->list, capacity * sizeof *list);
    if (list == NULL)
        return false;
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
        mbt_fail(error, "tensor '%.200s' is given twice", name);
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
    *tensor = (mbt_tensor){.name = name_copy, .dims = dims, .count = count, .element = MBT_ELEMENT_F32, .data = data};
    for (uint32_t i = 0; i < dims; ++i)
        tensor->shape[i] = shape[i];
    return tensor;
}

bool mbt_tensors_add_object(mbt_tensors *tensors, const char *name, const char *object, mbt_error *error)
{
    const uint64_t none[] = {0};
    mbt_tensor *tensor = mbt_tensors_add(tensors, name, none, 1, error);
    const size_t size = strlen(object) + 1;
    if (tensor == NULL)
        return false;
    tensor->used = true;
    tensor->object = malloc(size);
    if (tensor->object == NULL)
        return mbt_fail(error, "out of memory for '%.200s'", name);
    memcpy(tensor->object, object, size);
    return true;
}

/* Whether the largest index that the tensor reaches, offset + sum (shape - 1) stride, is below count. The tensor must
 * have elements. */
static bool index_in_bounds(const mbt_tensor *tensor, uint64_t count, uint64_t offset, const uint64_t *strides)
{
    if (offset >= count)
        return false;
    uint64_t room = count - 1 - offset;
    for (uint32_t i = 0; i < tensor->dims; ++i) {
        const uint64_t steps = tensor->shape[i] - 1;
        if (steps != 0 && strides[i] > room / steps)
            return false;
        room -= steps * strides[i];
    }
    return true;
}

static bool fill_element(mbt_tensor *tensor, uint64_t i, mbt_element element, const uint8_t *bytes, mbt_error *error)
{
    const float value = mbt_element_read(element, bytes);
    if (!isfinite(value)) {
        return mbt_fail(error, "tensor '%.200s': element %" PRIu64 " is %s; every value must be a finite float",
                        tensor->name, i, isnan(value) ? "NaN" : "infinite or beyond the range of float");
    }
    tensor->data[i] = value;
    return true;
}

bool mbt_tensor_fill(mbt_tensor *tensor, mbt_element element, const uint8_t *bytes, uint64_t count, uint64_t offset,
                     const uint64_t *strides, mbt_error *error)
{
    uint64_t own[MBT_TENSOR_DIMS] = {0};
    uint64_t index[MBT_TENSOR_DIMS] = {0};
    tensor->element = element;
    if (tensor->count == 0)
        return true;
    if (strides == NULL) {
        uint64_t stride = 1;
        for (uint32_t i = tensor->dims; i-- > 0;) {
            own[i] = stride;
            stride *= tensor->shape[i];
        }
        strides = own;
    }
    if (!index_in_bounds(tensor, count, offset, strides)) {
        return mbt_fail(error, "tensor '%.200s' reaches beyond its storage of %" PRIu64 " elements", tensor->name,
                        count);
    }
    const size_t size = mbt_element_size(element);
    uint64_t at = offset;
    for (uint64_t i = 0; i < tensor->count; ++i) {
        if (!fill_element(tensor, i, element, bytes + at * size, error))
            return false;
        for (uint32_t d = tensor->dims; d-- > 0;) { /* moves to the next position, last dimension fastest */
            at += strides[d];
            if (++index[d] < tensor->shape[d])
                break;
            at -= strides[d] * tensor->shape[d];
            index[d] = 0;
        }
    }
    return true;
}

mbt_tensor *mbt_tensors_find(const mbt_tensors *tensors, const char *name)
{
    for (size_t i = 0; i < tensors->count; ++i)
        if (strcmp(tensors->list[i].name, name) == 0)
            return &tensors->list[i];
    return NULL;
}

const mbt_tensor *mbt_tensors_unused(const mbt_tensors *tensors)
{
    for (size_t i = 0; i < tensors->count; ++i)
        if (!tensors->list[i].used)
            return &tensors->list[i];
    return NULL;
}

static void free_tensor(mbt_tensor *tensor)
{
    free(tensor->name);
    free(tensor->data);
    free(tensor->object);
}

void mbt_tensors_remove(mbt_tensors *tensors, mbt_tensor *tensor)
{
    const size_t after = (size_t)(tensors->list + tensors->count - (tensor + 1));
    free_tensor(tensor);
    memmove(tensor, tensor + 1, after * sizeof *tensor);
    tensors->count--;
}

void mbt_tensors_free(mbt_tensors *tensors)
{
    for (size_t i = 0; i < tensors->count; ++i)
        free_tensor(&tensors->list[i]);
    free(tensors->list);
    *tensors = (mbt_tensors){0};
}
