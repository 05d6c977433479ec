/* test_integers.c: samples as integers: rounded to even, saturated, in the upper bits of 32. */
#include "tests/unit/unit_main.h"

#include <limits.h>
#include <stddef.h>

#include "tools/audio/integers.h"

/* A sample, its integer, and whether it was clipped. By Python: round(sample * 2**(bits - 1)), which rounds to even. */
static const struct {
    int bits;
    float in;
    int out;
    size_t clipped;
} cases[] = {
    {16, 0, 0, 0},
    {16, -1, -32768, 0},
    {16, 1, 32767, 1},
    {16, 32767.0f / 32768, 32767, 0},
    {16, 32767.5f / 32768, 32767, 1}, /* to 32768 */
    {16, 32767.49f / 32768, 32767, 0},
    {16, -32768.5f / 32768, -32768, 0}, /* to even */
    {16, -32768.51f / 32768, -32768, 1},
    {16, 2.5f / 32768, 2, 0},
    {16, 3.5f / 32768, 4, 0},
    {16, -1e6f, -32768, 1},
    {16, 3e38f, 32767, 1},
    {8, 127.4f / 128, 127, 0},
    {8, 1, 127, 1},
    {12, -1.001f, -2048, 1},
    {20, 0.5f, 262144, 0},
    {24, 8388607.0f / 8388608, 8388607, 0},
    {24, 1, 8388607, 1},
    {24, -0x1.000002p+0f, -8388608, 1},
    {32, -1, INT_MIN, 0},
    {32, 1, INT_MAX, 1},
    {32, 0x1.fffffep-1f, 0x7fffff80, 0},
};

START_TEST(integers)
{
    int got = 7;
    ck_assert_uint_eq(mbt_to_integers(&cases[_i].in, &got, 1, cases[_i].bits), cases[_i].clipped);
    ck_assert_int_eq(got, cases[_i].out * (1 << (32 - cases[_i].bits)));
}
END_TEST

START_TEST(clipped_are_counted)
{
    static const float in[] = {0.5f, 1.5f, -0.5f, -1.5f, 1.0f, -1.0f, 2.0f};
    int out[7];
    ck_assert_uint_eq(mbt_to_integers(in, out, 7, 16), 4);
    ck_assert_uint_eq(mbt_to_integers(in, out, 0, 16), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("integers");
    tcase_add_loop_test(tests, integers, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(tests, clipped_are_counted);
    return unit_main(tests, "integers");
}
