/* damaged_checkpoint.h: what reading a damaged checkpoint may come to: an error, or tensors of finite numbers. */
#ifndef MBT_TESTS_UNIT_COMPILER_DAMAGED_CHECKPOINT_H
#define MBT_TESTS_UNIT_COMPILER_DAMAGED_CHECKPOINT_H

#include <math.h>

#include "tests/unit/unit.h"

static inline void check_finite(const mbt_tensors *tensors)
{
    for (size_t i = 0; i < tensors->count; ++i)
        for (uint64_t k = 0; k < tensors->list[i].count; ++k)
            ck_assert(isfinite(tensors->list[i].data[k]));
}

/* Whatever the bytes: tensors without a word, or a word and no tensors. Returns whether it was tensors. */
static inline bool read_damaged(unit_bytes bytes)
{
    mbt_tensors tensors;
    mbt_error error = {""};
    const bool done = mbt_checkpoint_read(bytes.data, bytes.size, "damaged", NULL, &tensors, &error);
    ck_assert(done == (error.text[0] == '\0'));
    ck_assert(done || tensors.list == NULL);
    check_finite(&tensors);
    mbt_tensors_free(&tensors);
    return done;
}

#endif
