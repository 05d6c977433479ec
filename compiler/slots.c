/* slots.c: passes one tensor of a network to a visitor. */
#include "compiler/slots.h"

#include <stdarg.h>
#include <stdio.h>

bool mbt_walk_tensor(const mbt_walk *walk, const float **data, mbt_role role, uint64_t fan_in, const uint64_t *shape,
                     const char *name, ...)
{
    mbt_slot slot = {.role = role, .fan_in = fan_in, .data = data};
    for (; slot.dims < MBT_SLOT_DIMS && shape[slot.dims] != 0; slot.dims++)
        slot.shape[slot.dims] = shape[slot.dims];
    va_list arguments;
    va_start(arguments, name);
    vsnprintf(slot.name, sizeof slot.name, name, arguments);
    va_end(arguments);
    return walk->visitor(walk->cookie, &slot, walk->error);
}

bool mbt_walk_vector(const mbt_walk *walk, const float **data, mbt_role role, uint64_t count, const char *prefix,
                     const char *name)
{
    return mbt_walk_tensor(walk, data, role, 0, MBT_SHAPE(count), "%s.%s", prefix, name);
}

bool mbt_slot_is_trained(const mbt_slot *slot)
{
    return slot->role != MBT_ROLE_MEAN && slot->role != MBT_ROLE_VARIANCE && slot->role != MBT_ROLE_COUNT;
}

double mbt_slot_count(const mbt_slot *slot)
{
    double count = 1;
    for (uint32_t i = 0; i < slot->dims; i++)
        count *= (double)slot->shape[i];
    return count;
}
