/* bind.c: finds each slot's tensor by its name, and checks its shape, its type and its values. */
#include "compiler/bind.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHAPE_TEXT (MBT_TENSOR_DIMS * 22 + 3)

/* "[64, 2, 1, 1]"; "[]" for a scalar. */
static const char *shape_text(const uint64_t *shape, uint32_t dims, char text[SHAPE_TEXT])
{
    size_t used = (size_t)snprintf(text, SHAPE_TEXT, "[");
    for (uint32_t i = 0; i < dims && i < MBT_TENSOR_DIMS; i++)
        used += (size_t)snprintf(text + used, SHAPE_TEXT - used, "%s%" PRIu64, i > 0 ? ", " : "", shape[i]);
    snprintf(text + used, SHAPE_TEXT - used, "]");
    return text;
}

static bool bind_slot(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    char wanted[SHAPE_TEXT], found[SHAPE_TEXT];
    mbt_tensor *tensor = mbt_tensors_find(cookie, slot->name);
    shape_text(slot->shape, slot->dims, wanted);
    if (tensor == NULL)
        return mbt_fail(error, "tensor '%s' is missing; its shape would be %s", slot->name, wanted);
    if (tensor->object != NULL) {
        return mbt_fail(error, "entry '%s' of the checkpoint is no tensor, but an object of %s; save it as a tensor",
                        slot->name, tensor->object);
    }
    if (tensor->dims != slot->dims || memcmp(tensor->shape, slot->shape, slot->dims * sizeof slot->shape[0]) != 0) {
        return mbt_fail(error, "tensor '%s' has shape %s; the configuration asks for %s", slot->name,
                        shape_text(tensor->shape, tensor->dims, found), wanted);
    }
    if (slot->role != MBT_ROLE_COUNT && !mbt_element_is_float(tensor->element)) {
        return mbt_fail(error, "tensor '%s' holds %s; floats are needed", slot->name,
                        mbt_element_name(tensor->element));
    }
    for (uint64_t i = 0; i < tensor->count; i++)
        if (!isfinite(tensor->data[i]))
            return mbt_fail(error, "tensor '%s' holds a value that is not finite (number %" PRIu64 ")", slot->name, i);
    for (uint64_t i = 0; slot->role == MBT_ROLE_VARIANCE && i < tensor->count; i++) {
        if (tensor->data[i] < 0) {
            return mbt_fail(error, "tensor '%s' holds %g (number %" PRIu64 "); a variance is never negative",
                            slot->name, (double)tensor->data[i], i);
        }
    }
    tensor->used = true;
    *slot->data = tensor->data;
    return true;
}

bool mbt_bind(const mbt_parts *parts, mbt_tensors *tensors, mbt_error *error)
{
    if (!mbt_parts_walk_tensors(parts, bind_slot, tensors, error))
        return false;
    const mbt_tensor *unused = mbt_tensors_unused(tensors);
    if (unused != NULL) {
        char found[SHAPE_TEXT];
        return mbt_fail(error,
                        "tensor '%.200s' of shape %s has no place in the network that the configuration describes",
                        unused->name, shape_text(unused->shape, unused->dims, found));
    }
    return true;
}
