/* test_windows.c: where the windows lie, how they are cross-faded, and that the sizes of blocks make no difference. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "runtime/signal/window.h"
#include "runtime/signal/windows.h"

#define PI 3.14159265358979323846
#define MOST 4096u
#define KEPT 8u

/* What a task was given: the signal counts its own samples. */
typedef struct journal {
    size_t starts[KEPT], counts[KEPT]; /* of the first calls */
    size_t calls, fail_at;             /* the call that fails once; 0: none */
} journal;

typedef struct bench {
    mbt_windows windows;
    mbt_arena arena;
    float result[MOST], in[MOST], out[MOST];
    journal journal;
} bench;

static bench b;

static void prepare(size_t size, size_t overlap, size_t longest)
{
    mbt_arena counted = {0};
    mbt_windows_plan(&b.windows, size, overlap, longest, NULL, &counted);
    b.arena = fixture_arena(&counted);
    mbt_windows_plan(&b.windows, size, overlap, longest, b.result, &b.arena);
    b.journal = (journal){0};
    for (size_t i = 0; i < MOST; i++) {
        b.in[i] = (float)i;
        b.out[i] = -1;
    }
}

static void clear(void)
{
    free(b.arena.base);
}

static mbt_status note(journal *j, const float *in, size_t samples)
{
    ck_assert_uint_gt(samples, 0);
    for (size_t i = 1; i < samples; i++)
        ck_assert(in[i] == in[0] + (float)i);
    if (++j->calls == j->fail_at) {
        j->fail_at = 0;
        j->calls--;
        return MBT_ERROR_CANCELLED;
    }
    if (j->calls <= KEPT) {
        j->starts[j->calls - 1] = (size_t)in[0];
        j->counts[j->calls - 1] = samples;
    }
    return MBT_OK;
}

static mbt_status keep(void *cookie, const float *in, float *out, size_t samples)
{
    memcpy(out, in, samples * sizeof *out);
    return note(cookie, in, samples);
}

/* 1, 2, 3 ... : the number of the window. */
static mbt_status number(void *cookie, const float *in, float *out, size_t samples)
{
    journal *j = cookie;
    const mbt_status status = note(j, in, samples);
    for (size_t i = 0; i < samples; i++)
        out[i] = (float)j->calls;
    return status;
}

/* Depends on the place in the window, and so on where the windows lie. */
static mbt_status place(void *cookie, const float *in, float *out, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        out[i] = in[i] * 0.3f + (float)(i * i % 17);
    return note(cookie, in, samples);
}

/* The signal in blocks: `block` samples go in, at most `room` come out, in turn. */
static void run(mbt_window_task *task, size_t samples, size_t block, size_t room)
{
    size_t taken = 0, given = 0, count;
    mbt_windows_reset(&b.windows);
    while (taken < samples) {
        const size_t left = samples - taken;
        taken += mbt_windows_put(&b.windows, b.in + taken, left < block ? left : block);
        ck_assert_int_eq(mbt_windows_get(&b.windows, task, &b.journal, b.out + given, room, &count), MBT_OK);
        given += count;
        ck_assert_uint_eq(b.windows.pending, taken - given);
    }
    mbt_windows_finish(&b.windows);
    do {
        ck_assert_int_eq(mbt_windows_get(&b.windows, task, &b.journal, b.out + given, room, &count), MBT_OK);
        given += count;
    } while (count > 0);
    ck_assert_uint_eq(given, samples);
    ck_assert_uint_eq(b.windows.pending, 0);
    ck_assert_uint_eq(b.journal.calls, mbt_windows_count(&b.windows, samples));
}

/* By hand. */
static const struct {
    size_t size, overlap, samples, windows, starts[4], last;
} layouts[] = {
    {8, 2, 0, 0, {0}, 0},
    {8, 2, 1, 1, {0}, 1},
    {8, 2, 7, 1, {0}, 7},
    {8, 2, 8, 1, {0}, 8},
    {8, 2, 9, 2, {0, 5}, 4},
    {8, 2, 10, 2, {0, 6}, 4},
    {8, 2, 11, 2, {0, 5}, 6},
    {8, 2, 13, 2, {0, 5}, 8},
    {8, 2, 14, 2, {0, 6}, 8},
    {8, 2, 15, 3, {0, 6, 11}, 4},
    {8, 2, 16, 3, {0, 6, 12}, 4},
    {8, 2, 17, 3, {0, 6, 11}, 6},
    {8, 2, 20, 3, {0, 6, 12}, 8},
    {8, 2, 21, 4, {0, 6, 12, 17}, 4},
    {8, 4, 9, 2, {0, 1}, 8},
    {8, 4, 13, 3, {0, 4, 5}, 8},
    {8, 4, 16, 3, {0, 4, 8}, 8},
    {9, 2, 10, 2, {0, 4}, 6},
    {10, 4, 11, 2, {0, 3}, 8},
    {10, 4, 15, 2, {0, 5}, 10},
    {20, 2, 21, 2, {0, 11}, 10},
    {20, 2, 29, 2, {0, 17}, 12},
    {20, 3, 21, 2, {0, 9}, 12},
    {10, 0, 10, 1, {0}, 10},
    {10, 0, 25, 3, {0, 10, 15}, 10},
    {10, 0, 30, 3, {0, 10, 20}, 10},
    {1, 0, 3, 3, {0, 1, 2}, 1},
};

START_TEST(windows_lie_where_they_should)
{
    prepare(layouts[_i].size, layouts[_i].overlap, 0);
    run(keep, layouts[_i].samples, MOST, MOST);
    ck_assert_uint_eq(b.journal.calls, layouts[_i].windows);
    for (size_t k = 0; k < layouts[_i].windows; k++) {
        ck_assert_uint_eq(b.journal.starts[k], layouts[_i].starts[k]);
        ck_assert_uint_eq(b.journal.counts[k], k + 1 == layouts[_i].windows ? layouts[_i].last : layouts[_i].size);
    }
    clear();
}
END_TEST

/* Windows that agree are joined without a trace. */
START_TEST(what_stays_the_same_comes_out_the_same)
{
    static const size_t sizes[][2] = {{8, 0}, {8, 2}, {8, 4}, {200, 100}, {333, 21}};
    for (int s = 0; s < COUNT(sizes); s++)
        for (size_t samples = 0; samples < 1000; samples += samples < 40 ? 1 : 37) {
            prepare(sizes[s][0], sizes[s][1], 0);
            run(keep, samples, MOST, MOST);
            for (size_t i = 0; i < samples; i++)
                ck_assert(b.out[i] == (float)i);
            clear();
        }
}
END_TEST

/* Windows of 1, 2 and 3, overlap 4: (1 - cos(pi i / 4)) / 2 = 0, 0.1464, 0.5, 0.8536. The last window is the last 8 of
 * 21 samples, two overlaps, for 5 would be less than half, and takes over at 16, where the third would have begun. */
START_TEST(faded_by_a_raised_cosine)
{
    static const double wanted[21] = {1,          1, 1, 1, 1, 1, 1,          1,   1,          1.14644661, 1.5,
                                      1.85355339, 2, 2, 2, 2, 2, 2.14644661, 2.5, 2.85355339, 3};
    prepare(12, 4, 0);
    run(number, 21, MOST, MOST);
    ck_assert_uint_eq(b.journal.starts[2], 13);
    for (int i = 0; i < 21; i++)
        ck_assert_double_eq_tol((double)b.out[i], wanted[i], 1e-7);
    clear();
}
END_TEST

START_TEST(without_overlap_the_end_is_cut_from_the_last_window)
{
    prepare(10, 0, 0);
    run(number, 25, MOST, MOST);
    for (int i = 0; i < 25; i++)
        ck_assert(b.out[i] == (float)(1 + i / 10));
    clear();
}
END_TEST

START_TEST(weights)
{
    static const size_t counts[] = {1, 2, 200, 1600, 16000, 160000, 1600000};
    for (int c = 0; c < COUNT(counts); c++)
        for (size_t i = 0; i < counts[c]; i += 1 + counts[c] / 3000) {
            const double weight = (double)mbt_window_fade(i, counts[c]);
            ck_assert_double_eq_tol(weight, 0.5 - 0.5 * cos(PI * (double)i / (double)counts[c]), 2e-7);
            if (i > 0)
                ck_assert_double_eq_tol(weight + (double)mbt_window_fade(counts[c] - i, counts[c]), 1, 4e-7);
        }
}
END_TEST

START_TEST(whatever_the_blocks)
{
    static const size_t blocks[] = {1, 2, 3, 5, 7, 49, 50, 51, 100, 149, 150, 151, 999};
    static float wanted[1234];
    prepare(100, 50, 0);
    run(place, 1234, MOST, MOST);
    memcpy(wanted, b.out, sizeof wanted);
    for (int i = 0; i < COUNT(blocks); i++)
        for (int k = 0; k < COUNT(blocks); k++) {
            memset(b.out, 0, sizeof b.out);
            b.journal = (journal){0};
            run(place, 1234, blocks[i], blocks[k]);
            ck_assert_mem_eq(b.out, wanted, sizeof wanted);
        }
    clear();
}
END_TEST

/* No more than a window and a step are held, and nothing is lost when nobody takes. */
START_TEST(full_means_full)
{
    size_t count;
    prepare(100, 40, 0);
    ck_assert_uint_eq(mbt_windows_put(&b.windows, b.in, 1000), 100);
    ck_assert_uint_eq(mbt_windows_put(&b.windows, b.in + 100, 900), 0);
    ck_assert_int_eq(mbt_windows_get(&b.windows, keep, &b.journal, b.out, 0, &count), MBT_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(b.journal.calls, 0); /* nobody asked for a sample */
    ck_assert_int_eq(mbt_windows_get(&b.windows, keep, &b.journal, b.out, 10, &count), MBT_OK);
    ck_assert_uint_eq(count, 10);
    ck_assert_uint_eq(mbt_windows_put(&b.windows, b.in + 100, 900), 60);
    ck_assert_int_eq(mbt_windows_get(&b.windows, keep, &b.journal, b.out + 10, MOST, &count), MBT_OK);
    ck_assert_uint_eq(count, 110); /* two steps of 60 */
    ck_assert_uint_eq(b.windows.pending, 40);
    for (int i = 0; i < 120; i++)
        ck_assert(b.out[i] == (float)i);
    clear();
}
END_TEST

/* A window that failed is tried again, whichever it is. */
START_TEST(a_failure_loses_nothing)
{
    for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
        size_t taken = 0, given = 0, failures = 0, count;
        prepare(100, 40, 0);
        b.journal.fail_at = fail_at;
        while (given < 230) {
            taken += mbt_windows_put(&b.windows, b.in + taken, 230 - taken);
            if (taken == 230)
                mbt_windows_finish(&b.windows);
            failures +=
                mbt_windows_get(&b.windows, keep, &b.journal, b.out + given, MOST, &count) == MBT_ERROR_CANCELLED;
            given += count;
        }
        ck_assert_uint_eq(failures, 1);
        ck_assert_uint_eq(b.journal.calls, 4);
        for (int i = 0; i < 230; i++)
            ck_assert(b.out[i] == (float)i);
        clear();
    }
}
END_TEST

/* Signals that are known to fit one window are one piece of any length up to that, in memory of that length. */
START_TEST(one_piece)
{
    for (size_t samples = 1; samples <= 77; samples++) {
        prepare(100, 40, 77);
        ck_assert_uint_eq(b.windows.size, 77);
        ck_assert_uint_le(b.arena.peak, 77 * sizeof(float) + 2 * MBT_ARENA_ALIGN);
        run(keep, samples, 5, 9);
        ck_assert_uint_eq(b.journal.calls, 1);
        ck_assert_uint_eq(b.journal.counts[0], samples);
        clear();
    }
}
END_TEST

static mbt_status loudest(void *cookie, const float *in, float *out, size_t samples)
{
    const bool odd = ((journal *)cookie)->calls % 2;
    for (size_t i = 0; i < samples; i++)
        out[i] = odd ? -FLT_MAX : FLT_MAX;
    return note(cookie, in, samples);
}

static mbt_status always_loudest(void *cookie, const float *in, float *out, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        out[i] = FLT_MAX;
    return note(cookie, in, samples);
}

START_TEST(the_fade_stays_in_the_range_of_float)
{
    prepare(400, 200, 0);
    run(loudest, 1000, MOST, MOST);
    for (int i = 0; i < 1000; i++)
        ck_assert(isfinite(b.out[i]));
    b.journal = (journal){0};
    run(always_loudest, 1000, MOST, MOST);
    for (int i = 0; i < 1000; i++)
        ck_assert(b.out[i] == FLT_MAX);
    clear();
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("windows");
    tcase_add_loop_test(tests, windows_lie_where_they_should, 0, COUNT(layouts));
    tcase_add_test(tests, what_stays_the_same_comes_out_the_same);
    tcase_add_test(tests, faded_by_a_raised_cosine);
    tcase_add_test(tests, without_overlap_the_end_is_cut_from_the_last_window);
    tcase_add_test(tests, weights);
    tcase_add_test(tests, whatever_the_blocks);
    tcase_add_test(tests, full_means_full);
    tcase_add_test(tests, a_failure_loses_nothing);
    tcase_add_test(tests, one_piece);
    tcase_add_test(tests, the_fade_stays_in_the_range_of_float);
    return unit_main(tests, "windows");
}
