/* memory.h: gets and releases the one block of memory that an enhancer uses. */
#ifndef MBT_RUNTIME_SYSTEM_MEMORY_H
#define MBT_RUNTIME_SYSTEM_MEMORY_H

#include "mambattention/mambattention.h"

typedef struct mbt_memory {
    void *block;     /* aligned to MBT_ARENA_ALIGN */
    void *allocated; /* what the allocator returned; NULL for the caller's block */
    mbt_release *release;
    void *cookie;
} mbt_memory;

/* Gets a block of `bytes` bytes from where the options say. MBT_ERROR_MEMORY if there is none, or if the caller's
 * block is too small or not aligned. */
mbt_status mbt_memory_take(mbt_memory *memory, const mbt_options *options, size_t bytes);

void mbt_memory_give_back(mbt_memory memory);

#endif
