/* test_causal.c: the causal family: its norms, folded, against the layers of the checkpoint, evaluated one after the
 * other in double; what it needs in the configuration and in the checkpoint; the fields of its model. */
#include "compiler/bind.h"
#include "compiler/write/emit.h"
#include "tests/unit/compiler/folded.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static mbt_config config;
static mbt_tensors tensors;
static mbt_network network;

static mbt_storage stored_as(mbt_weight_type type)
{
    return (mbt_storage){MBT_FORM_WINOGRAD, {.otherwise = type}}; /* asked for, but only the direct form is there */
}

static void open_network(void)
{
    mbt_error error = {""};
    const mbt_storage storage = stored_as(MBT_WEIGHT_F32);
    config = fixture_config();
    config.attention_frames = 11;
    config.level_frames = 50;
    tensors = (mbt_tensors){0};
    ck_assert(mbt_random_weights(&config, &mbt_family_causal, 7, &tensors, &error));
    ck_assert_msg(mbt_network_build(&config, &mbt_family_causal, &tensors, &storage, "test", "", &network, &error),
                  "%s", error.text);
}

static void close_network(void)
{
    mbt_network_free(&network);
    mbt_tensors_free(&tensors);
}

static mbt_tensor *find(const char *prefix, const char *name)
{
    char full[160];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    mbt_tensor *found = mbt_tensors_find(&tensors, full);
    ck_assert_msg(found != NULL, "%s", full);
    return found;
}

/* BatchNorm2d of channel o as PyTorch documents it for inference. */
static double batch_norm(const char *prefix, uint32_t o, double x)
{
    const double mean = find(prefix, ".running_mean")->data[o], variance = find(prefix, ".running_var")->data[o];
    return (x - mean) / sqrt(variance + 1e-5) * find(prefix, ".weight")->data[o] + find(prefix, ".bias")->data[o];
}

/* Unit 2 of a dense block, for one position: nine taps of 3 C channels, newest first in the checkpoint. */
START_TEST(dense_block)
{
    const char *prefix = "phase_decoder.dense_block.dense_block.2";
    const float *weight = find(prefix, ".0.weight")->data, *bias = find(prefix, ".0.bias")->data;
    const mbt_unit *unit = &network.model.phase_decoder->dense_block.unit[2];
    char norm[80];
    double in[9 * 3 * C]; /* [tap][channel], oldest first */
    fill(in, 9 * 3 * C);
    snprintf(norm, sizeof norm, "%s.1", prefix);
    ck_assert(unit->form == MBT_FORM_DIRECT && unit->gain == NULL && unit->offset == NULL);
    for (uint32_t o = 0; o < C; o++) {
        double sum = bias[o], folded = unit->conv.bias[o];
        for (uint32_t tap = 0; tap < 9; tap++) {
            for (uint32_t i = 0; i < 3 * C; i++) {
                sum += in[tap * 3 * C + i] * weight[((o * 3 + 2 - i / C) * C + i % C) * 9 + tap];
                folded += in[tap * 3 * C + i] * packed(&unit->conv, tap, i, o);
            }
        }
        ck_assert_double_eq_tol(folded, batch_norm(norm, o, sum), TOLERANCE);
        ck_assert(unit->slope[o] == find(prefix, ".2.weight")->data[o]);
    }
}
END_TEST

START_TEST(encoder_ends)
{
    const mbt_encoder *encoder = network.model.encoder;
    const float *first = find("dense_encoder", ".dense_conv_1.0.weight")->data;
    const float *last = find("dense_encoder", ".dense_conv_2.0.weight")->data;
    double x[C];
    fill(x, C);
    ck_assert(encoder->dense_conv_1.gain == NULL && encoder->dense_conv_2.offset == NULL);
    for (uint32_t o = 0; o < C; o++) {
        double sum = find("dense_encoder", ".dense_conv_1.0.bias")->data[o];
        sum += x[0] * first[2 * o] + x[1] * first[2 * o + 1];
        ck_assert_double_eq_tol(apply(&encoder->dense_conv_1.conv, x, o),
                                batch_norm("dense_encoder.dense_conv_1.1", o, sum), TOLERANCE);
        double folded = encoder->dense_conv_2.conv.bias[o];
        sum = find("dense_encoder", ".dense_conv_2.0.bias")->data[o];
        for (uint32_t i = 0; i < C; i++) { /* the same input at all three taps */
            for (uint32_t tap = 0; tap < 3; tap++) {
                sum += x[i] * last[(o * C + i) * 3 + tap];
                folded += x[i] * packed(&encoder->dense_conv_2.conv, tap, i, o);
            }
        }
        ck_assert_double_eq_tol(folded, batch_norm("dense_encoder.dense_conv_2.1", o, sum), TOLERANCE);
    }
}
END_TEST

/* Every bin of a head, the first and the last with one input and the even ones between with two, has the bias once. */
START_TEST(mask_head)
{
    const float *mix = find("mask_decoder", ".mask_conv.1.weight")->data;
    const float *up_bias = find("mask_decoder", ".mask_conv.0.bias")->data;
    const mbt_mask_decoder *mask = network.model.mask_decoder;
    double in[INNER * C], up[BINS * C];
    fill(in, INNER * C);
    scatter_up(find("mask_decoder", ".mask_conv.0.weight")->data, in, up);
    ck_assert(mask->gain == 1 && mask->offset == 0);
    for (uint32_t bin = 0; bin < BINS; bin++) {
        const double bias = (bin % 2 == 0 ? mask->even : mask->odd).bias[0];
        double sum = find("mask_decoder", ".mask_conv.1.bias")->data[0];
        for (uint32_t o = 0; o < C; o++)
            sum += mix[o] * (up[bin * C + o] + up_bias[o]);
        ck_assert_double_eq_tol(folded_up(&mask->even, &mask->odd, in, bin, 0) + bias,
                                batch_norm("mask_decoder.mask_conv.2", 0, sum), TOLERANCE);
    }
    ck_assert(mask->prelu == find("mask_decoder", ".mask_conv.3.weight")->data[0]);
    ck_assert(mask->out_bias == find("mask_decoder", ".mask_conv.4.bias")->data[0]);
}
END_TEST

START_TEST(phase_head)
{
    const float *up_bias = find("phase_decoder", ".phase_conv.0.bias")->data;
    const mbt_phase_decoder *phase = network.model.phase_decoder;
    double in[INNER * C], up[BINS * C];
    fill(in, INNER * C);
    scatter_up(find("phase_decoder", ".phase_conv.0.weight")->data, in, up);
    ck_assert(phase->gain == NULL && phase->offset == NULL);
    for (uint32_t bin = 0; bin < BINS; bin++) {
        for (uint32_t o = 0; o < C; o++) {
            const double bias = (bin % 2 == 0 ? phase->even : phase->odd).bias[o];
            ck_assert_double_eq_tol(folded_up(&phase->even, &phase->odd, in, bin, o) + bias,
                                    batch_norm("phase_decoder.phase_conv.1", o, up[bin * C + o] + up_bias[o]),
                                    TOLERANCE);
        }
    }
    ck_assert(phase->slope[23] == find("phase_decoder", ".phase_conv.2.weight")->data[23]);
}
END_TEST

/* tlinear is [C][C]: out[o] = sum over i of (x + out_proj y)[i] weight[i][o] + bias[o]. */
START_TEST(time_mamba)
{
    const char *prefix = "TFMambAttention.1";
    const float *out_proj = find(prefix, ".time_mamba.forward_blocks.0.mixer.out_proj.weight")->data;
    const float *weight = find(prefix, ".tlinear.weight")->data, *bias = find(prefix, ".tlinear.bias")->data;
    const mbt_axis *axis = &network.model.blocks[1].time;
    const mbt_forward_mamba *mamba = axis->steps[1].layer;
    double x[C], y[E], mixed[C];
    ck_assert(axis->count == 2 && axis->steps[1].kind == MBT_STEP_FORWARD_MAMBA);
    ck_assert_uint_eq(find(prefix, ".tlinear.weight")->count, C * C);
    fill(x, C);
    fill(y, E);
    for (uint32_t i = 0; i < C; i++) {
        mixed[i] = x[i];
        for (uint32_t e = 0; e < E; e++)
            mixed[i] += out_proj[i * E + e] * y[e];
    }
    for (uint32_t o = 0; o < C; o++) {
        double sum = bias[o];
        for (uint32_t i = 0; i < C; i++)
            sum += mixed[i] * weight[i * C + o];
        ck_assert_double_eq_tol(apply(&mamba->joining, x, o) + apply(&mamba->forward.out_proj, y, o), sum, TOLERANCE);
    }
    ck_assert(mamba->forward.d_inner == E && mamba->forward.d_state == N);
    fixture_bimamba(&network.model.blocks[1].frequency);
}
END_TEST

/* In int8 each folded weight is within half a step of its output's scale, and the largest is 127 steps. */
START_TEST(int8)
{
    mbt_network other;
    mbt_error error = {""};
    const mbt_storage storage = stored_as(MBT_WEIGHT_I8);
    ck_assert_msg(mbt_network_build(&config, &mbt_family_causal, &tensors, &storage, "test", "", &other, &error), "%s",
                  error.text);
    const mbt_matrix *plain = &network.model.encoder->dense_block.unit[0].conv;
    const mbt_matrix *matrix = &other.model.encoder->dense_block.unit[0].conv;
    const int8_t *data = matrix->data;
    ck_assert(matrix->type == MBT_WEIGHT_I8 && matrix->k == C);
    for (uint32_t o = 0; o < C; o++) {
        const double scale = (double)matrix->scale[o];
        int largest = 0;
        for (uint32_t index = 0; index < 9 * C; index++) {
            const uint32_t i = index % C, tap = index / C;
            const int step = data[((o / 16 * 9 + tap) * (C / 4) + i / 4) * 64 + o % 16 * 4 + i % 4];
            ck_assert_double_le(fabs(scale * step - packed(plain, tap, i, o)), 0.5001 * scale);
            largest = abs(step) > largest ? abs(step) : largest;
        }
        ck_assert_int_eq(largest, 127);
        ck_assert(matrix->bias[o] == plain->bias[o]);
    }
    mbt_network_free(&other);
}
END_TEST

/* The text of the C, to be freed. */
static char *emit(void)
{
    mbt_error error = {""};
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert(mbt_emit(&network, file, &error));
    const long size = ftell(file);
    char *text = calloc(1, (size_t)size + 1);
    rewind(file);
    ck_assert(text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    return text;
}

START_TEST(the_model_and_its_text)
{
    char *text = emit();
    ck_assert_uint_eq(network.model.attention_frames, 11);
    ck_assert_uint_eq(network.model.level_frames, 50);
    ck_assert_str_eq(network.model.family, "causal");
    ck_assert_ptr_nonnull(strstr(text, "    .attention_frames = 11, .level_frames = 50,\n"));
    ck_assert_ptr_nonnull(strstr(text, "static const mbt_forward_mamba block_1_time = {\n    .forward = {\n"));
    ck_assert_ptr_nonnull(strstr(text, "    {MBT_STEP_FORWARD_MAMBA, &block_1_time},\n};\n"));
    ck_assert_ptr_nonnull(strstr(text, "    {MBT_STEP_BIMAMBA, &block_1_frequency},\n};\n"));
    ck_assert_ptr_nonnull(strstr(text, "        .gain = 0,\n        .offset = 0,\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n    .gain = 1,\n    .offset = 0,\n"));
    ck_assert_ptr_null(strstr(text, "_gain["));
    free(text);
}
END_TEST

static bool count_trained(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    (void)error;
    *(uint64_t *)cookie += mbt_slot_is_trained(slot) ? (uint64_t)mbt_slot_count(slot) : 0;
    return true;
}

/* Of weights/live, counted with the hooks of PyTorch's modules in one frame of the reference: 96785 trained numbers;
 * 11290320 multiply-adds in convolutions and linear layers, 409600 in attention's projections. Worked out: 640000 with
 * the 100 bins that a bin attends to, 819200 with the 128 frames, 921600 in the scans. 80 frames a second. */
START_TEST(sizes_of_live)
{
    mbt_config live = config;
    mbt_error error = {""};
    mbt_parts parts;
    uint64_t trained = 0;
    double macs = 0;
    live.n_fft = live.win_size = 400;
    live.hop_size = 200;
    live.hid_feature = live.d_state = 16;
    live.d_conv = 4;
    live.expand = 2;
    live.attention_frames = 128;
    ck_assert(mbt_parts_init(&parts, &mbt_family_causal, &live, &error));
    ck_assert(mbt_parts_walk_tensors(&parts, count_trained, &trained, &error));
    for (size_t i = 0; i < parts.count; i++) {
        macs += mbt_part_cost(&parts.list[i]).per_second;
        ck_assert(mbt_part_cost(&parts.list[i]).per_pair == 0);
    }
    mbt_parts_free(&parts);
    ck_assert_uint_eq(trained, 96785);
    ck_assert_double_eq_tol(macs, 80.0 * (11290320 + 409600 + 640000 + 819200 + 921600), 1);
}
END_TEST

/* Builds the network again, which has to fail with this text. */
static void expect_error(const char *text)
{
    mbt_error error = {""};
    mbt_network other;
    const mbt_storage storage = stored_as(MBT_WEIGHT_F32);
    ck_assert(!mbt_network_build(&config, &mbt_family_causal, &tensors, &storage, "test", "", &other, &error));
    unit_check_error(&error, text);
}

START_TEST(statistics_are_checked)
{
    mbt_tensor *variance = find("mask_decoder", ".mask_conv.2.running_var");
    mbt_tensor *mean = find("phase_decoder", ".phase_conv.1.running_mean");
    variance->data[0] = -0.25f;
    expect_error("tensor 'mask_decoder.mask_conv.2.running_var' holds -0.25 (number 0); a variance is never negative");
    variance->data[0] = NAN;
    expect_error("tensor 'mask_decoder.mask_conv.2.running_var' holds a value that is not finite (number 0)");
    variance->data[0] = 0;
    mean->data[5] = INFINITY;
    expect_error("tensor 'phase_decoder.phase_conv.1.running_mean' holds a value that is not finite (number 5)");
    mean->data[5] = -1;
    mbt_network other;
    mbt_error error = {""};
    const mbt_storage storage = stored_as(MBT_WEIGHT_F32);
    ck_assert_msg(mbt_network_build(&config, &mbt_family_causal, &tensors, &storage, "test", "", &other, &error), "%s",
                  error.text);
    mbt_network_free(&other);
}
END_TEST

/* The count of batches must be there, a scalar of any type, and says nothing. */
START_TEST(counts_are_consumed)
{
    mbt_tensor *count = find("dense_encoder", ".dense_conv_1.1.num_batches_tracked");
    mbt_network other;
    mbt_error error = {""};
    const mbt_storage storage = stored_as(MBT_WEIGHT_F32);
    ck_assert_uint_eq(count->dims, 0);
    count->element = MBT_ELEMENT_I64;
    count->data[0] = 40;
    for (size_t i = 0; i < tensors.count; i++)
        tensors.list[i].used = false;
    ck_assert_msg(mbt_network_build(&config, &mbt_family_causal, &tensors, &storage, "test", "", &other, &error), "%s",
                  error.text);
    ck_assert(count->used && other.model.weight_bytes == network.model.weight_bytes);
    ck_assert(other.model.parameters == network.model.parameters);
    mbt_network_free(&other);
    find("dense_encoder", ".dense_conv_1.1.running_mean")->element = MBT_ELEMENT_I64;
    expect_error("tensor 'dense_encoder.dense_conv_1.1.running_mean' holds int64; floats are needed");
    find("dense_encoder", ".dense_conv_1.1.running_mean")->element = MBT_ELEMENT_F32;
    count->dims = 1;
    count->shape[0] = 1;
    expect_error("tensor 'dense_encoder.dense_conv_1.1.num_batches_tracked' has shape [1]; the configuration asks for "
                 "[]");
    mbt_tensors_remove(&tensors, count);
    expect_error("tensor 'dense_encoder.dense_conv_1.1.num_batches_tracked' is missing; its shape would be []");
}
END_TEST

START_TEST(a_second_direction_is_left_over)
{
    const uint64_t shape[] = {C};
    mbt_error error = {""};
    ck_assert_ptr_nonnull(
        mbt_tensors_add(&tensors, "TFMambAttention.0.time_mamba.backward_blocks.0.norm.weight", shape, 1, &error));
    expect_error("tensor 'TFMambAttention.0.time_mamba.backward_blocks.0.norm.weight' of shape [24] has no place");
}
END_TEST

/* What the configuration must have for this family, and for no other. */
static const struct {
    uint32_t attention_frames, level_frames, win_size, hop_size;
    const char *text;
} configurations[] = {
    {1, 1, 24, 12, NULL},
    {0, 50, 24, 6, "model_cfg.attention_frames is missing; a causal network needs a whole number from 1 to 65536"},
    {11, 0, 24, 6, "model_cfg.level_frames is missing; a causal network needs a whole number from 1 to 65536"},
    {11, 50, 18, 6, "stft_cfg.win_size is 18; a causal network needs n_fft, 24"},
    {11, 50, 24, 7, "stft_cfg.hop_size is 7; a causal network needs a divisor of win_size, 24"},
};

START_TEST(the_configuration_is_checked)
{
    mbt_error error = {""};
    config.attention_frames = configurations[_i].attention_frames;
    config.level_frames = configurations[_i].level_frames;
    config.win_size = configurations[_i].win_size;
    config.hop_size = configurations[_i].hop_size;
    ck_assert(mbt_family_check(&mbt_family_mambattention, &config, &error));
    ck_assert(mbt_family_check(&mbt_family_causal, &config, &error) == (configurations[_i].text == NULL));
    if (configurations[_i].text != NULL)
        unit_check_error(&error, configurations[_i].text);
}
END_TEST

/* Random statistics are those of lively norms. */
START_TEST(random_statistics)
{
    for (size_t i = 0; i < tensors.count; i++) {
        const mbt_tensor *tensor = &tensors.list[i];
        for (uint64_t k = 0; k < tensor->count; k++) {
            if (strstr(tensor->name, "running_var") != NULL)
                ck_assert(tensor->data[k] >= 0.3f && tensor->data[k] < 1.5f && tensor->data[k] != 1);
            if (strstr(tensor->name, "running_mean") != NULL)
                ck_assert(fabsf(tensor->data[k]) <= 1.8f && tensor->data[k] != 0);
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("causal");
    tcase_add_checked_fixture(tests, open_network, close_network);
    tcase_add_test(tests, dense_block);
    tcase_add_test(tests, encoder_ends);
    tcase_add_test(tests, mask_head);
    tcase_add_test(tests, phase_head);
    tcase_add_test(tests, time_mamba);
    tcase_add_test(tests, int8);
    tcase_add_test(tests, the_model_and_its_text);
    tcase_add_test(tests, sizes_of_live);
    tcase_add_test(tests, statistics_are_checked);
    tcase_add_test(tests, counts_are_consumed);
    tcase_add_test(tests, a_second_direction_is_left_over);
    tcase_add_loop_test(tests, the_configuration_is_checked, 0, COUNT(configurations));
    tcase_add_test(tests, random_statistics);
    return unit_main(tests, "causal");
}
