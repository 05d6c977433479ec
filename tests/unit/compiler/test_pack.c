/* test_pack.c: the packed layout, written out by hand, and the store of arrays. */
#include "tests/unit/compiler/compiler_fixture.h"
#include "compiler/storage/pack.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* 2 taps, 3 inputs, 18 outputs: two panels, of which the second holds two outputs. The digits of a weight are
 * those of tap, i and o. */
START_TEST(panels)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense;
    ck_assert(mbt_weights_init(&dense, 2, 3, 18, &error));
    for (uint32_t tap = 0; tap < 2; tap++) {
        for (uint32_t i = 0; i < 3; i++)
            for (uint32_t o = 0; o < 18; o++)
                *mbt_weights_at(&dense, tap, i, o) = 1000 * (tap + 1) + 100 * (i + 1) + o;
    }
    dense.bias[17] = 0.1;
    mbt_matrix matrix;
    ck_assert(mbt_pack_matrix(&arrays, "layer", &dense, MBT_WEIGHT_F32, &matrix, &error));
    mbt_weights_free(&dense);
    const float *data = matrix.data;
    ck_assert_uint_eq((uintptr_t)data % 64, 0);
    ck_assert_uint_eq(matrix.taps, 2);
    ck_assert_uint_eq(matrix.k, 3);
    ck_assert_uint_eq(matrix.n, 18);
    ck_assert(data[0] == 1100 && data[1] == 1101 && data[15] == 1115);
    ck_assert(data[16] == 1200 && data[2 * 16] == 1300);                                  /* the next inputs */
    ck_assert(data[3 * 16] == 2100 && data[5 * 16 + 15] == 2315);                         /* the second tap */
    ck_assert(data[6 * 16] == 1116 && data[6 * 16 + 1] == 1117 && data[6 * 16 + 2] == 0); /* the second panel */
    ck_assert(data[11 * 16 + 1] == 2317 && data[11 * 16 + 15] == 0);
    ck_assert(matrix.bias[17] == 0.1f && matrix.bias[16] == 0 && matrix.bias[31] == 0);
    ck_assert_ptr_null(matrix.scale);
    ck_assert_uint_eq(arrays.count, 2);
    ck_assert_str_eq(mbt_arrays_find(&arrays, matrix.data)->name, "layer_weights");
    ck_assert_uint_eq(mbt_arrays_find(&arrays, matrix.data)->count, 2 * 6 * 16);
    ck_assert_str_eq(mbt_arrays_find(&arrays, matrix.bias)->name, "layer_bias");
    ck_assert_uint_eq(arrays.bytes, 4 * (2 * 6 * 16 + 32));
    mbt_arrays_free(&arrays);
}
END_TEST

/* The same layout in binary16. By hand: 1.5 is 3e00, 0.1 is 2e66 (0.0999755859375), 2^-24 is 0001. */
START_TEST(halves)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense;
    mbt_matrix matrix;
    ck_assert(mbt_weights_init(&dense, 2, 1, 17, &error));
    *mbt_weights_at(&dense, 0, 0, 3) = 1.5;
    *mbt_weights_at(&dense, 1, 0, 0) = -0.1;
    *mbt_weights_at(&dense, 1, 0, 16) = 0x1p-24;
    dense.bias[16] = 0.1;
    ck_assert_msg(mbt_pack_matrix(&arrays, "layer", &dense, MBT_WEIGHT_F16, &matrix, &error), "%s", error.text);
    mbt_weights_free(&dense);
    const uint16_t *data = matrix.data;
    for (unsigned i = 0; i < 2 * 2 * 16; i++)
        ck_assert_uint_eq(data[i], i == 3 ? 0x3e00 : i == 16 ? 0xae66 : i == 3 * 16 ? 1 : 0);
    ck_assert_uint_eq(matrix.type, MBT_WEIGHT_F16);
    ck_assert(matrix.bias[16] == 0.1f); /* not rounded to binary16 */
    const mbt_array *array = mbt_arrays_find(&arrays, matrix.data);
    ck_assert(strcmp(array->layer, "layer") == 0 && array->type == MBT_WEIGHT_F16);
    ck_assert_double_eq_tol(array->power, 2.26, 1e-12);
    ck_assert_double_eq_tol(array->error, pow(0.1 - 0.0999755859375, 2), 1e-18);
    ck_assert_str_eq(mbt_arrays_find(&arrays, matrix.bias)->layer, "");
    ck_assert_uint_eq(arrays.bytes, 2 * 2 * 2 * 16 + 4 * 32);
    mbt_arrays_free(&arrays);
}
END_TEST

/* The array is named, and so are the weight and the limit. In float the same weights are fine. */
START_TEST(too_large_for_halves)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense;
    mbt_matrix matrix;
    ck_assert(mbt_weights_init(&dense, 9, 16, 16, &error));
    *mbt_weights_at(&dense, 8, 15, 15) = -65519.9;
    ck_assert(mbt_pack_matrix(&arrays, "good", &dense, MBT_WEIGHT_F16, &matrix, &error));
    *mbt_weights_at(&dense, 8, 15, 15) = -65520;
    ck_assert(mbt_pack_matrix(&arrays, "plain", &dense, MBT_WEIGHT_F32, &matrix, &error));
    ck_assert(!mbt_pack_matrix(&arrays, "layer", &dense, MBT_WEIGHT_F16, &matrix, &error));
    ck_assert_str_eq(error.text, "layer_weights: a weight of -65520 does not fit f16, whose largest number is 65504; "
                                 "--precision mixed can keep layer in f32");
    error.text[0] = '\0';
    *mbt_weights_at(&dense, 8, 15, 15) = 0;
    *mbt_weights_at(&dense, 2, 0, 0) = 1e5; /* frequency tap 2: the last point takes it as it is */
    ck_assert(!mbt_pack_winograd(&arrays, "dense", &dense, MBT_WEIGHT_F16, &matrix, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "dense_weights: a weight of 100000 does not fit f16"));
    mbt_weights_free(&dense);
    mbt_arrays_free(&arrays);
}
END_TEST

/* Two taps of five inputs to 18 outputs. By numpy: scale = float32(max |w| / 127), q = clip(rint(w / float64(scale)),
 * -127, 127). */
static const struct {
    uint32_t o;
    double weights[2][5];
    float scale;
    int8_t expected[2][5];
} int8_outputs[] = {
    {1, {{1, 2, 3, 4, 5}, {-6, 7, -8, 9, 127}}, 1, {{1, 2, 3, 4, 5}, {-6, 7, -8, 9, 127}}},
    /* the largest is negative; halves go to the even number */
    {2,
     {{0.25, 0.75, 1.25, -0.25, -0.75}, {31.25, 0.125, -63.5, 63.25, 63.5}},
     0.5f,
     {{0, 2, 2, 0, -2}, {62, 0, -127, 126, 127}}},
    {15,
     {{0.1, -0.2, 0.3, -0.05, 0.0004}, {0.0012, -0.0011, 0.15, 0.2999, 0.01}},
     0x1.359e7p-9f,
     {{42, -85, 127, -21, 0}, {1, 0, 64, 127, 4}}},
    {16, {{1e-40, -3e-41, 0, 0, 0}, {0, 0, 0, 0, 0}}, 0x1.19p-140f, {{127, -38, 0, 0, 0}, {0, 0, 0, 0, 0}}},
    /* below the smallest float: there is no scale for it */
    {17, {{1e-44, -1e-45, 0, 0, 0}, {0, 0, 0, 0, 0}}, 0, {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}},
};

#define INT8_OUTPUTS (sizeof int8_outputs / sizeof int8_outputs[0])

static mbt_weights int8_dense(void)
{
    mbt_error error = {""};
    mbt_weights dense;
    ck_assert(mbt_weights_init(&dense, 2, 5, 18, &error));
    for (size_t row = 0; row < INT8_OUTPUTS; row++)
        for (uint32_t i = 0; i < 10; i++)
            *mbt_weights_at(&dense, i / 5, i % 5, int8_outputs[row].o) = int8_outputs[row].weights[i / 5][i % 5];
    return dense;
}

/* data[2 panels][2 taps][2][16][4] */
START_TEST(int8_numbers)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense = int8_dense();
    mbt_matrix matrix;
    unsigned expected = 0, found = 0;
    dense.bias[3] = 0.1;
    ck_assert_msg(mbt_pack_matrix(&arrays, "layer", &dense, MBT_WEIGHT_I8, &matrix, &error), "%s", error.text);
    mbt_weights_free(&dense);
    const int8_t *data = matrix.data;
    ck_assert(matrix.type == MBT_WEIGHT_I8 && matrix.taps == 2 && matrix.k == 5 && matrix.n == 18);
    for (size_t row = 0; row < INT8_OUTPUTS; row++) {
        const uint32_t o = int8_outputs[row].o;
        ck_assert_msg(matrix.scale[o] == int8_outputs[row].scale, "%u: %a", (unsigned)o, (double)matrix.scale[o]);
        for (uint32_t i = 0; i < 10; i++) {
            const size_t at = o / 16 * 256 + i / 5 * 128 + i % 5 / 4 * 64 + o % 16 * 4 + i % 5 % 4;
            ck_assert_int_eq(data[at], int8_outputs[row].expected[i / 5][i % 5]);
            expected += int8_outputs[row].expected[i / 5][i % 5] != 0;
        }
    }
    ck_assert(data[4] == 1 && data[64 + 4] == 5 && data[128 + 64 + 4] == 127); /* output 1: inputs 0, 4; tap 1, 4 */
    ck_assert(data[256] == 127 && data[256 + 1] == -38);                       /* output 16 */
    for (size_t i = 0; i < 512; i++)
        found += data[i] != 0;
    ck_assert_uint_eq(found, expected); /* the other places are zeros */
    ck_assert(matrix.scale[0] == 0 && matrix.scale[18] == 0 && matrix.scale[31] == 0);
    ck_assert(matrix.bias[3] == 0.1f);
    mbt_arrays_free(&arrays);
}
END_TEST

/* The sums are numpy's: the powers of the rows 127^2 and less, 13044.453125 and 0.25504282, the errors 0, 0.453125 and
 * 5.824524023119459e-06. */
START_TEST(int8_arrays)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense = int8_dense();
    mbt_matrix matrix;
    ck_assert_msg(mbt_pack_matrix(&arrays, "layer", &dense, MBT_WEIGHT_I8, &matrix, &error), "%s", error.text);
    mbt_weights_free(&dense);
    const mbt_array *weights = mbt_arrays_find(&arrays, matrix.data);
    const mbt_array *scale = mbt_arrays_find(&arrays, matrix.scale);
    ck_assert_str_eq(weights->name, "layer_weights");
    ck_assert_str_eq(scale->name, "layer_scale");
    ck_assert_str_eq(weights->layer, "layer");
    ck_assert_str_eq(scale->layer, "layer");
    ck_assert(weights->type == MBT_WEIGHT_I8 && scale->type == MBT_WEIGHT_F32);
    ck_assert_uint_eq(weights->count, 512);
    ck_assert_uint_eq(scale->count, 32);
    ck_assert_double_eq_tol(weights->power, 55 + 16359 + 13044.453125 + 0.25504282, 1e-9);
    ck_assert_double_eq_tol(weights->error, 0.453125 + 5.824524023119459e-06, 1e-15);
    ck_assert(scale->power == 0 && scale->error == 0);
    ck_assert_uint_eq(arrays.bytes, 512 + 4 * 32 + 4 * 32); /* and a bias of zeros */
    ck_assert_uint_eq((uintptr_t)matrix.data % 64, 0);
    mbt_arrays_free(&arrays);
}
END_TEST

/* 9 x 7281 is 65529, 9 x 7282 is 65538. */
START_TEST(too_many_inputs_for_int8)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights good, bad;
    mbt_matrix matrix;
    ck_assert(mbt_weights_init(&good, 9, 7281, 1, &error) && mbt_weights_init(&bad, 9, 7282, 1, &error));
    ck_assert(mbt_pack_matrix(&arrays, "good", &good, MBT_WEIGHT_I8, &matrix, &error));
    ck_assert(mbt_pack_matrix(&arrays, "half", &bad, MBT_WEIGHT_F16, &matrix, &error));
    ck_assert(!mbt_pack_matrix(&arrays, "layer", &bad, MBT_WEIGHT_I8, &matrix, &error));
    ck_assert_str_eq(error.text, "layer: 9 x 7282 inputs; int8 can sum 65536");
    mbt_weights_free(&good);
    mbt_weights_free(&bad);
    mbt_arrays_free(&arrays);
}
END_TEST

/* What has no packed form in int8. */
START_TEST(never_int8)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense;
    mbt_matrix matrix;
    ck_assert(mbt_weights_init(&dense, 9, 16, 16, &error));
    ck_assert(!mbt_pack_winograd(&arrays, "dense", &dense, MBT_WEIGHT_I8, &matrix, &error));
    ck_assert_str_eq(error.text, "dense: Winograd's form cannot be int8");
    mbt_weights_free(&dense);
    error.text[0] = '\0';
    mbt_array *array = mbt_arrays_add(&arrays, "mamba_constants", "mamba", "a", MBT_WEIGHT_I8, 16, &error);
    ck_assert_ptr_nonnull(array);
    ck_assert(!mbt_pack_weight(array, 0, 1, &error));
    ck_assert_str_eq(error.text, "mamba_a: numbers that are not a matrix cannot be int8");
    mbt_arrays_free(&arrays);
}
END_TEST

/* Layers without a bias point to one array of zeros for each size. */
START_TEST(shared_zeros)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights wide, narrow;
    mbt_matrix first, second, third;
    ck_assert(mbt_weights_init(&wide, 1, 1, 17, &error) && mbt_weights_init(&narrow, 1, 1, 16, &error));
    ck_assert(mbt_pack_matrix(&arrays, "first", &wide, MBT_WEIGHT_F32, &first, &error));
    ck_assert(mbt_pack_matrix(&arrays, "second", &narrow, MBT_WEIGHT_F32, &second, &error));
    ck_assert(mbt_pack_matrix(&arrays, "third", &wide, MBT_WEIGHT_F32, &third, &error));
    ck_assert_ptr_eq(first.bias, third.bias);
    ck_assert_ptr_ne(first.bias, second.bias);
    ck_assert_str_eq(mbt_arrays_find(&arrays, first.bias)->name, "zeros_32");
    ck_assert_uint_eq(mbt_arrays_find(&arrays, second.bias)->count, 16);
    ck_assert(first.bias[0] == 0 && first.bias[31] == 0);
    ck_assert_uint_eq(arrays.bytes, 4 * (32 + 32 + 16 + 16 + 32));
    mbt_weights_free(&wide);
    mbt_weights_free(&narrow);
    mbt_arrays_free(&arrays);
}
END_TEST

START_TEST(vectors)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    float values[17];
    for (int i = 0; i < 17; i++)
        values[i] = (float)(i + 1);
    const float *packed = mbt_pack_vector(&arrays, "norm", "gain", values, 17, &error);
    ck_assert_ptr_nonnull(packed);
    for (int i = 0; i < 32; i++)
        ck_assert(packed[i] == (i < 17 ? (float)(i + 1) : 0));
    ck_assert_uint_eq(arrays.bytes, 4 * 32);
    mbt_arrays_free(&arrays);
}
END_TEST

/* Earlier arrays stay where they are while the list of them grows. */
START_TEST(many_arrays)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    float *first = mbt_arrays_add_floats(&arrays, "array", "first", 1, &error);
    ck_assert_ptr_nonnull(first);
    for (int i = 0; i < 1000; i++)
        ck_assert_ptr_nonnull(mbt_arrays_add_floats(&arrays, "array", "next", 1, &error));
    ck_assert_str_eq(mbt_arrays_find(&arrays, first)->name, "array_first");
    ck_assert_ptr_null(mbt_arrays_find(&arrays, &arrays));
    mbt_arrays_free(&arrays);
}
END_TEST

START_TEST(too_large)
{
    mbt_arrays arrays = {0};
    mbt_error error = {""};
    mbt_weights dense;
    ck_assert(!mbt_weights_init(&dense, 9, UINT32_MAX, UINT32_MAX, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "memory"));
    error.text[0] = '\0';
    ck_assert_ptr_null(mbt_arrays_add_floats(&arrays, "array", "huge", SIZE_MAX / 4, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "array_huge"));
    mbt_arrays_free(&arrays);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("pack");
    tcase_add_test(tests, panels);
    tcase_add_test(tests, halves);
    tcase_add_test(tests, too_large_for_halves);
    tcase_add_test(tests, int8_numbers);
    tcase_add_test(tests, int8_arrays);
    tcase_add_test(tests, too_many_inputs_for_int8);
    tcase_add_test(tests, never_int8);
    tcase_add_test(tests, shared_zeros);
    tcase_add_test(tests, vectors);
    tcase_add_test(tests, many_arrays);
    tcase_add_test(tests, too_large);
    return unit_main(tests, "pack");
}
