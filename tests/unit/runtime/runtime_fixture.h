/* runtime_fixture.h: memory for an arena, and noise, for all tests of the runtime. */
#ifndef MBT_TESTS_UNIT_RUNTIME_RUNTIME_FIXTURE_H
#define MBT_TESTS_UNIT_RUNTIME_RUNTIME_FIXTURE_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include "runtime/system/arena.h"
#include "tests/unit/unit_main.h"

/* An arena with exactly the bytes that `counted` came to, so that a sanitizer sees the first one beyond. Its base is
 * the caller's to free. */
static inline mbt_arena fixture_arena(const mbt_arena *counted)
{
    ck_assert(!counted->overflow);
    mbt_arena arena = {.base = aligned_alloc(MBT_ARENA_ALIGN, counted->peak ? counted->peak : MBT_ARENA_ALIGN)};
    ck_assert_ptr_nonnull(arena.base);
    return arena;
}

/* Uniform in [-1, 1), in steps of 2^-23. */
static inline float fixture_noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)(*state >> 8) / 8388608.0f - 1.0f;
}

#endif
