/* test_bind.c: what is missing, misshapen or left over is named; and the cost of the published sizes. */
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
    mbt_parts parts;
    ck_assert(mbt_parts_init(&parts, &mbt_family_mambattention, &config, &error));
    ck_assert(!mbt_bind(&parts, &tensors, &error));
    ck_assert_msg(strstr(error.text, name) != NULL && strstr(error.text, what) != NULL, "%s", error.text);
    mbt_parts_free(&parts);
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

/* The place of each tensor has got its numbers, and no two the same ones. */
static bool expect_bound(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    const mbt_tensor *tensor = mbt_tensors_find(&tensors, slot->name);
    size_t *count = cookie;
    (void)error;
    ck_assert_msg(tensor != NULL && *slot->data == tensor->data, "%s", slot->name);
    ++*count;
    return true;
}

START_TEST(all_is_bound)
{
    mbt_error error = {""};
    mbt_parts parts;
    size_t count = 0;
    ck_assert(mbt_parts_init(&parts, &mbt_family_mambattention, &config, &error));
    ck_assert_msg(mbt_bind(&parts, &tensors, &error), "%s", error.text);
    ck_assert(mbt_parts_walk_tensors(&parts, expect_bound, &count, &error));
    ck_assert_uint_eq(count, tensors.count);
    ck_assert_ptr_null(mbt_tensors_unused(&tensors));
    mbt_parts_free(&parts);
}
END_TEST

START_TEST(missing)
{
    rename_tensor("TFMambAttention.1.attention.layernorm.bias", "TFMambAttention.1.attention.layernorm.offset");
    expect_error("'TFMambAttention.1.attention.layernorm.bias' is missing", "[24]");
}
END_TEST

/* An entry of the name that is no tensor is said to be there; one that nobody needs is not left over. */
START_TEST(no_tensor)
{
    mbt_error error = {""};
    ck_assert(mbt_tensors_add_object(&tensors, "best_pesq", "numpy.core.multiarray.scalar", &error));
    mbt_parts parts;
    ck_assert(mbt_parts_init(&parts, &mbt_family_mambattention, &config, &error));
    ck_assert_msg(mbt_bind(&parts, &tensors, &error), "%s", error.text);
    mbt_parts_free(&parts);
    rename_tensor("TFMambAttention.1.attention.layernorm.bias", "beside");
    ck_assert(mbt_tensors_add_object(&tensors, "TFMambAttention.1.attention.layernorm.bias", "numpy.x", &error));
    expect_error("entry 'TFMambAttention.1.attention.layernorm.bias' of the checkpoint is no tensor",
                 "an object of numpy.x");
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
    mbt_parts parts;
    ck_assert(mbt_parts_init(&parts, &mbt_family_mambattention, &config, &error));
    ck_assert_msg(mbt_bind(&parts, &tensors, &error), "%s", error.text);
    mbt_parts_free(&parts);
}
END_TEST

static bool count_slot(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    (void)error;
    *(uint64_t *)cookie += (uint64_t)mbt_slot_count(slot);
    return true;
}

static mbt_config published_config(void)
{
    mbt_config full = config;
    full.n_fft = full.win_size = 400;
    full.hop_size = 100;
    full.hid_feature = 64;
    full.num_tfmamba = 4;
    full.d_state = 16;
    full.d_conv = 4;
    full.expand = 4;
    return full;
}

/* relatives.md's table: numbers in the checkpoints of the published sizes, and billions of multiply-adds for a second,
 * attention along time left out. */
static const struct {
    const mbt_family *family;
    uint64_t parameters;
    double macs;
} published[] = {
    {&mbt_family_mambattention, 2325841, 46.8e9},
    {&mbt_family_unshared, 2392913, 46.8e9},
    {&mbt_family_after, 2325841, 46.8e9},
    {&mbt_family_semamba, 2258769, 43.9e9},
};

START_TEST(families_have_their_published_sizes)
{
    const mbt_config full = published_config();
    uint64_t parameters = 0;
    double macs = 0;
    mbt_error error = {""};
    mbt_parts parts;
    ck_assert(mbt_parts_init(&parts, published[_i].family, &full, &error));
    ck_assert(mbt_parts_walk_tensors(&parts, count_slot, &parameters, &error));
    for (size_t i = 0; i < parts.count; i++)
        macs += mbt_part_cost(&parts.list[i]).per_second;
    mbt_parts_free(&parts);
    ck_assert_uint_eq(parameters, published[_i].parameters);
    ck_assert_double_eq_tol(macs, published[_i].macs, 0.06e9);
}
END_TEST

/* The published figures: 24.25 G multiply-adds in convolutions, 16.52 in linear layers and
 * depthwise convolutions, 3.15 in the scan, 2.10 in attention's projections, 0.82 in attention over frequency. */
START_TEST(published_sizes)
{
    const mbt_config full = published_config();
    mbt_error error = {""};
    mbt_parts parts;
    ck_assert(mbt_parts_init(&parts, &mbt_family_mambattention, &full, &error));
    const double codec = mbt_part_cost(mbt_parts_encoder(&parts)).per_second +
                         mbt_part_cost(mbt_parts_mask_decoder(&parts)).per_second +
                         mbt_part_cost(mbt_parts_phase_decoder(&parts)).per_second;
    const mbt_cost attention = mbt_part_cost(mbt_parts_of_block(&parts, 2, 0));
    const double mamba = mbt_part_cost(mbt_parts_of_block(&parts, 3, 1)).per_second +
                         mbt_part_cost(mbt_parts_of_block(&parts, 3, 2)).per_second;
    mbt_parts_free(&parts);
    ck_assert_double_eq_tol(codec, 24.25e9, 0.005e9);
    ck_assert_double_eq_tol(4 * attention.per_second, (2.10 + 0.82) * 1e9, 0.01e9);
    ck_assert_double_eq_tol(4 * mamba, (16.52 + 3.15) * 1e9, 0.01e9);
    /* 1.31 G for each second of a recording, and for each second, which has 160 frames */
    ck_assert_double_eq_tol(4 * attention.per_pair * 160 * 160, 1.31e9, 0.005e9);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bind");
    tcase_add_checked_fixture(tests, open_tensors, close_tensors);
    tcase_add_test(tests, all_is_bound);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, no_tensor);
    tcase_add_test(tests, misshapen);
    tcase_add_test(tests, left_over);
    tcase_add_test(tests, more_blocks_than_configured);
    tcase_add_test(tests, not_finite);
    tcase_add_test(tests, not_floats);
    tcase_add_loop_test(tests, families_have_their_published_sizes, 0, COUNT(published));
    tcase_add_test(tests, published_sizes);
    return unit_main(tests, "bind");
}
