/* test_random.c: random weights have the published names and fixed bits; the functions under them are exact. */
#include "tests/unit/compiler/compiler_fixture.h"
#include "compiler/numeric.h"

#include <math.h>
#include <string.h>

/* Seed 1234567; by a second program, in Python, whose generator gives SplitMix64's published first output for this
 * seed, 6457827717110365317. */
START_TEST(fixed_bits)
{
    mbt_config config = fixture_config();
    mbt_error error = {""};
    mbt_tensors tensors = {0};
    ck_assert(mbt_random_weights(&config, &mbt_family_mambattention, 1234567, &tensors, &error));
    const float *weight = mbt_tensors_find(&tensors, "dense_encoder.dense_conv_1.0.weight")->data;
    ck_assert(weight[0] == -0x1.b2374ep-3f && weight[47] == 0x1.60b02ep-4f);
    ck_assert(mbt_tensors_find(&tensors, "dense_encoder.dense_conv_1.0.bias")->data[0] == 0x1.779b9cp-6f);
    ck_assert(mbt_tensors_find(&tensors, "dense_encoder.dense_conv_1.1.weight")->data[23] == 0x1.0e6882p+0f);
    ck_assert(mbt_tensors_find(&tensors, "dense_encoder.dense_conv_1.2.weight")->data[23] == 0x1.cfc4b6p-2f);
    mbt_tensors_free(&tensors);
}
END_TEST

static void expect_range(const mbt_tensors *tensors, const char *name, double low, double high, double mean,
                         double slack)
{
    const mbt_tensor *tensor = mbt_tensors_find(tensors, name);
    ck_assert_msg(tensor != NULL, "%s", name);
    double sum = 0;
    for (uint64_t i = 0; i < tensor->count; i++) {
        ck_assert(tensor->data[i] >= low && tensor->data[i] <= high);
        sum += tensor->data[i];
    }
    ck_assert_double_eq_tol(sum / (double)tensor->count, mean, slack);
}

/* Each kind of number lies where it should; the slack is four standard errors of its mean. */
START_TEST(ranges)
{
    mbt_config config = fixture_config();
    mbt_tensors tensors = fixture_tensors(&config);
    const double bound = 1 / sqrt(9 * 24.0);
    expect_range(&tensors, "mask_decoder.dense_block.dense_block.0.0.weight", -bound, bound, 0,
                 4 * bound / sqrt(3 * 5184.0));
    expect_range(&tensors, "TFMambAttention.0.time_mamba.forward_blocks.0.mixer.dt_proj.weight", -0.7072, 0.7072, 0,
                 4 * 0.7072 / sqrt(3 * 144.0));
    expect_range(&tensors, "TFMambAttention.0.time_mamba.forward_blocks.0.mixer.dt_proj.bias", -6, -2, -4,
                 4 * 2 / sqrt(3 * 72.0));
    expect_range(&tensors, "TFMambAttention.0.time_mamba.forward_blocks.0.mixer.D", 0.4, 1.6, 1, 4 * 0.1 / sqrt(72.0));
    expect_range(&tensors, "TFMambAttention.0.time_mamba.forward_blocks.0.mixer.conv1d.bias", -0.6, 0.6, 0,
                 0.4 / sqrt(72.0));
    expect_range(&tensors, "mask_decoder.dense_block.dense_block.0.2.weight", -0.35, 0.85, 0.25, 0.4 / sqrt(24.0));
    /* A_log[e][n] is near log(n + 1), and these are 0, 0.69 and 1.10 */
    expect_range(&tensors, "TFMambAttention.0.time_mamba.forward_blocks.0.mixer.A_log", -0.6, 1.7, log(6.0) / 3,
                 0.4 / sqrt(216.0));
    mbt_tensors_free(&tensors);
}
END_TEST

START_TEST(seeds_differ)
{
    mbt_config config = fixture_config();
    mbt_error error = {""};
    mbt_tensors first = fixture_tensors(&config), second = {0};
    ck_assert(mbt_random_weights(&config, &mbt_family_mambattention, 8, &second, &error));
    ck_assert_uint_eq(first.count, second.count);
    ck_assert_int_ne(memcmp(first.list[0].data, second.list[0].data, first.list[0].count * sizeof(float)), 0);
    mbt_tensors_free(&first);
    mbt_tensors_free(&second);
}
END_TEST

START_TEST(too_large_a_network)
{
    mbt_config config = fixture_config();
    mbt_error error = {""};
    mbt_tensors tensors = {0};
    config.hid_feature = UINT32_MAX - 7;
    ck_assert(!mbt_random_weights(&config, &mbt_family_mambattention, 1, &tensors, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "parameters"));
    ck_assert_uint_eq(tensors.count, 0);
}
END_TEST

/* The libm's functions are taken to be within one unit in the last place. */
START_TEST(exp_and_log)
{
    for (int i = -7000; i <= 7000; i++) {
        const double x = i / 10.0, expected = exp(x);
        ck_assert_double_eq_tol(mbt_exp(x), expected, 3 * 0x1p-53 * 2 * expected);
    }
    for (int i = 1; i <= 5000; i++) {
        const double x = i / 7.0, expected = log(x);
        ck_assert_double_eq_tol(mbt_log(x), expected, 5 * 0x1p-53 * fmax(fabs(expected), 0.5));
    }
    ck_assert(mbt_exp(0) == 1 && mbt_exp(1000) > 1e308 && mbt_exp(-1000) == 0);
    ck_assert(mbt_log(1) == 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("random");
    tcase_add_test(tests, fixed_bits);
    tcase_add_test(tests, ranges);
    tcase_add_test(tests, seeds_differ);
    tcase_add_test(tests, too_large_a_network);
    tcase_add_test(tests, exp_and_log);
    return unit_main(tests, "random");
}
