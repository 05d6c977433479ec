/* arena.h: one block of memory from which pieces are taken, front to back. An arena without a base only counts. So
 * the same code first measures how much memory is needed, and then takes it. */
#ifndef MBT_RUNTIME_SYSTEM_ARENA_H
#define MBT_RUNTIME_SYSTEM_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define MBT_ARENA_ALIGN 64u

typedef struct mbt_arena {
    unsigned char *base; /* aligned to 64 bytes, or NULL to count */
    size_t used;         /* may be set back to an earlier value to reuse what came after */
    size_t peak;         /* the largest value of used: the size that the block must have */
    bool overflow;       /* a size did not fit size_t */
} mbt_arena;

/* Takes count * size bytes, aligned to 64; their contents are undefined. NULL if the arena only counts, or after an
 * overflow. */
void *mbt_arena_take(mbt_arena *arena, size_t count, size_t size);

/* Takes memory for count floats. */
float *mbt_arena_floats(mbt_arena *arena, size_t count);

/* a * b, or SIZE_MAX on overflow. No arena has so much memory, so taking it reports the overflow. */
size_t mbt_times(size_t a, size_t b);

#endif
