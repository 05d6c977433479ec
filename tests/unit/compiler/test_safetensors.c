/* test_safetensors.c: safetensors files, whole, cut, damaged and wrong. */
#include "compiler/read/safetensors.h"

#include <math.h>

#include "tests/unit/unit.h"

START_TEST(every_type_is_read)
{
    const float int64[] = {-0x1p40f, -1, 0, 0x1p40f}, int32[] = {-0x1p31f, -1, 0, 65536};
    const float int16[] = {-32768, -1, 0, 32767}, int8[] = {-128, -1, 0, 127};
    const float uint8[] = {0, 1, 128, 255}, truth[] = {0, 1, 1, 0};
    const char *const weights[] = {"float64", "float32", "float16", "bfloat16"};
    unit_bytes bytes = unit_read("small.safetensors");
    mbt_tensors tensors;
    mbt_error error = {""};
    const bool done = mbt_checkpoint_read(bytes.data, bytes.size, "small", NULL, &tensors, &error);
    ck_assert_msg(done, "%s", error.text);
    ck_assert_uint_eq(tensors.count, 11);
    for (int i = 0; i < COUNT(weights); ++i)
        unit_check_ramp(&tensors, weights[i], 3, 4, -2.5f, 4.0f, 1.0f); /* the file's names begin with "module." */
    unit_check_vector(&tensors, "int64", int64, 4);
    unit_check_vector(&tensors, "int32", int32, 4);
    unit_check_vector(&tensors, "int16", int16, 4);
    unit_check_vector(&tensors, "int8", int8, 4);
    unit_check_vector(&tensors, "uint8", uint8, 4);
    unit_check_vector(&tensors, "bool", truth, 4);
    ck_assert(unit_find(&tensors, "scalar")->data[0] == 3.25f);
    mbt_tensors_free(&tensors);
    free(bytes.data);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_an_error)
{
    unit_check_cuts("small.safetensors");
}
END_TEST

START_TEST(damage_is_an_error_or_data)
{
    unit_bytes whole = unit_read("small.safetensors");
    uint64_t seed = 0x2545f4914f6cdd1du;
    int good = 0;
    for (int i = 0; i < 20000; ++i) {
        unit_bytes bytes = unit_copy(whole.data, whole.size);
        mbt_tensors tensors;
        mbt_error error = {""};
        unit_damage(bytes, &seed);
        const bool done = mbt_checkpoint_read(bytes.data, bytes.size, "damaged", NULL, &tensors, &error);
        ck_assert(done == (error.text[0] == '\0'));
        ck_assert(done || tensors.list == NULL);
        for (size_t k = 0; k < tensors.count; ++k)
            ck_assert(tensors.list[k].count == 0 || isfinite(tensors.list[k].data[tensors.list[k].count - 1]));
        good += done;
        mbt_tensors_free(&tensors);
        free(bytes.data);
    }
    ck_assert_int_gt(good, 500);
    ck_assert_int_lt(good, 19500);
    free(whole.data);
}
END_TEST

typedef struct header_case {
    const char *header;
    size_t data_size; /* zeros */
    const char *text; /* in the message; NULL: the file is right and has a tensor x */
} header_case;

#define X(dtype, shape, offsets) "{\"x\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

/* Tensors of four bytes. */
#define TWO(second, first_offsets, second_offsets)                                          \
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" first_offsets "},\"" second \
    "\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":" second_offsets "}}"

static const header_case header_cases[] = {
    {X("F32", "[2,3]", "[0,24]"), 24, NULL},
    {X("F32", "[2,3]", "[0,24]") "   ", 24, NULL},
    {X("F16", "[]", "[0,2]"), 2, NULL},
    {X("F16", "[0,5]", "[0,0]"), 0, NULL},
    {X("F16", "[5,0,99999999999]", "[0,0]"), 0, NULL},
    {X("U64", "[1]", "[0,8]"), 8, NULL},
    {"{\"__metadata__\":{\"a\":[1]},\"x\":{\"shape\":[1],\"data_offsets\":[0,4],\"dtype\":\"F32\"}}", 4, NULL},
    {"", 0, "not JSON"},
    {"{", 0, "not JSON"},
    {"{\"x\":1,", 0, "not JSON"},
    {"[]", 0, "not a JSON object"},
    {"{}", 0, "the file has no tensors"},
    {"{}", 3, "3 bytes follow the last tensor"},
    {"{}x", 0, "text follows the header's JSON at byte 10"},
    {"{\"x\":1}", 0, "tensor 'x': its entry must have"},
    {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "tensor 'x': its entry must have"},
    {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1]}}", 4, "data_offsets must be a begin and an end"},
    {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "each once"},
    {X("F8_E4M3", "[1]", "[0,1]"), 1, "dtype 'F8_E4M3'; F64, F32"},
    {"{\"x\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype ''"},
    {X("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "shape must be at most 8 whole numbers"},
    {X("F32", "[1.5]", "[0,6]"), 6, "shape must be"},
    {X("F32", "[-1]", "[0,4]"), 4, "shape must be"},
    {X("F32", "[1e30]", "[0,4]"), 4, "shape must be"},
    {X("F32", "7", "[0,4]"), 4, "shape must be"},
    {X("F32", "[\"1\"]", "[0,4]"), 4, "shape must be"},
    {X("F32", "[1]", "[0,8]"), 4, "within the 4 bytes of data"},
    {X("F32", "[1]", "[4,0]"), 4, "data_offsets must be"},
    {X("F32", "[1]", "[0]"), 4, "data_offsets must be"},
    {X("F32", "[1]", "[0,4,4]"), 4, "data_offsets must be"},
    {X("F32", "[1]", "[0,4]"), 5, "1 bytes follow the last tensor"},
    {X("F32", "[2]", "[0,4]"), 4, "4 bytes of data are not what its shape"},
    {X("F32", "[1]", "[0,5]"), 5, "5 bytes of data are not what its shape"},
    {X("F32", "[4294967296,4294967296]", "[0,0]"), 0, "0 bytes of data are not what its shape"},
    {X("F32", "[4294967296,4294967296,4,4]", "[0,4]"), 4, "4 bytes of data are not what its shape"},
    {TWO("x", "[0,4]", "[4,8]"), 8, "tensor 'x' is given twice"},
    {TWO("y", "[0,4]", "[0,4]"), 4, "data begins at byte 0, and what is before ends at 4"},
    {TWO("y", "[0,4]", "[2,6]"), 6, "tensor 'y': its data begins at byte 2, and what is before ends at 4"},
    {TWO("y", "[0,4]", "[5,9]"), 9, "tensor 'y': its data begins at byte 5, and what is before ends at 4"},
    {TWO("y", "[5,9]", "[1,5]"), 9, "tensor 'y': its data begins at byte 1, and what is before ends at 0"},
};

static unit_bytes make_file(const char *header, size_t data_size)
{
    static uint8_t buffer[65536];
    const size_t length = strlen(header);
    ck_assert_uint_lt(8 + length + data_size, sizeof buffer);
    memset(buffer, 0, sizeof buffer);
    buffer[0] = (uint8_t)length;
    buffer[1] = (uint8_t)(length >> 8);
    memcpy(buffer + 8, header, length);
    return unit_copy(buffer, 8 + length + data_size);
}

START_TEST(headers_are_checked)
{
    const header_case *c = &header_cases[_i];
    unit_bytes bytes = make_file(c->header, c->data_size);
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    const bool done = mbt_safetensors_read(bytes.data, bytes.size, NULL, &tensors, &error);
    ck_assert_msg(done == (c->text == NULL), "%s", error.text);
    if (c->text != NULL) {
        unit_check_error(&error, c->text);
    } else {
        ck_assert_uint_eq(tensors.count, 1);
        unit_find(&tensors, "x");
    }
    mbt_tensors_free(&tensors);
    free(bytes.data);
}
END_TEST

/* The order in the header is of no concern; a tensor without elements takes no place. */
START_TEST(tensors_follow_their_data)
{
    const char *header = "{\"late\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
                         "\"empty\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[1,1]},"
                         "\"early\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    const float late[] = {7, 8}, early[] = {-1};
    unit_bytes bytes = make_file(header, 3);
    memcpy(bytes.data + bytes.size - 3, "\xff\x07\x08", 3);
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert_msg(mbt_safetensors_read(bytes.data, bytes.size, NULL, &tensors, &error), "%s", error.text);
    ck_assert_uint_eq(tensors.count, 3);
    unit_check_vector(&tensors, "late", late, 2);
    unit_check_vector(&tensors, "early", early, 1);
    unit_check_vector(&tensors, "empty", NULL, 0);
    ck_assert_int_eq((int)unit_find(&tensors, "empty")->element, MBT_ELEMENT_F32);
    ck_assert_int_eq((int)unit_find(&tensors, "early")->element, MBT_ELEMENT_I8);
    mbt_tensors_free(&tensors);
    free(bytes.data);
}
END_TEST

START_TEST(deep_nesting_is_an_error)
{
    char header[60001];
    memset(header, '[', sizeof header);
    memcpy(header, "{\"x\":", 5);
    header[sizeof header - 1] = '\0';
    unit_bytes bytes = make_file(header, 0);
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert(!mbt_safetensors_read(bytes.data, bytes.size, NULL, &tensors, &error));
    unit_check_error(&error, "not JSON");
    free(bytes.data);
}
END_TEST

START_TEST(values_must_be_finite)
{
    unit_bytes bytes = make_file(X("F16", "[3]", "[0,6]"), 6);
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    bytes.data[bytes.size - 1] = 0x7c; /* the last one: infinity */
    ck_assert(!mbt_safetensors_read(bytes.data, bytes.size, NULL, &tensors, &error));
    unit_check_error(&error, "tensor 'x': element 2 is infinite");
    mbt_tensors_free(&tensors);
    free(bytes.data);
}
END_TEST

START_TEST(a_header_may_not_be_longer_than_the_file)
{
    unit_bytes bytes = make_file(X("F16", "[3]", "[0,6]"), 6);
    mbt_tensors tensors;
    mbt_error error = {""};
    bytes.data[3] = 1;
    ck_assert(!mbt_checkpoint_read(bytes.data, bytes.size, "long", NULL, &tensors, &error));
    unit_check_error(&error, "long: the header is longer than the file");
    error.text[0] = '\0';
    bytes.data[7] = 0xff; /* beyond any file: no safetensors */
    ck_assert(!mbt_checkpoint_read(bytes.data, bytes.size, "long", NULL, &tensors, &error));
    unit_check_error(&error, "neither");
    free(bytes.data);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("safetensors");
    tcase_add_test(tests, every_type_is_read);
    tcase_add_test(tests, a_file_cut_anywhere_is_an_error);
    tcase_add_test(tests, damage_is_an_error_or_data);
    tcase_add_loop_test(tests, headers_are_checked, 0, COUNT(header_cases));
    tcase_add_test(tests, tensors_follow_their_data);
    tcase_add_test(tests, deep_nesting_is_an_error);
    tcase_add_test(tests, values_must_be_finite);
    tcase_add_test(tests, a_header_may_not_be_longer_than_the_file);
    return unit_main(tests, "safetensors");
}
