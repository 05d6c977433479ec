/* test_cue_points.c: cue points of WAV and markers of AIFF, against bytes laid out by hand after the specifications. */
#include "tests/unit/unit_main.h"

#include <stdlib.h>
#include <string.h>

#include "tools/audio/carried/cue_points.h"

/* Two points, at frames 8000 and 20000 (0x1f40 and 0x4e20). */
static const unsigned char cue[] = "\2\0\0\0"
                                   "\1\0\0\0\x40\x1f\0\0data\0\0\0\0\0\0\0\0\x40\x1f\0\0"
                                   "\2\0\0\0\x20\x4e\0\0data\0\0\0\0\0\0\0\0\x20\x4e\0\0";
static const unsigned char adtl[] = "adtl"
                                    "labl\7\0\0\0\2\0\0\0ab\0\0"
                                    "labl\6\0\0\0\1\0\0\0c\0";
static const unsigned char mark[] = "\0\2"
                                    "\0\1\0\0\x1f\x40\1c"
                                    "\0\2\0\0\x4e\x20\2ab\0";

enum { CUE = sizeof cue - 1, ADTL = sizeof adtl - 1, MARK = sizeof mark - 1 };

/* Of exactly that size, so that a sanitizer sees the first byte beyond. */
static unsigned char *copy(const unsigned char *bytes, size_t size)
{
    unsigned char *to = malloc(size > 0 ? size : 1);
    ck_assert_ptr_nonnull(to);
    memcpy(to, bytes, size);
    return to;
}

static void check_points(const mbt_cue_points *points)
{
    ck_assert_uint_eq(points->count, 2);
    ck_assert_uint_eq(points->point[0].frame, 8000);
    ck_assert_uint_eq(points->point[1].frame, 20000);
    ck_assert_str_eq(points->point[0].name, "c");
    ck_assert_str_eq(points->point[1].name, "ab");
}

static void check_bytes(mbt_chunk_bytes got, const unsigned char *wanted, size_t size)
{
    ck_assert_uint_eq(got.length, size);
    ck_assert_mem_eq(got.bytes, wanted, size);
    free(got.bytes);
}

START_TEST(from_wav_to_aiff)
{
    mbt_cue_points points;
    ck_assert(mbt_cue_points_read(&points, cue, CUE, false));
    mbt_cue_names_read(&points, adtl, ADTL, false);
    ck_assert_uint_eq(points.point[1].id, 2);
    ck_assert(!points.in_blocks);
    check_points(&points);
    check_bytes(mbt_markers_write(&points), mark, MARK);
    mbt_cue_points_free(&points);
}
END_TEST

/* The list has the labels in the order of the points. */
START_TEST(from_aiff_to_wav)
{
    static const unsigned char wanted[] = "adtl"
                                          "labl\6\0\0\0\1\0\0\0c\0"
                                          "labl\7\0\0\0\2\0\0\0ab\0\0";
    mbt_cue_points points;
    ck_assert(mbt_markers_read(&points, mark, MARK));
    check_points(&points);
    check_bytes(mbt_cue_points_write(&points, false), cue, CUE);
    check_bytes(mbt_cue_names_write(&points, false), wanted, sizeof wanted - 1);
    mbt_cue_points_free(&points);
}
END_TEST

START_TEST(big_endian)
{
    static const unsigned char one[] = "\0\0\0\1\0\0\0\1\0\0\x1f\x40"
                                       "data\0\0\0\0\0\0\0\0\0\0\x1f\x40";
    mbt_cue_points points;
    ck_assert(mbt_cue_points_read(&points, one, sizeof one - 1, true));
    ck_assert_uint_eq(points.point[0].frame, 8000);
    check_bytes(mbt_cue_points_write(&points, true), one, sizeof one - 1);
    mbt_cue_points_free(&points);
}
END_TEST

/* In a file with blocks the place is the second number; the last counts from the beginning of the block. Some programs
 * leave the second number at 0. */
START_TEST(in_blocks)
{
    static const unsigned char blocks[] = "\2\0\0\0"
                                          "\1\0\0\0\x40\x1f\0\0data\0\0\0\0\0\4\0\0\x10\0\0\0"
                                          "\2\0\0\0\0\0\0\0data\0\0\0\0\0\0\0\0\x20\x4e\0\0";
    mbt_cue_points points;
    ck_assert(mbt_cue_points_read(&points, blocks, sizeof blocks - 1, false));
    ck_assert(points.in_blocks);
    ck_assert_uint_eq(points.point[0].frame, 8000);
    ck_assert_uint_eq(points.point[1].frame, 20000);
    mbt_cue_points_free(&points);
}
END_TEST

/* Cut at every byte, and with counts that are too large. */
START_TEST(damaged)
{
    mbt_cue_points points;
    for (size_t size = 0; size < CUE; size++) {
        unsigned char *cut = copy(cue, size);
        ck_assert(!mbt_cue_points_read(&points, cut, size, false));
        free(cut);
    }
    for (size_t size = 0; size < MARK; size++) { /* the last byte pads */
        unsigned char *cut = copy(mark, size);
        ck_assert(mbt_markers_read(&points, cut, size) == (size == MARK - 1));
        mbt_cue_points_free(&points);
        free(cut);
    }
    unsigned char *many = copy(cue, CUE);
    memset(many, 0xff, 4);
    ck_assert(!mbt_cue_points_read(&points, many, CUE, false));
    free(many);
    ck_assert(mbt_cue_points_read(&points, cue, CUE, false));
    for (size_t size = 0; size <= ADTL; size++) {
        unsigned char *cut = copy(adtl, size);
        mbt_cue_names_read(&points, cut, size, false);
        free(cut);
    }
    check_points(&points);
    mbt_cue_points_free(&points);
}
END_TEST

/* A label without a 0 at its end, and one longer than AIFF's 255 bytes. */
START_TEST(long_names)
{
    unsigned char list[4 + 8 + 4 + 300] = "adtllabl\x30\1\0\0\2\0\0\0";
    memset(list + 16, 'x', 300);
    mbt_cue_points points;
    ck_assert(mbt_cue_points_read(&points, cue, CUE, false));
    mbt_cue_names_read(&points, list, sizeof list, false);
    ck_assert_uint_eq(points.point[1].name_length, 255);
    ck_assert_uint_eq(strlen(points.point[1].name), 255);
    const mbt_chunk_bytes markers = mbt_markers_write(&points);
    ck_assert_uint_eq(markers.length, 2 + 8 + 7 + 255);
    ck_assert_uint_eq(markers.bytes[2 + 8 + 6], 255);
    free(markers.bytes);
    mbt_cue_points_free(&points);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("cue points");
    tcase_add_test(tests, from_wav_to_aiff);
    tcase_add_test(tests, from_aiff_to_wav);
    tcase_add_test(tests, big_endian);
    tcase_add_test(tests, in_blocks);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, long_names);
    return unit_main(tests, "cue points");
}
