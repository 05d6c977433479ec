/* test_halves.c: binary16 from floats and back: what numpy 1.24 makes of the same numbers, and every number there
 * is. */
#include <math.h>

#include "common/half.h"
#include "tests/unit/unit_main.h"

/* float32(x).astype(float16) of numpy. */
START_TEST(as_numpy)
{
    static const struct {
        float value;
        unsigned bits;
    } cases[] = {
        {0x0p+0f, 0x0000},        {-0x0p+0f, 0x8000},        {0x1p+0f, 0x3c00},         {-0x1p+1f, 0xc000},
        {0x1.99999ap-4f, 0x2e66}, {0x1.555556p-2f, 0x3555},  {0x1.002p+0f, 0x3c00},     {0x1.006p+0f, 0x3c02},
        {0x1.002002p+0f, 0x3c01}, {0x1.005ffep+0f, 0x3c01},  {0x1.ffep+0f, 0x4000},     {0x1.ffdffep+0f, 0x3fff},
        {0x1.ffcp+15f, 0x7bff},   {-0x1.ffcp+15f, 0xfbff},   {0x1.ff9ffep+15f, 0x7bfe}, {0x1p-14f, 0x0400},
        {0x1.ffep-15f, 0x0400},   {0x1.ffcp-15f, 0x0400},    {0x1.ffdp-15f, 0x0400},    {0x1.ff8p-15f, 0x03ff},
        {-0x1p-24f, 0x8001},      {0x1.8p-24f, 0x0002},      {0x1.4p-23f, 0x0002},      {0x1.cp-23f, 0x0004},
        {0x1p-25f, 0x0000},       {0x1.000002p-25f, 0x0001}, {0x1.fffffep-26f, 0x0000}, {-0x1.8p-25f, 0x8001},
        {-0x1p-26f, 0x8000},      {0x1.554p-15f, 0x02aa},    {0x1.2p-22f, 0x0004},      {0x1.3p-22f, 0x0005},
        {0x1.921fb6p+1f, 0x4248}, {-0x1.5bf0a8p+1f, 0xc170},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned bits = mbt_half_from_float(cases[i].value);
        ck_assert_msg(bits == cases[i].bits, "%a: 0x%04x, not 0x%04x", (double)cases[i].value, bits, cases[i].bits);
    }
}
END_TEST

/* The value of a finite number by its definition. Every one is a float, as is the middle between two. */
static float value_of(unsigned bits)
{
    const int e = (int)(bits >> 10 & 31), f = (int)(bits & 1023);
    return (bits & 0x8000 ? -1.0f : 1.0f) * (e == 0 ? ldexpf((float)f, -24) : ldexpf((float)(1024 + f), e - 25));
}

static void expect_half(float x, unsigned bits)
{
    const unsigned found = mbt_half_from_float(x);
    ck_assert_msg(found == bits, "%a: 0x%04x, not 0x%04x", (double)x, found, bits);
}

/* Each number is its own nearest; a number half way to the next is rounded to the even one, others to the nearer. */
START_TEST(every_number)
{
    for (unsigned bits = 0; bits < 0x7bff; bits++) {
        const float here = value_of(bits), middle = (here + value_of(bits + 1)) / 2;
        expect_half(middle, bits + bits % 2);
        expect_half(-middle, (bits + bits % 2) | 0x8000);
        expect_half(nextafterf(middle, 0), bits);
        expect_half(-nextafterf(middle, 0), bits | 0x8000);
        expect_half(nextafterf(middle, 1e9f), bits + 1);
        expect_half(-nextafterf(middle, 1e9f), (bits + 1) | 0x8000);
    }
}
END_TEST

START_TEST(there_and_back)
{
    for (unsigned bits = 0; bits <= 0xffff; bits++) {
        if ((bits & 0x7fff) > 0x7bff)
            continue; /* infinity and NaN */
        const float here = mbt_float_from_half((uint16_t)bits);
        ck_assert_float_eq(here, value_of(bits));
        ck_assert_int_eq(signbit(here) != 0, bits >= 0x8000);
        expect_half(here, bits);
    }
}
END_TEST

/* The smallest and the largest floats that may be given. */
START_TEST(ends_of_the_range)
{
    expect_half(0x1p-149f, 0);
    expect_half(-0x1p-149f, 0x8000);
    expect_half(0x1p-126f, 0);
    expect_half(65504, 0x7bff);
    expect_half(-65504, 0xfbff);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("halves");
    tcase_add_test(tests, as_numpy);
    tcase_add_test(tests, every_number);
    tcase_add_test(tests, there_and_back);
    tcase_add_test(tests, ends_of_the_range);
    return unit_main(tests, "halves");
}
