/* test_fold.c: folded layers against the layers of the checkpoint, evaluated one after the other in double. */
#include "tests/unit/compiler/folded.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static mbt_config config;
static mbt_tensors tensors;
static mbt_network network;

static void open_network(void)
{
    mbt_error error = {""};
    config = fixture_config();
    tensors = fixture_tensors(&config);
    ck_assert_msg(fixture_build(&config, &tensors, (mbt_storage){MBT_FORM_DIRECT, {.otherwise = MBT_WEIGHT_F32}},
                                &network, &error),
                  "%s", error.text);
}

static void close_network(void)
{
    mbt_network_free(&network);
    mbt_tensors_free(&tensors);
}

static const float *tensor(const char *name)
{
    const mbt_tensor *found = mbt_tensors_find(&tensors, name);
    ck_assert_msg(found != NULL, "%s", name);
    return found->data;
}

START_TEST(attention)
{
    const float *gain = tensor("TFMambAttention.1.attention.layernorm.weight");
    const float *offset = tensor("TFMambAttention.1.attention.layernorm.bias");
    const float *weight = tensor("TFMambAttention.1.attention.attn.in_proj_weight");
    const float *bias = tensor("TFMambAttention.1.attention.attn.in_proj_bias");
    const mbt_attention *folded = fixture_attention(&network.model.blocks[1].time);
    double x[C];
    fill(x, C);
    ck_assert_ptr_eq(folded, fixture_attention(&network.model.blocks[1].frequency));
    ck_assert_uint_eq(folded->heads, 8);
    ck_assert_uint_eq(folded->in_proj.n, 3 * C);
    for (uint32_t o = 0; o < 3 * C; o++) {
        double sum = bias[o];
        for (uint32_t i = 0; i < C; i++)
            sum += weight[o * C + i] * (x[i] * gain[i] + offset[i]);
        /* C / heads is 3: q k' / sqrt(3) is the exponent of e, here of 2. */
        const double scale = o < C ? 1 / (sqrt(3.0) * log(2.0)) : 1;
        ck_assert_double_eq_tol(apply(&folded->in_proj, x, o), scale * sum, TOLERANCE);
    }
    const float *out = tensor("TFMambAttention.1.attention.attn.out_proj.weight");
    ck_assert(packed(&folded->out_proj, 0, 5, 17) == out[17 * C + 5]);
    ck_assert(folded->out_proj.bias[17] == tensor("TFMambAttention.1.attention.attn.out_proj.bias")[17]);
}
END_TEST

START_TEST(mamba_in)
{
    const float *gain = tensor("TFMambAttention.0.freq_mamba.backward_blocks.0.norm.weight");
    const float *weight = tensor("TFMambAttention.0.freq_mamba.backward_blocks.0.mixer.in_proj.weight");
    const mbt_mamba *folded = &fixture_bimamba(&network.model.blocks[0].frequency)->backward;
    double x[C];
    fill(x, C);
    ck_assert_uint_eq(folded->in_proj.n, 2 * 80);
    for (uint32_t o = 0; o < 2 * E; o++) {
        double sum = 0;
        for (uint32_t i = 0; i < C; i++)
            sum += weight[o * C + i] * (x[i] * gain[i]);
        ck_assert_double_eq_tol(apply(&folded->in_proj, x, o < E ? o : o - E + 80), sum, TOLERANCE);
    }
    for (uint32_t o = E; o < 80; o++)
        ck_assert(apply(&folded->in_proj, x, o) == 0 && apply(&folded->in_proj, x, 80 + o) == 0);
}
END_TEST

START_TEST(mamba_inside)
{
    const char *prefix = "TFMambAttention.0.time_mamba.forward_blocks.0.mixer";
    char name[128];
    const mbt_mamba *folded = &fixture_bimamba(&network.model.blocks[0].time)->forward;
    ck_assert_uint_eq(folded->d_inner, E);
    ck_assert_uint_eq(folded->d_state, N);
    ck_assert_uint_eq(folded->d_conv, 5);
    ck_assert_uint_eq(folded->dt_rank, 2);
    ck_assert(folded->norm_eps == 1e-5f);
    snprintf(name, sizeof name, "%s.A_log", prefix);
    const float *a_log = tensor(name), *a = folded->a, *conv_weight = folded->conv_weight;
    ck_assert_uint_eq(folded->constants, MBT_WEIGHT_F32);
    snprintf(name, sizeof name, "%s.conv1d.weight", prefix);
    const float *conv = tensor(name);
    snprintf(name, sizeof name, "%s.x_proj.weight", prefix);
    const float *x_proj = tensor(name);
    snprintf(name, sizeof name, "%s.dt_proj.weight", prefix);
    const float *dt_proj = tensor(name);
    snprintf(name, sizeof name, "%s.dt_proj.bias", prefix);
    const float *dt_bias = tensor(name);
    for (uint32_t e = 0; e < E; e++) {
        for (uint32_t n = 0; n < N; n++) {
            const double decay = -exp(a_log[e * N + n]) / log(2.0);
            ck_assert_double_eq_tol(a[(e / 16 * N + n) * 16 + e % 16], decay, -decay * 1e-7);
        }
        for (uint32_t tap = 0; tap < 5; tap++)
            ck_assert(conv_weight[tap * 80 + e] == conv[e * 5 + tap]);
        for (uint32_t o = 0; o < 2 + 2 * N; o++)
            ck_assert(packed(&folded->x_proj, 0, e, o) == x_proj[o * E + e]);
        ck_assert(packed(&folded->dt_proj, 0, 1, e) == dt_proj[e * 2 + 1]);
        ck_assert(folded->dt_proj.bias[e] == dt_bias[e]);
    }
    for (uint32_t lane = E % 16; lane < 16; lane++)
        ck_assert(a[(E / 16 * N + N - 1) * 16 + lane] == 0);
    ck_assert(conv_weight[4 * 80 + 79] == 0 && folded->conv_bias[79] == 0 && folded->d[79] == 0);
    ck_assert(folded->d[71] == tensor("TFMambAttention.0.time_mamba.forward_blocks.0.mixer.D")[71]);
    ck_assert(folded->conv_bias[71] == tensor("TFMambAttention.0.time_mamba.forward_blocks.0.mixer.conv1d.bias")[71]);
}
END_TEST

/* out[o] = sum over i of [x + out_proj forward, x + out_proj backward][i] weight[i][o] + bias[o] */
START_TEST(joining)
{
    const float *forward = tensor("TFMambAttention.0.time_mamba.forward_blocks.0.mixer.out_proj.weight");
    const float *backward = tensor("TFMambAttention.0.time_mamba.backward_blocks.0.mixer.out_proj.weight");
    const float *weight = tensor("TFMambAttention.0.tlinear.weight"), *bias = tensor("TFMambAttention.0.tlinear.bias");
    const mbt_bimamba *bimamba = fixture_bimamba(&network.model.blocks[0].time);
    const mbt_mamba *folded_forward = &bimamba->forward, *folded_backward = &bimamba->backward;
    double x[C], y_forward[E], y_backward[E], both[2 * C];
    fill(x, C);
    fill(y_forward, E);
    fill(y_backward, E);
    for (uint32_t i = 0; i < C; i++) {
        both[i] = both[C + i] = x[i];
        for (uint32_t e = 0; e < E; e++) {
            both[i] += forward[i * E + e] * y_forward[e];
            both[C + i] += backward[i * E + e] * y_backward[e];
        }
    }
    for (uint32_t o = 0; o < C; o++) {
        double sum = bias[o];
        for (uint32_t i = 0; i < 2 * C; i++)
            sum += both[i] * weight[i * C + o];
        const double folded = apply(&bimamba->joining, x, o) + apply(&folded_forward->out_proj, y_forward, o) +
                              apply(&folded_backward->out_proj, y_backward, o);
        ck_assert_double_eq_tol(folded, sum, TOLERANCE);
        ck_assert(folded_forward->out_proj.bias[o] == 0);
    }
}
END_TEST

/* Unit 2 of a dense block: the checkpoint's input is [unit 1, unit 0, block's input], the network's the reverse. */
START_TEST(dense_block)
{
    const float *weight = tensor("phase_decoder.dense_block.dense_block.2.0.weight");
    const mbt_unit *unit = &network.model.phase_decoder->dense_block.unit[2];
    ck_assert_uint_eq(unit->conv.taps, 9);
    ck_assert_uint_eq(unit->conv.k, 3 * C);
    for (uint32_t o = 0; o < C; o++) {
        for (uint32_t i = 0; i < C; i++) {
            for (uint32_t tap = 0; tap < 9; tap++) {
                const float *source = weight + o * 3 * C * 9 + tap;
                ck_assert(packed(&unit->conv, tap, i, o) == source[(2 * C + i) * 9]); /* the block's input */
                ck_assert(packed(&unit->conv, tap, C + i, o) == source[(C + i) * 9]); /* unit 0 */
                ck_assert(packed(&unit->conv, tap, 2 * C + i, o) == source[i * 9]);   /* unit 1 */
            }
        }
        ck_assert(unit->conv.bias[o] == 0);
        ck_assert(unit->gain[o] == tensor("phase_decoder.dense_block.dense_block.2.1.weight")[o]);
        ck_assert(unit->offset[o] == tensor("phase_decoder.dense_block.dense_block.2.1.bias")[o]);
        ck_assert(unit->slope[o] == tensor("phase_decoder.dense_block.dense_block.2.2.weight")[o]);
    }
}
END_TEST

/* Unit 2 in Winograd's form. The factors are those of the points 0, 3/4, -3/4, 3/2, -3/2, worked out by hand: 1 over
 * 81/64, 2 (9/16) (9/16 - 9/4) = -243/128 twice, and 2 (9/4) (9/4 - 9/16) = 243/32 twice; then infinity. */
START_TEST(winograd)
{
    static const double factors[6][3] = {{64 / 81., 0, 0},
                                         {-128 / 243., -96 / 243., -72 / 243.},
                                         {-128 / 243., 96 / 243., -72 / 243.},
                                         {32 / 243., 48 / 243., 72 / 243.},
                                         {32 / 243., -48 / 243., 72 / 243.},
                                         {0, 0, 1}};
    mbt_network other;
    mbt_error error = {""};
    mbt_tensors_free(&tensors); /* those of the fixture are used */
    tensors = fixture_tensors(&config);
    const float *weight = tensor("phase_decoder.dense_block.dense_block.2.0.weight");
    ck_assert(fixture_build(&config, &tensors, (mbt_storage){MBT_FORM_WINOGRAD, {.otherwise = MBT_WEIGHT_F32}}, &other,
                            &error));
    const mbt_unit *unit = &other.model.phase_decoder->dense_block.unit[2];
    ck_assert_uint_eq(unit->form, MBT_FORM_WINOGRAD);
    ck_assert_uint_eq(unit->conv.taps, 3 * 6);
    ck_assert_uint_eq(unit->conv.k, 3 * C);
    ck_assert_uint_eq(unit->conv.n, C);
    ck_assert_uint_eq(other.model.encoder->dense_conv_2.form, MBT_FORM_DIRECT);
    for (uint32_t index = 0; index < 3 * 6 * 3 * C * C; index++) {
        const uint32_t o = index % C, i = index / C % C, time = index / C / C % 3, point = index / C / C / 3 % 6;
        const uint32_t group = index / C / C / 3 / 6; /* 0: the block's input, newest first in the checkpoint */
        const float *source = weight + ((o * 3 + 2 - group) * C + i) * 9 + time * 3;
        const double expected = factors[point][0] * (double)source[0] + factors[point][1] * (double)source[1] +
                                factors[point][2] * (double)source[2];
        const float *matrix = (const float *)unit->conv.data + (size_t)(group * 6 + point) * 3 * C * MBT_PADDED(C);
        const float found = matrix[(o / 16 * 3 * C + time * C + i) * 16 + o % 16];
        ck_assert_double_eq_tol((double)found, expected, 1e-7 * (fabs(expected) + 1));
    }
    mbt_network_free(&other);
}
END_TEST

/* A number of binary16, by its fields. */
static double half_value(uint16_t bits)
{
    const int exponent = bits >> 10 & 31;
    const double magnitude = exponent != 0 ? ldexp((bits & 1023) | 1024, exponent - 25) : ldexp(bits & 1023, -24);
    return bits >> 15 != 0 ? -magnitude : magnitude;
}

/* In int8 each weight is within half a step of its output's scale, at the place where model.h has it; Mamba's constants
 * are halves. */
START_TEST(int8)
{
    mbt_network other;
    mbt_error error = {""};
    mbt_tensors_free(&tensors); /* those of the fixture are used */
    tensors = fixture_tensors(&config);
    const float *weight = tensor("phase_decoder.dense_block.dense_block.2.0.weight");
    const float *conv = tensor("TFMambAttention.0.time_mamba.forward_blocks.0.mixer.conv1d.weight");
    const float *a_log = tensor("TFMambAttention.0.time_mamba.forward_blocks.0.mixer.A_log");
    ck_assert(fixture_build(&config, &tensors, (mbt_storage){MBT_FORM_WINOGRAD, {.otherwise = MBT_WEIGHT_I8}}, &other,
                            &error));
    const mbt_unit *unit = &other.model.phase_decoder->dense_block.unit[2];
    const int8_t *data = unit->conv.data;
    ck_assert(unit->conv.type == MBT_WEIGHT_I8 && unit->form == MBT_FORM_DIRECT);
    for (uint32_t index = 0; index < 9 * 3 * C * C; index++) {
        const uint32_t o = index % C, i = index / C % (3 * C), tap = index / C / C / 3;
        const uint32_t source = (2 - i / C) * C + i % C; /* newest first in the checkpoint */
        const double scale = (double)unit->conv.scale[o];
        const double found = scale * data[((o / 16 * 9 + tap) * (3 * C / 4) + i / 4) * 64 + o % 16 * 4 + i % 4];
        ck_assert_double_eq_tol(found, (double)weight[(o * 3 * C + source) * 9 + tap], scale * 0.5001);
    }
    const mbt_mamba *mamba = &fixture_bimamba(&other.model.blocks[0].time)->forward;
    const uint16_t *a = mamba->a, *conv_weight = mamba->conv_weight;
    ck_assert_uint_eq(mamba->constants, MBT_WEIGHT_F16);
    for (uint32_t e = 0; e < E; e++) {
        const double decay = -exp(a_log[e * N + 2]) / log(2.0), tap = (double)conv[e * 5 + 4];
        ck_assert_double_eq_tol(half_value(a[(e / 16 * N + 2) * 16 + e % 16]), decay, fabs(decay) * 0x1.01p-11);
        ck_assert_double_eq_tol(half_value(conv_weight[4 * 80 + e]), tap, fabs(tap) * 0x1.01p-11 + 0x1p-25);
    }
    mbt_network_free(&other);
}
END_TEST

START_TEST(encoder_ends)
{
    const float *first = tensor("dense_encoder.dense_conv_1.0.weight"),
                *last = tensor("dense_encoder.dense_conv_2.0.weight");
    const mbt_matrix *conv_1 = &network.model.encoder->dense_conv_1.conv,
                     *conv_2 = &network.model.encoder->dense_conv_2.conv;
    ck_assert_uint_eq(conv_1->k, 2);
    ck_assert_uint_eq(conv_2->taps, 3);
    for (uint32_t o = 0; o < C; o++) {
        ck_assert(packed(conv_1, 0, 0, o) == first[o * 2] && packed(conv_1, 0, 1, o) == first[o * 2 + 1]);
        for (uint32_t i = 0; i < C; i++)
            ck_assert(packed(conv_2, 2, i, o) == last[(o * C + i) * 3 + 2]);
    }
}
END_TEST

START_TEST(mask_head)
{
    const float *mix = tensor("mask_decoder.mask_conv.1.weight");
    const mbt_mask_decoder *mask = network.model.mask_decoder;
    double in[INNER * C], up[BINS * C];
    fill(in, INNER * C);
    scatter_up(tensor("mask_decoder.mask_conv.0.weight"), in, up);
    ck_assert(mask->even.n == 1 && mask->even.taps == 2 && mask->odd.taps == 1);
    for (uint32_t bin = 0; bin < BINS; bin++) {
        double sum = 0;
        for (uint32_t o = 0; o < C; o++)
            sum += mix[o] * up[bin * C + o];
        ck_assert_double_eq_tol(folded_up(&mask->even, &mask->odd, in, bin, 0), sum, TOLERANCE);
    }
    ck_assert(mask->even.bias[0] == 0 && mask->odd.bias[0] == 0);
    ck_assert(mask->gain == tensor("mask_decoder.mask_conv.2.weight")[0]);
    ck_assert(mask->offset == tensor("mask_decoder.mask_conv.2.bias")[0]);
    ck_assert(mask->prelu == tensor("mask_decoder.mask_conv.3.weight")[0]);
    ck_assert(mask->out_scale == tensor("mask_decoder.mask_conv.4.weight")[0]);
    ck_assert(mask->out_bias == tensor("mask_decoder.mask_conv.4.bias")[0]);
    ck_assert(mask->beta == 2);
    ck_assert(mask->slope[12] == tensor("mask_decoder.lsigmoid.slope")[12] && mask->slope[13] == 0);
}
END_TEST

START_TEST(phase_head)
{
    const mbt_phase_decoder *phase = network.model.phase_decoder;
    double in[INNER * C], up[BINS * C];
    fill(in, INNER * C);
    scatter_up(tensor("phase_decoder.phase_conv.0.weight"), in, up);
    for (uint32_t bin = 0; bin < BINS; bin++)
        for (uint32_t o = 0; o < C; o++)
            ck_assert_double_eq_tol(folded_up(&phase->even, &phase->odd, in, bin, o), up[bin * C + o], TOLERANCE);
    ck_assert_uint_eq(phase->out.n, 2);
    for (uint32_t i = 0; i < C; i++) {
        ck_assert(packed(&phase->out, 0, i, 0) == tensor("phase_decoder.phase_conv_r.weight")[i]);
        ck_assert(packed(&phase->out, 0, i, 1) == tensor("phase_decoder.phase_conv_i.weight")[i]);
        ck_assert(phase->gain[i] == tensor("phase_decoder.phase_conv.1.weight")[i]);
        ck_assert(phase->offset[i] == tensor("phase_decoder.phase_conv.1.bias")[i]);
        ck_assert(phase->slope[i] == tensor("phase_decoder.phase_conv.2.weight")[i]);
    }
    ck_assert(phase->out.bias[0] == tensor("phase_decoder.phase_conv_r.bias")[0]);
    ck_assert(phase->out.bias[1] == tensor("phase_decoder.phase_conv_i.bias")[0]);
}
END_TEST

START_TEST(overflow_is_an_error)
{
    mbt_error error = {""};
    mbt_network other;
    mbt_tensors_find(&tensors, "TFMambAttention.0.time_mamba.forward_blocks.0.mixer.A_log")->data[4] = 1000;
    ck_assert(!fixture_build(&config, &tensors, (mbt_storage){MBT_FORM_DIRECT, {.otherwise = MBT_WEIGHT_F32}}, &other,
                             &error));
    ck_assert_ptr_nonnull(strstr(error.text, "block_0_time_forward_a "));
}
END_TEST

/* Folded, the first weight of in_proj is 9e76: no float is its scale. Of A_log 12, -e^12 / ln 2 is -234805.5. */
START_TEST(overflow_in_smaller_types)
{
    mbt_network other;
    mbt_error error = {""};
    const mbt_storage storage = {MBT_FORM_DIRECT, {.otherwise = MBT_WEIGHT_I8}};
    const char *mamba = "TFMambAttention.0.time_mamba.forward_blocks.0";
    char name[128];
    snprintf(name, sizeof name, "%s.mixer.A_log", mamba);
    mbt_tensors_find(&tensors, name)->data[4] = 12;
    ck_assert(!fixture_build(&config, &tensors, storage, &other, &error));
    ck_assert_str_eq(error.text,
                     "block_0_time_forward_a: a weight of -234806 does not fit f16, whose largest number is 65504; "
                     "--precision mixed can keep block_0_time_forward_constants in f32");
    error.text[0] = '\0';
    mbt_rule rule = {"block_0_time_forward_constants", MBT_WEIGHT_F32, 1};
    const mbt_storage mixed = {MBT_FORM_DIRECT, {&rule, 1, MBT_WEIGHT_I8}};
    ck_assert_msg(fixture_build(&config, &tensors, mixed, &other, &error), "%s", error.text);
    mbt_network_free(&other);
    error.text[0] = '\0';
    mbt_tensors_free(&tensors); /* those of the fixture are used */
    tensors = fixture_tensors(&config);
    snprintf(name, sizeof name, "%s.norm.weight", mamba);
    mbt_tensors_find(&tensors, name)->data[0] = 3e38f;
    snprintf(name, sizeof name, "%s.mixer.in_proj.weight", mamba);
    mbt_tensors_find(&tensors, name)->data[0] = 3e38f;
    ck_assert(!fixture_build(&config, &tensors, storage, &other, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "block_0_time_forward_in_proj_scale "));
}
END_TEST

START_TEST(model_totals)
{
    uint64_t parameters = 0, bytes = 0;
    for (size_t i = 0; i < tensors.count; i++)
        parameters += tensors.list[i].count;
    for (size_t i = 0; i < network.arrays.count; i++)
        bytes += 4 * network.arrays.list[i].count;
    ck_assert_uint_eq(network.model.parameters, parameters);
    ck_assert_uint_eq(network.model.weight_bytes, bytes);
    ck_assert_uint_eq(network.model.block_count, 2);
    ck_assert_uint_eq(network.model.model_size, sizeof(mbt_model));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fold");
    tcase_add_checked_fixture(tests, open_network, close_network);
    tcase_add_test(tests, attention);
    tcase_add_test(tests, mamba_in);
    tcase_add_test(tests, mamba_inside);
    tcase_add_test(tests, joining);
    tcase_add_test(tests, dense_block);
    tcase_add_test(tests, winograd);
    tcase_add_test(tests, int8);
    tcase_add_test(tests, encoder_ends);
    tcase_add_test(tests, mask_head);
    tcase_add_test(tests, phase_head);
    tcase_add_test(tests, overflow_is_an_error);
    tcase_add_test(tests, overflow_in_smaller_types);
    tcase_add_test(tests, model_totals);
    return unit_main(tests, "fold");
}
