/* test_precision.c: the names of precisions, and the table of rounding errors. */
#include "compiler/storage/precision.h"
#include "compiler/storage/rounding_table.h"
#include "tests/unit/unit.h"

#include <string.h>

START_TEST(names)
{
    mbt_weight_type type;
    ck_assert(mbt_precision_parse("f32", &type) && type == MBT_WEIGHT_F32);
    ck_assert(mbt_precision_parse("f16", &type) && type == MBT_WEIGHT_F16);
    ck_assert(mbt_precision_parse("int8", &type) && type == MBT_WEIGHT_I8);
    ck_assert(!mbt_precision_parse("f1", &type) && !mbt_precision_parse("f166", &type));
    ck_assert(!mbt_precision_parse("", &type) && !mbt_precision_parse("F16", &type));
    ck_assert_str_eq(mbt_precision_name(MBT_WEIGHT_F16), "f16");
    ck_assert_uint_eq(mbt_precision_size(MBT_WEIGHT_F16), 2);
}
END_TEST

/* 10 log10(4 / 0.04) is 20 dB. Both arrays of the mamba: 10 log10((6 + 2) / (0.05 + 0.03)), 20 dB. All
 * matrices: 10 log10(13 / 0.04) is 25.1 dB. */
START_TEST(table)
{
    mbt_array list[] = {
        {.name = "first_layer_weights",
         .type = MBT_WEIGHT_I8,
         .count = 1000,
         .layer = "first_layer",
         .power = 4,
         .error = 0.04},
        {.name = "first_layer_scale", .layer = "first_layer", .type = MBT_WEIGHT_F32, .count = 16},
        {.name = "mamba_conv_weight",
         .type = MBT_WEIGHT_F16,
         .count = 32,
         .layer = "mamba_constants",
         .power = 6,
         .error = 0.05},
        {.name = "first_layer_bias", .type = MBT_WEIGHT_F32, .count = 16},
        {.name = "second_weights", .type = MBT_WEIGHT_F32, .count = 32, .layer = "second", .power = 9},
        {.name = "mamba_a", .type = MBT_WEIGHT_F16, .count = 16, .layer = "mamba_constants", .power = 2, .error = 0.03},
    };
    const mbt_arrays arrays = {.list = list, .count = COUNT(list)};
    char text[1000] = "";
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    mbt_rounding_print(file, &arrays);
    rewind(file);
    ck_assert_uint_gt(fread(text, 1, sizeof text - 1, file), 0);
    fclose(file);
    ck_assert_str_eq(text, "layer                                      stored        bytes      SNR, dB\n"
                           "first_layer                                int8           1064         20.0\n"
                           "mamba_constants                            f16              96         20.0\n"
                           "second                                     f32             128        exact\n"
                           "all layers                                                1288         25.1\n"
                           "all else                                   f32              64\n"
                           "total                                                     1352\n");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("precision");
    tcase_add_test(tests, names);
    tcase_add_test(tests, table);
    return unit_main(tests, "precision");
}
