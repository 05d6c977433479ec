/* test_bench_profile.c: the profile of a run of tiny: which layers and kernels it has in which part, how often they are
 * called, and how many operations they do, compared with what follows from the network's sizes. */
#include "tools/bench/network/layers.h"
#include "tools/bench/network/profile.h"
#include "tests/unit/unit_main.h"

#include <math.h>
#include <string.h>

extern const mbt_model mbt_model_tiny_f32, mbt_model_tiny_int8;

/* 0.1 s of tiny: 9 frames (hop 200) of 201 bins, 100 inside; C = 16, d_inner 32; 8 heads. */
enum { SAMPLES = 1600, FRAMES = 9, BINS = 201, INNER = 100, C = 16, PARTS = 8 };

static mbt_profile take_profile(const mbt_model *model, unsigned threads)
{
    static float in[SAMPLES];
    mbt_profile profile;
    for (int i = 0; i < SAMPLES; i++)
        in[i] = (float)sin(0.05 * i) + (float)sin(0.013 * i * i);
    ck_assert(mbt_profile_take(&profile, model, MBT_ISA_SCALAR, threads, in, SAMPLES, 1));
    ck_assert_uint_eq(profile.parts, PARTS);
    return profile;
}

static const mbt_profile_row *find(const mbt_profile *profile, const char *part, const char *name)
{
    for (size_t i = 0; i < profile->rows; i++) {
        char own[32];
        mbt_part_name(profile->row[i].part, profile->parts, own);
        if (strcmp(own, part) == 0 && strcmp(profile->row[i].name, name) == 0)
            return &profile->row[i];
    }
    return NULL;
}

static void expect_calls(const mbt_profile *profile, const char *part, const char *name, double calls)
{
    const mbt_profile_row *row = find(profile, part, name);
    ck_assert_msg(row != NULL, "%s: no %s", part, name);
    ck_assert_msg(row->calls >= calls && row->calls <= calls, "%s, %s: %g calls", part, name, row->calls);
}

/* The calls that every form of the network makes: once for each frame or sequence. */
static void expect_parts(const mbt_profile *profile)
{
    expect_calls(profile, "spectrum", "spectrum", FRAMES);
    expect_calls(profile, "spectrum", "polar", FRAMES);
    expect_calls(profile, "encoder", "dense_conv_1", FRAMES);
    expect_calls(profile, "encoder", "dense_conv_2", FRAMES);
    static const char *const axes[] = {"block 1 time", "block 1 frequency", "block 2 time", "block 2 frequency"};
    for (int i = 0; i < 4; i++) {
        const double sequences = i % 2 == 0 ? INNER : FRAMES;
        expect_calls(profile, axes[i], "attention in_proj", sequences);
        expect_calls(profile, axes[i], "attention out_proj", sequences);
        expect_calls(profile, axes[i], "linear", sequences);
        ck_assert_ptr_nonnull(find(profile, axes[i], "scan"));
        ck_assert_ptr_nonnull(find(profile, axes[i], "attend"));
        ck_assert_ptr_null(find(profile, axes[i], "unit 0 conv"));
    }
    expect_calls(profile, "mask decoder", "up-sampling, even", FRAMES);
    expect_calls(profile, "mask decoder", "mask", FRAMES);
    expect_calls(profile, "phase decoder", "up-sampling, odd", FRAMES);
    expect_calls(profile, "phase decoder", "phase out", FRAMES);
    for (size_t i = 0; i < profile->rows; i++) {
        ck_assert_str_ne(profile->row[i].name, "other products");
        ck_assert_uint_lt((unsigned)profile->row[i].kind, MBT_KINDS);
        ck_assert(profile->row[i].ns > 0);
    }
}

START_TEST(parts_one_thread)
{
    mbt_profile profile = take_profile(&mbt_model_tiny_f32, 1);
    expect_parts(&profile);
    for (size_t part = 0; part < profile.parts; part++)
        ck_assert(profile.part_ns[part] > 0 && profile.part_other[part] >= 0);
    mbt_profile_release(&profile);
}
END_TEST

START_TEST(parts_three_threads)
{
    mbt_profile profile = take_profile(&mbt_model_tiny_f32, 3);
    expect_parts(&profile);
    mbt_profile_release(&profile);
}
END_TEST

/* 2 operations for each multiply-add of the layers that have no padding in time. */
START_TEST(operations)
{
    mbt_profile profile = take_profile(&mbt_model_tiny_f32, 1);
    ck_assert_double_eq_tol(find(&profile, "encoder", "dense_conv_1")->flops, 2.0 * FRAMES * BINS * 2 * C, 0.5);
    ck_assert_double_eq_tol(find(&profile, "encoder", "dense_conv_2")->flops, 2.0 * FRAMES * INNER * 3 * C * C, 0.5);
    ck_assert_double_eq_tol(find(&profile, "block 2 time", "attention in_proj")->flops,
                            2.0 * FRAMES * INNER * 3 * C * C, 0.5);
    ck_assert_double_eq_tol(find(&profile, "block 1 frequency", "linear")->flops, 2.0 * FRAMES * INNER * C * C, 0.5);
    mbt_profile_release(&profile);
}
END_TEST

/* In int8 taps in the padding are computed too; x_proj is from 32 to 33, both ways. */
START_TEST(int8_operations)
{
    mbt_profile profile = take_profile(&mbt_model_tiny_int8, 1);
    static const char *const units[] = {"unit 0 conv", "unit 1 conv", "unit 2 conv", "unit 3 conv"};
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(find(&profile, "encoder", units[i])->flops, 2.0 * FRAMES * BINS * 9 * (i + 1) * C * C,
                                0.5);
        ck_assert_double_eq_tol(find(&profile, "phase decoder", units[i])->flops,
                                2.0 * FRAMES * INNER * 9 * (i + 1) * C * C, 0.5);
    }
    ck_assert_double_eq_tol(find(&profile, "block 2 time", "x_proj")->flops, 2 * 2.0 * FRAMES * INNER * 32 * 33, 0.5);
    ck_assert_int_eq(find(&profile, "encoder", "quantise")->kind, MBT_KIND_PRODUCT);
    ck_assert_int_eq(find(&profile, "block 1 frequency", "quantise")->kind, MBT_KIND_PRODUCT);
    for (size_t i = 0; i < profile.rows; i++)
        ck_assert_str_ne(profile.row[i].name, "other products");
    mbt_profile_release(&profile);
}
END_TEST

/* The plain work: the model's for each second, and for 9 frames attention along time in two blocks of 100 bins: 2 C
 * for each pair of frames. */
START_TEST(plain_work)
{
    const mbt_model *model = &mbt_model_tiny_f32;
    const double wanted = 0.1 * model->macs_per_second + 2.0 * INNER * FRAMES * FRAMES * 2 * C;
    ck_assert_double_eq_tol(mbt_plain_macs(model, SAMPLES) / wanted, 1, 1e-12);
}
END_TEST

static void expect_layer(const mbt_layer_index *index, const void *weights, const char *name)
{
    ck_assert_str_eq(mbt_layer_name(index, mbt_layer_find(index, weights)), name);
}

START_TEST(layers)
{
    const mbt_model *model = &mbt_model_tiny_f32;
    mbt_layer_index index;
    ck_assert(mbt_layer_index_build(&index, model));
    const mbt_matrix *conv = &model->encoder->dense_block.unit[2].conv;
    const float *weights = conv->data;
    const mbt_bimamba *bimamba = model->blocks[1].time.steps[1].layer;
    expect_layer(&index, weights, "unit 2 conv");
    expect_layer(&index, weights + 7, "unit 2 conv");
    expect_layer(&index, weights + (size_t)conv->taps * conv->k * MBT_PADDED(conv->n) - 1, "unit 2 conv");
    expect_layer(&index, model->phase_decoder->out.data, "phase out");
    expect_layer(&index, bimamba->joining.data, "linear");
    expect_layer(&index, bimamba->backward.dt_proj.data, "dt_proj");
    expect_layer(&index, &index, "other products");
    expect_layer(&index, NULL, "other products");
    ck_assert_uint_eq(mbt_layer_find(&index, NULL), index.layers);
    ck_assert_uint_eq(index.layers, 16); /* names; many are those of several layers */
    mbt_layer_index_release(&index);
}
END_TEST

/* A byte for each weight. */
START_TEST(int8_layers)
{
    const mbt_model *model = &mbt_model_tiny_int8;
    mbt_layer_index index;
    ck_assert(mbt_layer_index_build(&index, model));
    const int8_t *weights = model->encoder->dense_block.unit[2].conv.data;
    expect_layer(&index, weights, "unit 2 conv");
    expect_layer(&index, weights + 9 * 3 * C * C - 1, "unit 2 conv");
    const size_t after = mbt_layer_find(&index, weights + 9 * 3 * C * C);
    ck_assert_uint_ne(after, mbt_layer_find(&index, weights));
    mbt_layer_index_release(&index);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bench_profile");
    tcase_add_test(tests, parts_one_thread);
    tcase_add_test(tests, parts_three_threads);
    tcase_add_test(tests, operations);
    tcase_add_test(tests, plain_work);
    tcase_add_test(tests, int8_operations);
    tcase_add_test(tests, layers);
    tcase_add_test(tests, int8_layers);
    return unit_main(tests, "bench_profile");
}
