/* test_emit.c: floats round-trip; the generated file is the same each time and says what it is. */
#include "tests/unit/compiler/compiler_fixture.h"
#include "compiler/write/emit.h"
#include "compiler/storage/half.h"

#include <math.h>
#include <string.h>

/* The text is a C constant: digits, point, exponent, and f unless it is an integer. strtof rounds correctly. */
static void expect_round_trip(float value)
{
    char text[MBT_FLOAT_TEXT];
    const size_t length = mbt_c_float(value, text);
    ck_assert_uint_eq(length, strlen(text));
    char *end;
    const float read = strtof(text, &end);
    const bool is_float = strpbrk(text, ".e") != NULL;
    ck_assert_msg(memcmp(&read, &value, sizeof value) == 0, "%s for %a", text, (double)value);
    ck_assert_msg(strcmp(end, is_float ? "f" : "") == 0, "%s", text);
    ck_assert_msg(is_float || strlen(text) <= 10, "%s", text); /* an int of 32 bits holds it */
}

START_TEST(round_trip)
{
    static const float special[] = {0.0f,
                                    -0.0f,
                                    1.0f,
                                    -1.0f,
                                    0.1f,
                                    0x1p-149f,
                                    -0x1p-149f,
                                    0x1p-126f,
                                    0x1.fffffcp-127f,
                                    0x1.fffffep+127f,
                                    -0x1.fffffep+127f,
                                    16777216.0f,
                                    16777215.0f,
                                    999999.0f,
                                    1000000.0f,
                                    1e10f,
                                    1e-10f,
                                    0x1.000002p+0f,
                                    123456.7f};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        expect_round_trip(special[i]);
    uint32_t bits = 1;
    for (int i = 0; i < 200000; i++) {
        bits = bits * 1664525u + 1013904223u;
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            expect_round_trip(value);
    }
}
END_TEST

START_TEST(short_texts)
{
    static const struct {
        float value;
        const char *text;
    } cases[] = {{0.0f, "0"},
                 {-0.0f, "-0.f"},
                 {1.0f, "1"},
                 {-2.0f, "-2"},
                 {0.5f, ".5f"},
                 {-0.25f, "-.25f"},
                 {0.1f, ".1f"},
                 {1e-5f, "1e-5f"},
                 {1e10f, "1e10f"},
                 {1.5e-7f, "1.5e-7f"},
                 {0x1p-149f, "1.4013e-45f"},
                 {3.1415927f, "3.1415927f"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[MBT_FLOAT_TEXT];
        mbt_c_float(cases[i].value, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

/* The text of the file made of the fixture's network; to be freed. */
static char *emit(mbt_weight_type type)
{
    const mbt_config config = fixture_config();
    mbt_tensors tensors = fixture_tensors(&config);
    mbt_network network;
    mbt_error error = {""};
    const mbt_storage storage = {MBT_FORM_DIRECT, {.otherwise = type}};
    ck_assert(mbt_network_build(&config, &mbt_family_mambattention, &tensors, &storage, "some_name",
                                "first line\nsecond line\n", &network, &error));
    mbt_tensors_free(&tensors);
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_msg(mbt_emit(&network, file, &error), "%s", error.text);
    mbt_network_free(&network);
    const long size = ftell(file);
    ck_assert_int_gt(size, 0);
    char *text = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(text);
    rewind(file);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return text;
}

START_TEST(whole_file)
{
    char *text = emit(MBT_WEIGHT_F32), *again = emit(MBT_WEIGHT_F32);
    ck_assert_str_eq(text, again);
    free(again);
    ck_assert_ptr_nonnull(
        strstr(text, " *     first line\n *     second line\n */\n#include \"mambattention/model.h\"\n"));
    ck_assert_ptr_nonnull(strstr(text, "\"first line\\n\"\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nconst mbt_model mbt_model_some_name = {\n"));
    ck_assert_ptr_nonnull(strstr(text, "mbt_model_plugin = &mbt_model_some_name;\n"));
    ck_assert_ptr_nonnull(strstr(text, ".in_proj = {MBT_WEIGHT_F32, 1, 24, 160,\n"
                                       "            block_1_frequency_backward_in_proj_weights, 0, "
                                       "zeros_160},\n"));
    ck_assert_ptr_nonnull(strstr(text, "static const MBT_ALIGN float block_0_time_forward_conv_weight[400] = {\n"));
    ck_assert_ptr_nonnull(strstr(text, "static const mbt_step block_1_frequency_steps[] = {\n"
                                       "    {MBT_STEP_ATTENTION, &block_1_attention},\n"
                                       "    {MBT_STEP_BIMAMBA, &block_1_frequency},\n};\n"));
    ck_assert_ptr_nonnull(strstr(text, "    .family = \"mambattention\",\n"));
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line++;
        ck_assert_uint_le(strcspn(line, "\n"), 120);
    }
    ck_assert_ptr_null(strstr(text, "//"));
    free(text);
}
END_TEST

/* Most weights are bits of binary16, all else is as in f32. Random weights are rounded to floats, and then
 * to binary16: the first in the text is the rounding of the first in the text of f32. */
START_TEST(halves)
{
    char *text = emit(MBT_WEIGHT_F16), *plain = emit(MBT_WEIGHT_F32);
    static const char half[] = "static const MBT_ALIGN uint16_t block_0_attention_out_proj_weights[768] = {\n";
    static const char single[] = "static const MBT_ALIGN float block_0_attention_out_proj_weights[768] = {\n";
    const char *bits = strstr(text, half), *number = strstr(plain, single);
    ck_assert(bits != NULL && number != NULL);
    ck_assert_int_eq(mbt_half_from_double(strtod(number + strlen(single), NULL)), atoi(bits + strlen(half)));
    ck_assert_ptr_nonnull(strstr(text, ".in_proj = {MBT_WEIGHT_F16, 1, 24, 160,\n"));
    ck_assert_ptr_nonnull(strstr(text, "uint16_t block_0_time_forward_conv_weight[400] = {\n"));
    ck_assert_ptr_nonnull(strstr(text, "float block_0_attention_in_proj_bias["));
    ck_assert_ptr_null(strstr(text, "float block_0_attention_out_proj_weights"));
    ck_assert_ptr_nonnull(strstr(text, "float block_0_time_linear_weights"));
    free(plain);
    free(text);
}
END_TEST

/* A matrix of int8 by its numbers, with its scales, and Mamba's constants by their bits: 5 x 80 of its convolution. */
START_TEST(integers)
{
    char *text = emit(MBT_WEIGHT_I8), *plain = emit(MBT_WEIGHT_F32);
    static const char integer[] = "static const MBT_ALIGN int8_t block_0_time_forward_in_proj_weights[3840] = {\n";
    static const char scale[] = "static const MBT_ALIGN float block_0_time_forward_in_proj_scale[160] = {\n";
    static const char single[] = "static const MBT_ALIGN float block_0_time_forward_in_proj_weights[3840] = {\n";
    const char *number = strstr(text, integer), *unit = strstr(text, scale), *weight = strstr(plain, single);
    ck_assert(number != NULL && unit != NULL && weight != NULL);
    const double step = strtod(unit + strlen(scale), NULL);
    const long rounded = lround(strtod(weight + strlen(single), NULL) / step);
    ck_assert_int_eq(strtol(number + strlen(integer), NULL, 10), rounded);
    ck_assert_int_ne(rounded, 0);
    ck_assert_ptr_nonnull(strstr(text, ".in_proj = {MBT_WEIGHT_I8, 1, 24, 160,\n"
                                       "            block_0_time_forward_in_proj_weights, "
                                       "block_0_time_forward_in_proj_scale, zeros_160},\n"));
    ck_assert_ptr_nonnull(strstr(text, "uint16_t block_0_time_forward_conv_weight[400] = {\n"));
    ck_assert_ptr_nonnull(strstr(text, "    .constants = MBT_WEIGHT_F16,\n"));
    ck_assert_ptr_nonnull(strstr(plain, "    .constants = MBT_WEIGHT_F32,\n"));
    ck_assert_ptr_nonnull(strstr(text, "uint16_t phase_decoder_out_weights["));
    free(plain);
    free(text);
}
END_TEST

START_TEST(full_disk)
{
    const mbt_config config = fixture_config();
    mbt_tensors tensors = fixture_tensors(&config);
    mbt_network network;
    mbt_error error = {""};
    ck_assert(fixture_build(&config, &tensors, (mbt_storage){MBT_FORM_DIRECT, {.otherwise = MBT_WEIGHT_F32}}, &network,
                            &error));
    FILE *file = fopen("/dev/full", "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert(!mbt_emit(&network, file, &error));
    ck_assert_str_eq(error.text, "cannot write: No space left on device");
    fclose(file);
    mbt_network_free(&network);
    mbt_tensors_free(&tensors);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("emit");
    tcase_add_test(tests, round_trip);
    tcase_add_test(tests, short_texts);
    tcase_add_test(tests, whole_file);
    tcase_add_test(tests, halves);
    tcase_add_test(tests, integers);
    tcase_add_test(tests, full_disk);
    return unit_main(tests, "emit");
}
