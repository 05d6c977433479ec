/* memory.c: the block comes from the caller, from the caller's allocator, or from malloc. */
#include "runtime/system/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "runtime/port.h"
#include "runtime/system/arena.h"

#if MBT_HAS_MALLOC

static void *default_allocate(void *cookie, size_t bytes)
{
    (void)cookie;
    return malloc(bytes);
}

static void default_release(void *cookie, void *block)
{
    (void)cookie;
    free(block);
}

#else

static void *default_allocate(void *cookie, size_t bytes)
{
    (void)cookie;
    (void)bytes;
    return NULL;
}

static void default_release(void *cookie, void *block)
{
    (void)cookie;
    (void)block;
}

#endif

mbt_status mbt_memory_take(mbt_memory *memory, const mbt_options *options, size_t bytes)
{
    if (options->memory) {
        *memory = (mbt_memory){.block = options->memory};
        const bool good = options->memory_size >= bytes && (uintptr_t)options->memory % MBT_ARENA_ALIGN == 0;
        return good ? MBT_OK : MBT_ERROR_MEMORY;
    }
    mbt_allocate *allocate = options->allocate ? options->allocate : default_allocate;
    *memory = (mbt_memory){.release = options->release ? options->release : default_release,
                           .cookie = options->memory_cookie};
    memory->allocated = allocate(memory->cookie, bytes + MBT_ARENA_ALIGN - 1);
    if (!memory->allocated)
        return MBT_ERROR_MEMORY;
    const size_t past = (uintptr_t)memory->allocated % MBT_ARENA_ALIGN;
    memory->block = (unsigned char *)memory->allocated + (past ? MBT_ARENA_ALIGN - past : 0);
    return MBT_OK;
}

void mbt_memory_give_back(mbt_memory memory)
{
    if (memory.allocated)
        memory.release(memory.cookie, memory.allocated);
}
