/* precision.c: names and sizes of the types. */
#include "compiler/storage/precision.h"

#include <stdint.h>
#include <string.h>

#define TYPES 3u

static const struct {
    const char *name;
    size_t size;
} types[TYPES] = {
    [MBT_WEIGHT_F32] = {"f32", sizeof(float)},
    [MBT_WEIGHT_F16] = {"f16", sizeof(uint16_t)},
    [MBT_WEIGHT_I8] = {"int8", sizeof(int8_t)},
};

const char *mbt_precision_name(mbt_weight_type type)
{
    return types[type].name;
}

bool mbt_precision_parse(const char *text, mbt_weight_type *type)
{
    for (unsigned i = 0; i < TYPES; i++) {
        if (strcmp(text, types[i].name) == 0) {
            *type = (mbt_weight_type)i;
            return true;
        }
    }
    return false;
}

size_t mbt_precision_size(mbt_weight_type type)
{
    return types[type].size;
}
