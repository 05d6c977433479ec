/* arena.c: takes aligned pieces from one block of memory, or counts them. */
#include "runtime/system/arena.h"

#include <stdint.h>

size_t mbt_times(size_t a, size_t b)
{
    return b && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

void *mbt_arena_take(mbt_arena *arena, size_t count, size_t size)
{
    const size_t bytes = mbt_times(count, size);
    const size_t limit = (size_t)PTRDIFF_MAX - MBT_ARENA_ALIGN;
    if (arena->overflow || bytes > limit || arena->used > limit - bytes) {
        arena->overflow = true;
        return NULL;
    }
    void *block = arena->base ? arena->base + arena->used : NULL;
    arena->used += (bytes + MBT_ARENA_ALIGN - 1) / MBT_ARENA_ALIGN * MBT_ARENA_ALIGN;
    if (arena->used > arena->peak)
        arena->peak = arena->used;
    return block;
}

float *mbt_arena_floats(mbt_arena *arena, size_t count)
{
    return mbt_arena_take(arena, count, sizeof(float));
}
