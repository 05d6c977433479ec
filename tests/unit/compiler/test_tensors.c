/* test_tensors.c: the error line, the list of tensors, number types, strided storages. */
#include <float.h>
#include <math.h>

#include "compiler/read/elements.h"
#include "tests/unit/unit.h"

START_TEST(error_keeps_the_first_line)
{
    mbt_error error = {""};
    ck_assert(!mbt_fail(&error, "first %d\n\x1b[31m\x7f", 1));
    ck_assert(!mbt_fail(&error, "second"));
    ck_assert_str_eq(error.text, "first 1??[31m?");
}
END_TEST

START_TEST(error_is_cut_at_its_size)
{
    mbt_error error = {""};
    mbt_fail(&error, "%02000d", 7);
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
}
END_TEST

/* Of a long path the end is shown, from the start of a character on; the reason is whole. */
START_TEST(error_shows_the_reason_after_any_path)
{
    char path[5000], wanted[300];
    mbt_error error = {""};
    mbt_fail_file(&error, "a/b", "why: %d", 3);
    ck_assert_str_eq(error.text, "a/b: why: 3");
    memset(path, 'x', sizeof path);
    strcpy(path + sizeof path - 6, "/tail");
    error.text[0] = '\0';
    mbt_fail_file(&error, path, "why: %0600d", 7);
    snprintf(wanted, sizeof wanted, "...%.195s/tail: why: 000", path);
    ck_assert_int_eq(strncmp(error.text, wanted, strlen(wanted)), 0);
    ck_assert_str_eq(error.text + strlen(error.text) - 3, "007");
    memcpy(path + sizeof path - 1 - 201, "\xc3\xa9", 2); /* one character, cut in the middle */
    error.text[0] = '\0';
    mbt_fail_file(&error, path, "why");
    snprintf(wanted, sizeof wanted, "...%.194s/tail: why", path);
    ck_assert_str_eq(error.text, wanted);
}
END_TEST

START_TEST(tensors_are_found_and_taken)
{
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    const uint64_t shape[] = {2, 3};
    char name[20];
    for (int i = 0; i < 200; ++i) {
        snprintf(name, sizeof name, "t%d", i);
        mbt_tensor *tensor = mbt_tensors_add(&tensors, name, shape, 2, &error);
        ck_assert_ptr_nonnull(tensor);
        ck_assert_uint_eq(tensor->count, 6);
        for (int k = 0; k < 6; ++k)
            ck_assert(tensor->data[k] == 0.0f);
    }
    ck_assert_ptr_null(mbt_tensors_find(&tensors, "t200"));
    ck_assert_ptr_eq(mbt_tensors_find(&tensors, "t150"), &tensors.list[150]);
    ck_assert_ptr_eq(mbt_tensors_unused(&tensors), &tensors.list[0]);
    for (size_t i = 0; i < tensors.count; ++i)
        tensors.list[i].used = i != 17;
    ck_assert_str_eq(mbt_tensors_unused(&tensors)->name, "t17");
    tensors.list[17].used = true;
    ck_assert_ptr_null(mbt_tensors_unused(&tensors));
    mbt_tensors_free(&tensors);
    ck_assert_uint_eq(tensors.count, 0);
}
END_TEST

START_TEST(tensors_refuse_bad_shapes)
{
    mbt_tensors tensors = {0};
    const uint64_t huge[] = {UINT64_C(1) << 32, UINT64_C(1) << 32, 3}, nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const uint64_t half[] = {UINT64_C(1) << 61}, none[] = {UINT64_MAX, 0, UINT64_MAX};
    mbt_error error = {""};
    ck_assert_ptr_null(mbt_tensors_add(&tensors, "x", huge, 3, &error));
    unit_check_error(&error, "'x'");
    error.text[0] = '\0';
    ck_assert_ptr_null(mbt_tensors_add(&tensors, "x", half, 1, &error));
    unit_check_error(&error, "larger than memory");
    error.text[0] = '\0';
    ck_assert_ptr_null(mbt_tensors_add(&tensors, "x", nine, 9, &error));
    unit_check_error(&error, "9 dimensions");
    error.text[0] = '\0';
    ck_assert_ptr_nonnull(mbt_tensors_add(&tensors, "empty", none, 3, &error));
    ck_assert_uint_eq(tensors.list[0].count, 0);
    ck_assert_ptr_nonnull(mbt_tensors_add(&tensors, "scalar", NULL, 0, &error));
    ck_assert_uint_eq(tensors.list[1].count, 1);
    ck_assert_ptr_null(mbt_tensors_add(&tensors, "scalar", nine, 1, &error));
    unit_check_error(&error, "'scalar' is given twice");
    mbt_tensors_free(&tensors);
}
END_TEST

/* IEEE 754 binary formats by definition: (-1)^s 2^(e - bias) 1.f, 2^(1 - bias) 0.f where e = 0. */
static double ieee_value(uint32_t bits, int exponent_bits, int fraction_bits)
{
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = (int)(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
    const double fraction = ldexp((double)(bits & ((1u << fraction_bits) - 1u)), -fraction_bits);
    const double sign = bits >> (exponent_bits + fraction_bits) != 0 ? -1.0 : 1.0;
    if (exponent == (1 << exponent_bits) - 1)
        return fraction != 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? ldexp(fraction, 1 - bias) : ldexp(1.0 + fraction, exponent - bias));
}

static void check_same(float found, double wanted, uint32_t bits)
{
    if (isnan(wanted)) {
        ck_assert_msg(isnan(found), "0x%04x is %g, not NaN", bits, (double)found);
    } else {
        ck_assert_msg((double)found == wanted && !signbit(found) == !signbit(wanted), "0x%04x is %a, not %a", bits,
                      (double)found, wanted);
    }
}

START_TEST(half_and_bfloat16_are_exact)
{
    for (uint32_t bits = 0; bits < 65536; ++bits) {
        check_same(mbt_float_from_f16((uint16_t)bits), ieee_value(bits, 5, 10), bits);
        check_same(mbt_float_from_bf16((uint16_t)bits), ieee_value(bits, 8, 7), bits);
    }
}
END_TEST

static float read_value(mbt_element element, const void *value)
{
    uint8_t bytes[9]; /* at an odd address: alignment is not to matter */
    const uint16_t probe = 1;
    const size_t size = mbt_element_size(element);
    memcpy(bytes + 1, value, size);
    if (*(const uint8_t *)&probe == 0)
        for (size_t i = 0; i < size; ++i)
            bytes[1 + i] = ((const uint8_t *)value)[size - 1 - i];
    return mbt_element_read(element, bytes + 1);
}

START_TEST(doubles_are_rounded)
{
    /* FLT_MAX = (2 - 2^-23) 2^127; what lies below (2 - 2^-24) 2^127 rounds to it. */
    const double values[] = {1.0 / 3.0, -0x1.fffffefffffffp127, 0x1.ffffffp127, -1e300, 0x1p-149, 0x1p-151};
    const double wanted[] = {0x1.555556p-2, -0x1.fffffep127, INFINITY, -INFINITY, 0x1p-149, 0.0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; ++i)
        ck_assert_msg((double)read_value(MBT_ELEMENT_F64, &values[i]) == wanted[i], "%a", values[i]);
    const double nan = NAN;
    ck_assert(isnan(read_value(MBT_ELEMENT_F64, &nan)));
}
END_TEST

START_TEST(integers_keep_their_sign)
{
    const int64_t i64 = INT64_MIN;
    const int32_t i32 = -5;
    const int16_t i16 = -32768;
    const int8_t i8 = -1;
    const uint64_t u64 = UINT64_MAX;
    const uint32_t u32 = 4000000000u;
    const uint16_t u16 = 65535;
    const uint8_t u8 = 200, yes = 2, no = 0;
    ck_assert(read_value(MBT_ELEMENT_I64, &i64) == -0x1p63f);
    ck_assert(read_value(MBT_ELEMENT_I32, &i32) == -5.0f);
    ck_assert(read_value(MBT_ELEMENT_I16, &i16) == -32768.0f);
    ck_assert(read_value(MBT_ELEMENT_I8, &i8) == -1.0f);
    ck_assert(read_value(MBT_ELEMENT_U64, &u64) == 0x1p64f);
    ck_assert(read_value(MBT_ELEMENT_U32, &u32) == 4e9f);
    ck_assert(read_value(MBT_ELEMENT_U16, &u16) == 65535.0f);
    ck_assert(read_value(MBT_ELEMENT_U8, &u8) == 200.0f);
    ck_assert(read_value(MBT_ELEMENT_BOOL, &yes) == 1.0f);
    ck_assert(read_value(MBT_ELEMENT_BOOL, &no) == 0.0f);
}
END_TEST

typedef struct stride_case {
    uint64_t shape[3], strides[3];
    uint32_t dims;
    uint64_t offset;
    bool fits; /* a storage of the bytes 0 .. 23 */
    float last;
} stride_case;

static const stride_case stride_cases[] = {
    {{4, 6}, {6, 1}, 2, 0, true, 23},
    {{6, 4}, {1, 6}, 2, 0, true, 23},
    {{4, 6}, {6, 1}, 2, 1, false, 0},
    {{2, 2, 2}, {12, 4, 1}, 3, 6, true, 23},
    {{2, 2, 2}, {12, 4, 1}, 3, 7, false, 0},
    {{5, 5}, {0, 0}, 2, 23, true, 23},
    {{1}, {UINT64_MAX}, 1, 3, true, 3},
    {{2}, {UINT64_MAX}, 1, 3, false, 0},
    {{3}, {UINT64_C(1) << 63}, 1, 0, false, 0},
    {{2, 2}, {UINT64_C(1) << 63, UINT64_C(1) << 63}, 2, 0, false, 0},
    {{0}, {1}, 1, 999, true, 0},
    {{0}, {0}, 0, 23, true, 23},
    {{0}, {0}, 0, 24, false, 0},
    {{1}, {1}, 1, UINT64_MAX, false, 0},
};

START_TEST(strides_are_followed_and_bounded)
{
    const stride_case *c = &stride_cases[_i];
    uint8_t storage[24];
    for (uint8_t i = 0; i < 24; ++i)
        storage[i] = i;
    unit_bytes bytes = unit_copy(storage, sizeof storage);
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    mbt_tensor *tensor = mbt_tensors_add(&tensors, "x", c->shape, c->dims, &error);
    ck_assert_ptr_nonnull(tensor);
    const bool done = mbt_tensor_fill(tensor, MBT_ELEMENT_U8, bytes.data, 24, c->offset, c->strides, &error);
    ck_assert_msg(done == c->fits, "%s", error.text);
    if (!done) {
        unit_check_error(&error, "tensor 'x'");
    } else if (tensor->count != 0) {
        ck_assert(tensor->data[tensor->count - 1] == c->last);
        ck_assert(tensor->data[0] == (float)c->offset);
    }
    mbt_tensors_free(&tensors);
    free(bytes.data);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tensors");
    tcase_add_test(tests, error_keeps_the_first_line);
    tcase_add_test(tests, error_is_cut_at_its_size);
    tcase_add_test(tests, error_shows_the_reason_after_any_path);
    tcase_add_test(tests, tensors_are_found_and_taken);
    tcase_add_test(tests, tensors_refuse_bad_shapes);
    tcase_add_test(tests, half_and_bfloat16_are_exact);
    tcase_add_test(tests, doubles_are_rounded);
    tcase_add_test(tests, integers_keep_their_sign);
    tcase_add_loop_test(tests, strides_are_followed_and_bounded, 0,
                        (int)(sizeof stride_cases / sizeof stride_cases[0]));
    return unit_main(tests, "tensors");
}
