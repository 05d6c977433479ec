/* test_bind.c: what is missing, misshapen, left over or of another family is named; and the cost of the published
 * sizes. */
#include "compiler/bind.h"
#include "tests/unit/compiler/compiler_fixture.h"

#include <math.h>
#include <string.h>

static mbt_config config;
static mbt_tensors tensors;

static void open_tensors(void)
{
    config = fixture_config();
    tensors = fixture_tensors(&config);
}

static void close_tensors(void)
{
    mbt_tensors_free(&tensors);
}

/* Binds; the error's text has to hold both words. */
static void expect_error(const char *name, const char *what)
{
    mbt_error error = {""};
    mbt_raw_network raw;
    ck_assert(mbt_raw_network_init(&config, &raw, &error));
    ck_assert(!mbt_bind(&config, &tensors, &raw, &error));
    ck_assert_msg(strstr(error.text, name) != NULL && strstr(error.text, what) != NULL, "%s", error.text);
    mbt_raw_network_free(&raw);
}

static void rename_tensor(const char *from, const char *to)
{
    mbt_tensor *tensor = mbt_tensors_find(&tensors, from);
    ck_assert_ptr_nonnull(tensor);
    free(tensor->name);
    tensor->name = malloc(strlen(to) + 1);
    ck_assert_ptr_nonnull(tensor->name);
    strcpy(tensor->name, to);
}

START_TEST(all_is_bound)
{
    mbt_error error = {""};
    mbt_raw_network raw;
    ck_assert(mbt_raw_network_init(&config, &raw, &error));
    ck_assert_msg(mbt_bind(&config, &tensors, &raw, &error), "%s", error.text);
    ck_assert_ptr_eq(raw.blocks[1].frequency.backward.d,
                     mbt_tensors_find(&tensors, "TFMambAttention.1.freq_mamba.backward_blocks.0.mixer.D")->data);
    ck_assert_ptr_eq(raw.blocks[1].frequency.linear_bias,
                     mbt_tensors_find(&tensors, "TFMambAttention.1.flinear.bias")->data);
    ck_assert_ptr_null(mbt_tensors_unused(&tensors));
    mbt_raw_network_free(&raw);
}
END_TEST

START_TEST(missing)
{
    rename_tensor("TFMambAttention.1.attention.layernorm.bias", "TFMambAttention.1.attention.layernorm.offset");
    expect_error("'TFMambAttention.1.attention.layernorm.bias' is missing", "[24]");
}
END_TEST

START_TEST(misshapen)
{
    mbt_tensor *tensor = mbt_tensors_find(&tensors, "TFMambAttention.0.flinear.weight");
    tensor->shape[0] = 24;
    tensor->shape[1] = 48;
    expect_error("'TFMambAttention.0.flinear.weight' has shape [24, 48, 1]", "[48, 24, 1]");
    tensor->dims = 2;
    expect_error("'TFMambAttention.0.flinear.weight' has shape [24, 48]", "[48, 24, 1]");
}
END_TEST

START_TEST(left_over)
{
    mbt_error error = {""};
    ck_assert_ptr_nonnull(mbt_tensors_add(&tensors, "dense_encoder.extra", (const uint64_t[]){2, 3}, 2, &error));
    expect_error("'dense_encoder.extra'", "[2, 3]");
}
END_TEST

START_TEST(more_blocks_than_configured)
{
    config.num_tfmamba = 1;
    expect_error("'TFMambAttention.1.", "has no place");
}
END_TEST

START_TEST(not_finite)
{
    mbt_tensors_find(&tensors, "mask_decoder.lsigmoid.slope")->data[3] = NAN;
    expect_error("'mask_decoder.lsigmoid.slope'", "not finite (number 3)");
    mbt_tensors_find(&tensors, "mask_decoder.lsigmoid.slope")->data[3] = -INFINITY;
    expect_error("'mask_decoder.lsigmoid.slope'", "not finite");
}
END_TEST

/* A counter of batches may be in a checkpoint, but no weight is a whole number by type. */
START_TEST(not_floats)
{
    mbt_tensor *tensor = mbt_tensors_find(&tensors, "mask_decoder.lsigmoid.slope");
    tensor->element = MBT_ELEMENT_I32;
    expect_error("'mask_decoder.lsigmoid.slope'", "holds int32; floats are needed");
    tensor->element = MBT_ELEMENT_BOOL;
    expect_error("'mask_decoder.lsigmoid.slope'", "holds bool; floats are needed");
    tensor->element = MBT_ELEMENT_BF16;
    mbt_error error = {""};
    mbt_raw_network raw;
    ck_assert(mbt_raw_network_init(&config, &raw, &error));
    ck_assert_msg(mbt_bind(&config, &tensors, &raw, &error), "%s", error.text);
    mbt_raw_network_free(&raw);
}
END_TEST

START_TEST(relatives)
{
    static const char *const cases[][2] = {
        {"TSMamba.0.tlinear.weight", "SEMamba"},
        {"TSTransformer.0.time_transformer.norm1.weight", "MP-SENet"},
        {"TSConformer.0.time_conformer.post_norm.weight", "MP-SENet (2023)"},
        {"TSxLSTM.0.tlinear.weight", "xLSTM-SENet"},
        {"TFMambAttention.0.time_attention.attn.in_proj_weight", "for each axis"},
    };
    const char *name = "TFMambAttention.0.tlinear.weight";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rename_tensor(name, cases[i][0]);
        name = cases[i][0];
        expect_error(cases[i][0], cases[i][1]);
    }
}
END_TEST

static bool count_slot(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    (void)error;
    uint64_t count = 1;
    for (uint32_t i = 0; i < slot->dims; i++)
        count *= slot->shape[i];
    *(uint64_t *)cookie += count;
    return true;
}

/* The published figures: 2 325 841 parameters; 24.25 G multiply-adds in convolutions, 16.52 in linear layers and
 * depthwise convolutions, 3.15 in the scan, 2.10 in attention's projections, 0.82 in attention over frequency. */
START_TEST(published_sizes)
{
    mbt_config full = config;
    full.n_fft = full.win_size = 400;
    full.hop_size = 100;
    full.hid_feature = 64;
    full.num_tfmamba = 4;
    full.d_state = 16;
    full.d_conv = 4;
    full.expand = 4;
    uint64_t parameters = 0;
    mbt_error error = {""};
    mbt_raw_network raw;
    ck_assert(mbt_raw_network_init(&full, &raw, &error));
    ck_assert(mbt_slots_visit(&full, &raw, count_slot, &parameters, &error));
    mbt_raw_network_free(&raw);
    ck_assert_uint_eq(parameters, 2325841);
    const double codec = mbt_part_macs(&full, MBT_PART_ENCODER) + mbt_part_macs(&full, mbt_part_mask_decoder(4)) +
                         mbt_part_macs(&full, mbt_part_phase_decoder(4));
    const double attention = mbt_part_macs(&full, mbt_part_of_block(2, MBT_PART_ATTENTION));
    const double mamba = mbt_part_macs(&full, mbt_part_of_block(3, MBT_PART_TIME)) +
                         mbt_part_macs(&full, mbt_part_of_block(3, MBT_PART_FREQUENCY));
    ck_assert_double_eq_tol(codec, 24.25e9, 0.005e9);
    ck_assert_double_eq_tol(4 * attention, (2.10 + 0.82) * 1e9, 0.01e9);
    ck_assert_double_eq_tol(4 * mamba, (16.52 + 3.15) * 1e9, 0.01e9);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bind");
    tcase_add_checked_fixture(tests, open_tensors, close_tensors);
    tcase_add_test(tests, all_is_bound);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, misshapen);
    tcase_add_test(tests, left_over);
    tcase_add_test(tests, more_blocks_than_configured);
    tcase_add_test(tests, not_finite);
    tcase_add_test(tests, not_floats);
    tcase_add_test(tests, relatives);
    tcase_add_test(tests, published_sizes);
    return unit_main(tests, "bind");
}
