/* test_bench_lists.c: the numbers, and the lists of numbers and names, that bench takes. */
#include "tools/bench/lists.h"
#include "tests/unit/unit_main.h"

START_TEST(thread_lists)
{
    unsigned threads[MBT_BENCH_LIST];
    size_t count;
    ck_assert(mbt_bench_parse_threads("1", threads, &count) && count == 1 && threads[0] == 1);
    ck_assert(mbt_bench_parse_threads("2,1,256", threads, &count) && count == 3);
    ck_assert(threads[0] == 2 && threads[1] == 1 && threads[2] == 256);
    ck_assert(mbt_bench_parse_threads("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", threads, &count) && count == 16);
    ck_assert_uint_eq(threads[15], 16);
    const char *const wrong[] = {"",
                                 "0",
                                 "257",
                                 "-1",
                                 "+1",
                                 " 1",
                                 "1 ",
                                 "1,",
                                 ",1",
                                 "1,,2",
                                 "1;2",
                                 "1.5",
                                 "0x1",
                                 "a",
                                 "1e1",
                                 "1000",
                                 "00001",
                                 "99999999999999999999",
                                 "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!mbt_bench_parse_threads(wrong[i], threads, &count), "'%s'", wrong[i]);
}
END_TEST

START_TEST(second_lists)
{
    double seconds[MBT_BENCH_LIST];
    size_t count;
    ck_assert(mbt_bench_parse_seconds("2", seconds, &count) && count == 1 && seconds[0] == 2);
    ck_assert(mbt_bench_parse_seconds("0.5,1,600,0.1", seconds, &count) && count == 4);
    ck_assert(seconds[0] == 0.5 && seconds[1] == 1 && seconds[2] == 600 && seconds[3] == 0.1);
    const char *const wrong[] = {
        "",   "0", "0.05", "600.1", "-1",  "nan", "inf",  "1e3",           "0x2",
        "1,", ",", "1..2", ".",     "1 2", "2s",  "1,,2", "9999999999999", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!mbt_bench_parse_seconds(wrong[i], seconds, &count), "'%s'", wrong[i]);
    ck_assert(!mbt_bench_parse_seconds("2,1,x", seconds, &count) && count == 2); /* a refused item is not counted */
}
END_TEST

START_TEST(numbers)
{
    double number;
    ck_assert(mbt_bench_parse_number("0.25", 0.25, 7, &number) && number == 0.25);
    ck_assert(mbt_bench_parse_number("7", 0.25, 7, &number) && number == 7);
    const char *const wrong[] = {"",    "0.24", "7.01",  "-1", "nan", "1,2",
                                 "1e0", ".",    "1.2.3", " 1", "1h",  "0000000000001"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!mbt_bench_parse_number(wrong[i], 0.25, 7, &number), "'%s'", wrong[i]);
}
END_TEST

START_TEST(isa_lists)
{
    mbt_isa isas[MBT_ISA_COUNT];
    size_t count;
    ck_assert(mbt_bench_parse_isas("scalar", MBT_ISA_AVX2, isas, &count) && count == 1 && isas[0] == MBT_ISA_SCALAR);
    ck_assert(mbt_bench_parse_isas("avx512,auto,neon,scalar", MBT_ISA_AVX2, isas, &count) && count == 4);
    ck_assert(isas[0] == MBT_ISA_AVX512 && isas[1] == MBT_ISA_AVX2 && isas[2] == MBT_ISA_NEON &&
              isas[3] == MBT_ISA_SCALAR);
    ck_assert(mbt_bench_parse_isas("dotprod,avx512vnni,auto,avx2", MBT_ISA_AVXVNNI, isas, &count) && count == 4);
    ck_assert(isas[0] == MBT_ISA_DOTPROD && isas[1] == MBT_ISA_AVX512VNNI && isas[2] == MBT_ISA_AVXVNNI &&
              isas[3] == MBT_ISA_AVX2);
    ck_assert(mbt_bench_parse_isas("avxvnni", MBT_ISA_AVX2, isas, &count) && count == 1 && isas[0] == MBT_ISA_AVXVNNI);
    const char *const wrong[] = {"",          "mmx",       "scalar,", ",scalar",     "scalar,scalar",
                                 "avx2,auto", "auto,avx2", "AVX2",    "scalar avx2", "avx2vnni"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!mbt_bench_parse_isas(wrong[i], MBT_ISA_AVX2, isas, &count), "'%s'", wrong[i]);
}
END_TEST

/* A text longer than any right list is refused, without writing beyond the arrays. */
START_TEST(too_long)
{
    char text[5000];
    unsigned threads[MBT_BENCH_LIST];
    double seconds[MBT_BENCH_LIST];
    mbt_isa isas[MBT_ISA_COUNT];
    size_t count;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = "1,"[i % 2];
    text[sizeof text - 1] = '\0';
    ck_assert(!mbt_bench_parse_threads(text, threads, &count));
    ck_assert(!mbt_bench_parse_seconds(text, seconds, &count));
    ck_assert(!mbt_bench_parse_isas(text, MBT_ISA_AVX2, isas, &count));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bench_lists");
    tcase_add_test(tests, thread_lists);
    tcase_add_test(tests, second_lists);
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, isa_lists);
    tcase_add_test(tests, too_long);
    return unit_main(tests, "bench_lists");
}
