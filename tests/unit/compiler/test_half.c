/* test_half.c: rounding to binary16: what numpy 1.24 makes of the same numbers, and every number there is. */
#include "compiler/storage/half.h"
#include "tests/unit/unit.h"

#include <math.h>

/* float(x).astype(float16) of numpy. Ties are those that end in an odd unit: 1.002p+0 lies between 3c00 and 3c01. */
START_TEST(as_numpy)
{
    static const struct {
        double value;
        unsigned bits;
    } cases[] = {
        {0x0p+0, 0x0000},
        {-0x0p+0, 0x8000},
        {0x1p+0, 0x3c00},
        {-0x1p+1, 0xc000},
        {0x1.999999999999ap-4, 0x2e66},
        {0x1.5555555555555p-2, 0x3555},
        {0x1.002p+0, 0x3c00},
        {0x1.006p+0, 0x3c02},
        {0x1.0020000000001p+0, 0x3c01},
        {0x1.0060000000001p+0, 0x3c02},
        {0x1.005ffffffffffp+0, 0x3c01},
        {0x1.ffep+0, 0x4000},
        {0x1.ffdffffffffffp+0, 0x3fff},
        {0x1.ffcp+15, 0x7bff},
        {0x1.ffdffffffffffp+15, 0x7bff},
        {0x1.ffep+15, 0x7c00},
        {-0x1.ffep+15, 0xfc00},
        {0x1p+16, 0x7c00},
        {0x1p+1000, 0x7c00},
        {0x1p-14, 0x0400},
        {0x1.ffep-15, 0x0400},
        {0x1.ffcp-15, 0x0400},
        {0x1.ffdp-15, 0x0400},
        {0x1.ff8p-15, 0x03ff},
        {0x1p-24, 0x0001},
        {0x1.8p-24, 0x0002},
        {0x1.4p-23, 0x0002},
        {0x1.cp-23, 0x0004},
        {0x1p-25, 0x0000},
        {0x1.0000000000001p-25, 0x0001},
        {0x1.fffffffffffffp-26, 0x0000},
        {-0x1.8p-25, 0x8001},
        {0x1p-1000, 0x0000},
        {-0x1p-26, 0x8000},
        {0x1.554p-15, 0x02aa},
        {0x1.2p-22, 0x0004},
        {0x1.3p-22, 0x0005},
        {HUGE_VAL, 0x7c00},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned bits = mbt_half_from_double(cases[i].value);
        ck_assert_msg(bits == cases[i].bits, "%a: 0x%04x, not 0x%04x", cases[i].value, bits, cases[i].bits);
    }
}
END_TEST

/* The value of a finite number by its definition. */
static double value_of(unsigned bits)
{
    const int e = (int)(bits >> 10 & 31), f = (int)(bits & 1023);
    return (bits & 0x8000 ? -1 : 1) * (e == 0 ? ldexp(f, -24) : ldexp(1024 + f, e - 25));
}

/* Each number is its own nearest; a number half way to the next is rounded to the even one, others to the nearer. */
START_TEST(every_number)
{
    for (unsigned bits = 0; bits < 0x7bff; bits++) {
        const double here = value_of(bits), next = value_of(bits + 1), middle = (here + next) / 2;
        ck_assert_uint_eq(mbt_half_from_double(here), bits);
        ck_assert_uint_eq(mbt_half_from_double(-here), bits | 0x8000);
        ck_assert_uint_eq(mbt_half_from_double(middle), bits + bits % 2);
        ck_assert_uint_eq(mbt_half_from_double(nextafter(middle, 0)), bits);
        ck_assert_uint_eq(mbt_half_from_double(-nextafter(middle, 1e9)), (bits + 1) | 0x8000);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("half");
    tcase_add_test(tests, as_numpy);
    tcase_add_test(tests, every_number);
    return unit_main(tests, "half");
}
