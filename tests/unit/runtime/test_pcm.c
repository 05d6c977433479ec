/* test_pcm.c: from floats to 16-bit samples and back. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <fenv.h>
#include <float.h>
#include <math.h>

#include "mambattention/mambattention.h"

/* By hand: 32768 x, ties to even. */
static const struct {
    float sample;
    int16_t wanted;
} cases[] = {
    {0.0f, 0},
    {-0.0f, 0},
    {1.0f, 32767},
    {-1.0f, -32768},
    {0.5f, 16384},
    {-0.5f, -16384},
    {0x1p-15f, 1},
    {-0x1p-15f, -1},
    {0x0.8p-15f, 0},
    {-0x0.8p-15f, 0},
    {0x0.800002p-15f, 1},
    {-0x0.800002p-15f, -1},
    {0x1.8p-15f, 2},
    {-0x1.8p-15f, -2},
    {0x2.8p-15f, 2},
    {-0x2.8p-15f, -2},
    {0x2.7ffffep-15f, 2},
    {0x3.8p-15f, 4},
    {32765.5f / 32768, 32766},
    {32766.5f / 32768, 32766},
    {32767.0f / 32768, 32767},
    {32767.25f / 32768, 32767},
    {32767.5f / 32768, 32767},
    {-32767.5f / 32768, -32768},
    {-32768.5f / 32768, -32768},
    {-32766.5f / 32768, -32766},
    {1.0001f, 32767},
    {-1.0001f, -32768},
    {65536.0f, 32767},
    {-65536.0f, -32768},
    {FLT_MAX, 32767},
    {-FLT_MAX, -32768},
    {INFINITY, 32767},
    {-INFINITY, -32768},
    {FLT_MIN, 0},
    {-0x1p-149f, 0},
    {NAN, 0},
    {-NAN, 0},
};

START_TEST(rounding_and_saturation)
{
    int16_t out[3] = {1234, 1234, 1234};
    mbt_to_s16(&cases[_i].sample, out + 1, 1);
    ck_assert_msg(out[1] == cases[_i].wanted, "%a became %d, not %d", (double)cases[_i].sample, out[1],
                  cases[_i].wanted);
    ck_assert(out[0] == 1234 && out[2] == 1234);
}
END_TEST

START_TEST(all_values_survive)
{
    static int16_t values[65536], back[65536];
    static float samples[65536];
    for (int i = 0; i < 65536; i++)
        values[i] = (int16_t)(i - 32768);
    mbt_from_s16(values, samples, 65536);
    for (int i = 0; i < 65536; i++)
        ck_assert((double)samples[i] == (double)values[i] / 32768);
    mbt_to_s16(samples, back, 65536);
    for (int i = 0; i < 65536; i++)
        ck_assert_int_eq(back[i], values[i]);
}
END_TEST

START_TEST(many_at_once_are_each_alone)
{
    float samples[COUNT(cases)];
    int16_t out[COUNT(cases)];
    for (int i = 0; i < COUNT(cases); i++)
        samples[i] = cases[i].sample;
    mbt_to_s16(samples, out, COUNT(cases));
    for (int i = 0; i < COUNT(cases); i++)
        ck_assert_int_eq(out[i], cases[i].wanted);
    mbt_to_s16(NULL, NULL, 0);
    mbt_from_s16(NULL, NULL, 0);
}
END_TEST

static const int rounding_modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

START_TEST(whatever_the_callers_rounding_mode)
{
    float samples[COUNT(cases)];
    int16_t out[COUNT(cases)];
    for (int i = 0; i < COUNT(cases); i++)
        samples[i] = cases[i].sample;
    ck_assert_int_eq(fesetround(rounding_modes[_i]), 0);
    mbt_to_s16(samples, out, COUNT(cases));
    const int after = fegetround();
    fesetround(FE_TONEAREST);
    ck_assert_int_eq(after, rounding_modes[_i]);
    for (int i = 0; i < COUNT(cases); i++)
        ck_assert_int_eq(out[i], cases[i].wanted);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("pcm");
    tcase_add_loop_test(tests, rounding_and_saturation, 0, COUNT(cases));
    tcase_add_test(tests, all_values_survive);
    tcase_add_test(tests, many_at_once_are_each_alone);
    tcase_add_loop_test(tests, whatever_the_callers_rounding_mode, 0, COUNT(rounding_modes));
    return unit_main(tests, "pcm");
}
