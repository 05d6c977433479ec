/* arrays.c: the list of arrays. */
#include "compiler/storage/arrays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/storage/precision.h"

#define ALIGNMENT 64u

static bool grow(mbt_arrays *arrays)
{
    if (arrays->count < arrays->capacity)
        return true;
    const size_t capacity = arrays->capacity == 0 ? 256 : 2 * arrays->capacity;
    mbt_array *list = realloc(arrays->list, capacity * sizeof *list);
    if (list == NULL)
        return false;
    arrays->list = list;
    arrays->capacity = capacity;
    return true;
}

mbt_array *mbt_arrays_add(mbt_arrays *arrays, const char *layer, const char *prefix, const char *name,
                          mbt_weight_type type, size_t count, mbt_error *error)
{
    void *data = NULL;
    const size_t size = mbt_precision_size(type);
    if (count <= (SIZE_MAX - ALIGNMENT) / size && grow(arrays)) {
        const size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        data = aligned_alloc(ALIGNMENT, bytes);
        if (data != NULL)
            memset(data, 0, bytes);
    }
    if (data == NULL) {
        mbt_fail(error, "out of memory for %s_%s, %zu numbers", prefix, name, count);
        return NULL;
    }
    mbt_array *array = &arrays->list[arrays->count++];
    *array = (mbt_array){.type = type, .data = data, .count = count};
    snprintf(array->name, sizeof array->name, "%s_%s", prefix, name);
    snprintf(array->layer, sizeof array->layer, "%s", layer);
    arrays->bytes += count * size;
    return array;
}

float *mbt_arrays_add_floats(mbt_arrays *arrays, const char *prefix, const char *name, size_t count, mbt_error *error)
{
    mbt_array *array = mbt_arrays_add(arrays, "", prefix, name, MBT_WEIGHT_F32, count, error);
    return array != NULL ? array->data : NULL;
}

const float *mbt_arrays_zeros(mbt_arrays *arrays, size_t count, mbt_error *error)
{
    char number[24], name[MBT_ARRAY_NAME];
    snprintf(number, sizeof number, "%zu", count);
    snprintf(name, sizeof name, "zeros_%s", number);
    for (size_t i = 0; i < arrays->count; i++)
        if (strcmp(arrays->list[i].name, name) == 0)
            return arrays->list[i].data;
    return mbt_arrays_add_floats(arrays, "zeros", number, count, error);
}

const mbt_array *mbt_arrays_find(const mbt_arrays *arrays, const void *data)
{
    for (size_t i = 0; i < arrays->count; i++)
        if (arrays->list[i].data == data)
            return &arrays->list[i];
    return NULL;
}

void mbt_arrays_free(mbt_arrays *arrays)
{
    for (size_t i = 0; i < arrays->count; i++)
        free(arrays->list[i].data);
    free(arrays->list);
    *arrays = (mbt_arrays){0};
}
