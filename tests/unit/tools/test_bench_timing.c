/* test_bench_timing.c: medians, quantiles and outliers, compared with values by hand and by numpy.percentile. */
#include "tools/bench/timing.h"
#include "tests/unit/unit_main.h"

#define CLOSE 1e-12

static mbt_bench_stats statistics(const double *values, size_t count)
{
    double copy[32];
    ck_assert_uint_le(count, 32);
    for (size_t i = 0; i < count; i++)
        copy[i] = values[i];
    return mbt_bench_statistics(copy, count);
}

START_TEST(one_value)
{
    const double values[] = {3};
    const mbt_bench_stats s = statistics(values, 1);
    ck_assert_double_eq_tol(s.median, 3, CLOSE);
    ck_assert_double_eq_tol(s.p10, 3, CLOSE);
    ck_assert_double_eq_tol(s.p90, 3, CLOSE);
    ck_assert_double_eq_tol(s.least, 3, CLOSE);
    ck_assert_uint_eq(s.count, 1);
    ck_assert_uint_eq(s.outliers, 0);
}
END_TEST

/* Sorted 1 2 3 4: the median lies half way between 2 and 3; 10 % at index 0.3, 90 % at index 2.7. */
START_TEST(even_count_unsorted)
{
    const double values[] = {4, 1, 3, 2};
    const mbt_bench_stats s = statistics(values, 4);
    ck_assert_double_eq_tol(s.median, 2.5, CLOSE);
    ck_assert_double_eq_tol(s.p10, 1.3, CLOSE);
    ck_assert_double_eq_tol(s.p90, 3.7, CLOSE);
    ck_assert_double_eq_tol(s.least, 1, CLOSE);
    ck_assert_uint_eq(s.outliers, 0);
}
END_TEST

/* Sorted 10 11 12 13 14: quartiles 11 and 13, so that values below 8 or above 16 are outliers. */
START_TEST(odd_count_and_fences)
{
    const double inside[] = {14, 10, 13, 11, 12};
    mbt_bench_stats s = statistics(inside, 5);
    ck_assert_double_eq_tol(s.median, 12, CLOSE);
    ck_assert_double_eq_tol(s.p10, 10.4, CLOSE);
    ck_assert_double_eq_tol(s.p90, 13.6, CLOSE);
    ck_assert_uint_eq(s.outliers, 0);

    /* Sorted 1 10 11 12 13 14 15 90 100: quartiles 11 (index 2) and 15 (index 6), fences 5 and 21. */
    const double outside[] = {100, 10, 11, 1, 12, 13, 90, 14, 15};
    s = statistics(outside, 9);
    ck_assert_double_eq_tol(s.median, 13, CLOSE);
    ck_assert_uint_eq(s.outliers, 3);
    ck_assert_double_eq_tol(s.least, 1, CLOSE);
}
END_TEST

/* A value on the fence is no outlier. The quartiles are 1 (index 2) and 3 (index 6), the fences -2 and 6. */
START_TEST(on_the_fence)
{
    const double values[] = {1, 1, 1, 2, 3, 3, 3, 6, 6.5};
    const mbt_bench_stats s = statistics(values, 9);
    ck_assert_uint_eq(s.outliers, 1);
}
END_TEST

typedef struct counter {
    size_t calls, batches, largest;
} counter;

static void count(void *context, size_t calls)
{
    counter *c = context;
    c->calls += calls;
    c->batches++;
    c->largest = calls > c->largest ? calls : c->largest;
    volatile double x = 1;
    for (size_t i = 0; i < 100 * calls; i++)
        x = x * 0.5 + 0.5;
}

/* After the warm-up the function is called in batches of one size, at least as many as the plan says. */
START_TEST(batches)
{
    counter c = {0, 0, 0};
    const mbt_bench_plan plan = {.total_ns = 1e5, .sample_ns = 2e4, .fewest = 11};
    size_t calls = 0;
    const mbt_bench_stats s = mbt_bench_time(count, &c, &plan, &calls);
    ck_assert_uint_ge(s.count, 11);
    ck_assert_uint_le(s.count, MBT_BENCH_SAMPLES);
    ck_assert_uint_eq(calls, c.largest);
    ck_assert_uint_gt(c.batches, s.count);
    ck_assert_uint_ge(c.calls, s.count * calls);
    ck_assert(s.least > 0 && s.least <= s.p10 && s.p10 <= s.median && s.median <= s.p90);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bench_timing");
    tcase_add_test(tests, one_value);
    tcase_add_test(tests, even_count_unsorted);
    tcase_add_test(tests, odd_count_and_fences);
    tcase_add_test(tests, on_the_fence);
    tcase_add_test(tests, batches);
    return unit_main(tests, "bench_timing");
}
