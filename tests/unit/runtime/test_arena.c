/* test_arena.c: the arena that measures and the arena that hands out. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <string.h>

#define LIMIT ((size_t)PTRDIFF_MAX)

static const struct {
    size_t count, size;
} series[] = {{1, 1}, {0, 4}, {3, 21}, {16, 4}, {1, 64}, {65, 1}, {7, 1000}, {1, 0}, {5, 13}};

/* What `series` takes, each rounded up to 64 by hand. */
#define SERIES_BYTES (64 + 0 + 64 + 64 + 64 + 128 + 7040 + 0 + 128)

START_TEST(counting_and_handing_out_agree)
{
    mbt_arena counting = {0};
    for (int i = 0; i < COUNT(series); i++)
        ck_assert_ptr_null(mbt_arena_take(&counting, series[i].count, series[i].size));
    ck_assert_uint_eq(counting.used, SERIES_BYTES);
    ck_assert_uint_eq(counting.peak, SERIES_BYTES);
    mbt_arena real = fixture_arena(&counting);
    unsigned char *end = real.base;
    for (int i = 0; i < COUNT(series); i++) {
        unsigned char *block = mbt_arena_take(&real, series[i].count, series[i].size);
        ck_assert_uint_eq((uintptr_t)block % 64, 0);
        ck_assert_msg(block >= end && block < end + 64, "block %d overlaps the one before or leaves a gap", i);
        memset(block, i, series[i].count * series[i].size);
        end = block + series[i].count * series[i].size;
    }
    ck_assert(end <= real.base + SERIES_BYTES);
    ck_assert_uint_eq(real.used, counting.used);
    ck_assert_uint_eq(real.peak, counting.peak);
    ck_assert(!real.overflow && !counting.overflow);
    free(real.base);
}
END_TEST

START_TEST(floats_are_four_bytes)
{
    mbt_arena arena = {0};
    ck_assert_ptr_null(mbt_arena_floats(&arena, 33));
    ck_assert_uint_eq(arena.used, 192);
    ck_assert_ptr_null(mbt_arena_floats(&arena, SIZE_MAX / 4 + 1)); /* times 4 is 0 modulo 2^64 */
    ck_assert(arena.overflow);
}
END_TEST

START_TEST(memory_is_used_again)
{
    mbt_arena counting = {0};
    mbt_arena_take(&counting, 1, 4096);
    mbt_arena real = fixture_arena(&counting);
    void *kept = mbt_arena_take(&real, 1, 100);
    const size_t mark = real.used;
    void *first = mbt_arena_take(&real, 1, 2000);
    real.used = mark;
    void *second = mbt_arena_take(&real, 1, 1000);
    ck_assert_ptr_eq(first, second);
    ck_assert_ptr_ne(kept, second);
    ck_assert_uint_eq(real.used, 128 + 1024);
    ck_assert_uint_eq(real.peak, 128 + 2048); /* what both needed at most */
    mbt_arena_take(&real, 1, 1025);
    ck_assert_uint_eq(real.peak, 128 + 1024 + 1088);
    free(real.base);
}
END_TEST

START_TEST(products_saturate)
{
    ck_assert_uint_eq(mbt_times(0, SIZE_MAX), 0);
    ck_assert_uint_eq(mbt_times(SIZE_MAX, 0), 0);
    ck_assert_uint_eq(mbt_times(SIZE_MAX, 1), SIZE_MAX);
    ck_assert_uint_eq(mbt_times(SIZE_MAX / 2, 2), SIZE_MAX - 1);
    ck_assert_uint_eq(mbt_times(SIZE_MAX / 2 + 1, 2), SIZE_MAX);
    ck_assert_uint_eq(mbt_times(SIZE_MAX, SIZE_MAX), SIZE_MAX);
    ck_assert_uint_eq(mbt_times((size_t)1 << (sizeof(size_t) * 4), (size_t)1 << (sizeof(size_t) * 4)), SIZE_MAX);
    ck_assert_uint_eq(mbt_times(mbt_times(SIZE_MAX / 3, 5), 7), SIZE_MAX); /* once saturated, always */
}
END_TEST

/* count, size: each of them alone is too much. */
static const size_t too_much[][2] = {{SIZE_MAX, 1},  {1, SIZE_MAX},           {SIZE_MAX / 8, 16}, {SIZE_MAX, SIZE_MAX},
                                     {LIMIT + 1, 1}, {SIZE_MAX / 64 + 1, 64}, {LIMIT, 1},         {LIMIT / 2 + 1, 2}};

START_TEST(a_size_too_large_is_flagged)
{
    unsigned char byte;
    mbt_arena counting = {0}, real = {.base = &byte};
    ck_assert_ptr_null(mbt_arena_take(&counting, too_much[_i][0], too_much[_i][1]));
    ck_assert_ptr_null(mbt_arena_take(&real, too_much[_i][0], too_much[_i][1]));
    ck_assert(counting.overflow && real.overflow);
    ck_assert_uint_eq(counting.used, 0);
    ck_assert_ptr_null(mbt_arena_take(&real, 1, 1)); /* the flag stays */
    ck_assert(real.overflow);
}
END_TEST

START_TEST(a_sum_too_large_is_flagged)
{
    mbt_arena arena = {0};
    for (int i = 0; i < 3; i++) {
        ck_assert(!arena.overflow);
        mbt_arena_take(&arena, LIMIT / 8 * 3, 1);
    }
    ck_assert(arena.overflow);
    ck_assert_uint_le(arena.peak, LIMIT);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("arena");
    tcase_add_test(tests, counting_and_handing_out_agree);
    tcase_add_test(tests, floats_are_four_bytes);
    tcase_add_test(tests, memory_is_used_again);
    tcase_add_test(tests, products_saturate);
    tcase_add_loop_test(tests, a_size_too_large_is_flagged, 0, COUNT(too_much));
    tcase_add_test(tests, a_sum_too_large_is_flagged);
    return unit_main(tests, "arena");
}
