/* memory.h: the one block of memory behind an enhancer: where it comes from, and where it goes. */
#ifndef MBT_RUNTIME_SYSTEM_MEMORY_H
#define MBT_RUNTIME_SYSTEM_MEMORY_H

#include "mambattention/mambattention.h"

typedef struct mbt_memory {
    void *block;     /* aligned to MBT_ARENA_ALIGN */
    void *allocated; /* what the allocator gave; NULL for the caller's block */
    mbt_release *release;
    void *cookie;
} mbt_memory;

/* Takes a block of `bytes` as the options have it. MBT_ERROR_MEMORY if there is none, or the caller's is too small or
 * not aligned. */
mbt_status mbt_memory_take(mbt_memory *memory, const mbt_options *options, size_t bytes);

void mbt_memory_give_back(mbt_memory memory);

#endif
