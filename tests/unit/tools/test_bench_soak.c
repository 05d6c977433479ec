/* test_bench_soak.c: what `bench stream` needs: a recording of which any piece can be made again, and the pace of a
 * long run. */
#include "tools/bench/speech.h"
#include "tools/bench/soak.h"
#include "tests/unit/unit_main.h"

#include <math.h>
#include <string.h>

enum { LENGTH = 20000 };

static float whole[LENGTH], pieces[LENGTH];

START_TEST(samples_depend_on_position_alone)
{
    static const uint64_t starts[] = {0, UINT64_C(1382400000)}; /* a day at 16 kHz */
    const uint64_t start = starts[_i];
    mbt_bench_speech(whole, LENGTH, start, 16000);
    for (size_t at = 0, size = 1; at < LENGTH; at += size, size = size * 3 % 1009 + 1) {
        size = size < LENGTH - at ? size : LENGTH - at;
        mbt_bench_speech(pieces + at, size, start + at, 16000);
    }
    ck_assert_mem_eq(whole, pieces, sizeof whole);
    double power = 0, largest = 0;
    for (size_t i = 0; i < LENGTH; i++) {
        power += (double)whole[i] * (double)whole[i] / LENGTH;
        largest = fmax(largest, fabs((double)whole[i]));
    }
    ck_assert(power > 1e-4 && largest < 1);
    ck_assert(memcmp(whole, whole + LENGTH / 2, sizeof whole / 2) != 0);
}
END_TEST

/* Uniform noise: mean 0 within 4 / sqrt(3 n), variance 1 / 3. */
START_TEST(noise_is_uniform)
{
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const double x = mbt_bench_noise(i);
        ck_assert(x >= -1 && x < 1);
        sum += x;
        squares += x * x;
    }
    ck_assert_double_eq_tol(sum / 100000, 0, 0.0073);
    ck_assert_double_eq_tol(squares / 100000, 1.0 / 3, 0.004);
}
END_TEST

/* Windows of 2 s: 1 s of time each, 3 s in the last fifth. */
static void run(mbt_soak_pace *pace, size_t windows)
{
    double ns = 0;
    memset(pace, 0, sizeof *pace);
    for (size_t i = 0; i < windows; i++) {
        mbt_soak_mark(pace, 2 * (double)i, ns);
        ns += i < windows - windows / 5 ? 1e9 : 3e9;
    }
}

static const size_t lengths[] = {21, 100, 1000, 1024, 1025, 2048, 2049, 10000, 300001};

START_TEST(pace_of_first_and_last_tenth)
{
    mbt_soak_pace pace;
    run(&pace, lengths[_i]);
    ck_assert_double_eq_tol(mbt_soak_first_tenth(&pace), 0.5, 1e-12);
    ck_assert_double_eq_tol(mbt_soak_last_tenth(&pace), 1.5, 1e-12);
    ck_assert(pace.count <= MBT_SOAK_MARKS);
}
END_TEST

START_TEST(pace_of_few_windows)
{
    mbt_soak_pace pace;
    memset(&pace, 0, sizeof pace);
    ck_assert(isnan(mbt_soak_first_tenth(&pace)) && isnan(mbt_soak_last_tenth(&pace)));
    mbt_soak_mark(&pace, 1, 7e9);
    ck_assert(isnan(mbt_soak_first_tenth(&pace)) && isnan(mbt_soak_last_tenth(&pace)));
    mbt_soak_mark(&pace, 3, 8e9);
    mbt_soak_mark(&pace, 5, 12e9);
    ck_assert(mbt_soak_first_tenth(&pace) == 0.5 && mbt_soak_last_tenth(&pace) == 2);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bench_soak");
    tcase_add_loop_test(tests, samples_depend_on_position_alone, 0, 2);
    tcase_add_test(tests, noise_is_uniform);
    tcase_add_loop_test(tests, pace_of_first_and_last_tenth, 0, (int)(sizeof lengths / sizeof lengths[0]));
    tcase_add_test(tests, pace_of_few_windows);
    return unit_main(tests, "bench_soak");
}
