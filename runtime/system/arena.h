/* arena.h: one block of memory, handed out from front to back. The same code that takes from it measures it: an arena
 * without a base only counts. */
#ifndef MBT_RUNTIME_SYSTEM_ARENA_H
#define MBT_RUNTIME_SYSTEM_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define MBT_ARENA_ALIGN 64u

typedef struct mbt_arena {
    unsigned char *base; /* aligned to 64 bytes, or NULL to count */
    size_t used;         /* may be set back to an earlier value to reuse what came after */
    size_t peak;         /* the most that was ever used: the size the block must have */
    bool overflow;       /* a size did not fit size_t */
} mbt_arena;

/* count * size bytes, aligned to 64, contents undefined. NULL when counting or once sizes overflowed. */
void *mbt_arena_take(mbt_arena *arena, size_t count, size_t size);

/* count floats. */
float *mbt_arena_floats(mbt_arena *arena, size_t count);

/* a * b, or SIZE_MAX where that overflows: no arena has so much, so the overflow is reported there. */
size_t mbt_times(size_t a, size_t b);

#endif
