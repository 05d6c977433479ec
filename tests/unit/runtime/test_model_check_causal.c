/* test_model_check_causal.c: live is accepted. A copy of it with any one thing damaged that a causal network alone has
 * is refused, and so are sizes whose memory no machine can address. */
#include "tests/unit/runtime/runtime_fixture.h"

#include "runtime/model_check.h"

extern const mbt_model mbt_model_live_f32, mbt_model_live_int8, mbt_model_tiny_f32;

/* The structs of a model, to be changed. live.yaml: two blocks, of which only the first is changed. */
typedef struct copy {
    mbt_model model;
    mbt_encoder encoder;
    mbt_block blocks[2];
    mbt_mask_decoder mask;
    mbt_phase_decoder phase;
    mbt_step time[2], frequency[2]; /* attention, Mamba */
    mbt_attention attention;        /* of both axes */
    mbt_forward_mamba forward;
    float numbers[64];
} copy;

static void copy_from(copy *c, const mbt_model *model)
{
    *c = (copy){.model = *model,
                .encoder = *model->encoder,
                .blocks = {model->blocks[0], model->blocks[1]},
                .mask = *model->mask_decoder,
                .phase = *model->phase_decoder};
    for (int i = 0; i < 2; i++) {
        c->time[i] = model->blocks[0].time.steps[i];
        c->frequency[i] = model->blocks[0].frequency.steps[i];
    }
    ck_assert(c->time[0].kind == MBT_STEP_ATTENTION && c->time[1].kind == MBT_STEP_FORWARD_MAMBA);
    ck_assert(c->frequency[0].layer == c->time[0].layer && c->frequency[1].kind == MBT_STEP_BIMAMBA);
    c->attention = *(const mbt_attention *)c->time[0].layer;
    c->forward = *(const mbt_forward_mamba *)c->time[1].layer;
    c->time[0].layer = c->frequency[0].layer = &c->attention;
    c->time[1].layer = &c->forward;
    c->blocks[0].time.steps = c->time;
    c->blocks[0].frequency.steps = c->frequency;
    c->model.encoder = &c->encoder;
    c->model.blocks = c->blocks;
    c->model.mask_decoder = &c->mask;
    c->model.phase_decoder = &c->phase;
}

/* `body` damages the copy c. */
#define DAMAGE(name, body)    \
    static void name(copy *c) \
    {                         \
        body;                 \
    }

DAMAGE(sees_the_whole, c->model.attention_frames = 0)
DAMAGE(sees_the_whole_at_one_level, c->model.attention_frames = c->model.level_frames = 0)
DAMAGE(attends_too_far, c->model.attention_frames = 65537)
DAMAGE(attends_for_ever, c->model.attention_frames = UINT32_MAX)
DAMAGE(has_no_level, c->model.level_frames = 0)
DAMAGE(has_a_slow_level, c->model.level_frames = 65537)
DAMAGE(has_a_short_window, c->model.win = 300; c->model.hop = 100)
DAMAGE(has_a_hop_between, c->model.hop = 150)
DAMAGE(has_a_hop_of_the_window, c->model.hop = 400)
DAMAGE(has_no_hop, c->model.hop = 0)
DAMAGE(encoder_has_a_gain, c->encoder.dense_conv_1.gain = c->numbers)
DAMAGE(encoder_has_an_offset, c->encoder.dense_conv_2.offset = c->numbers)
DAMAGE(encoder_has_no_slope, c->encoder.dense_conv_2.slope = NULL)
DAMAGE(unit_has_a_norm, c->mask.dense_block.unit[3].gain = c->mask.dense_block.unit[3].offset = c->numbers)
DAMAGE(unit_is_winograd, c->encoder.dense_block.unit[0].form = MBT_FORM_WINOGRAD;
       c->encoder.dense_block.unit[0].conv.taps = MBT_WINOGRAD_POINTS;
       c->encoder.dense_block.unit[0].conv.k = 3 * c->model.channels)
DAMAGE(phase_has_a_norm, c->phase.gain = c->phase.offset = c->numbers)
DAMAGE(mask_has_a_gain, c->mask.gain = 2)
DAMAGE(mask_has_an_offset, c->mask.offset = 1)
DAMAGE(heads_do_not_divide, c->attention.heads = 3)
DAMAGE(has_no_heads, c->attention.heads = 0)
DAMAGE(both_directions_along_time, c->time[1] = c->frequency[1])
DAMAGE(one_direction_along_frequency, c->frequency[1] = c->time[1])
DAMAGE(mamba_has_no_taps, c->forward.forward.d_conv = 0)
DAMAGE(mamba_has_too_many_taps, c->forward.forward.d_conv = 65537)
DAMAGE(mamba_has_another_state, c->forward.forward.d_state++)
DAMAGE(mamba_has_another_size, c->forward.forward.d_inner = 16)
DAMAGE(joining_is_for_two, c->forward.joining.k *= 2)
DAMAGE(joining_is_missing, c->forward.joining.data = NULL)

static void (*const damages[])(copy *c) = {
    sees_the_whole,
    sees_the_whole_at_one_level,
    attends_too_far,
    attends_for_ever,
    has_no_level,
    has_a_slow_level,
    has_a_short_window,
    has_a_hop_between,
    has_a_hop_of_the_window,
    has_no_hop,
    encoder_has_a_gain,
    encoder_has_an_offset,
    encoder_has_no_slope,
    unit_has_a_norm,
    unit_is_winograd,
    phase_has_a_norm,
    mask_has_a_gain,
    mask_has_an_offset,
    heads_do_not_divide,
    has_no_heads,
    both_directions_along_time,
    one_direction_along_frequency,
    mamba_has_no_taps,
    mamba_has_too_many_taps,
    mamba_has_another_state,
    mamba_has_another_size,
    joining_is_for_two,
    joining_is_missing,
};

START_TEST(live_passes)
{
    copy c;
    copy_from(&c, &mbt_model_live_f32);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
    copy_from(&c, &mbt_model_live_int8);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
}
END_TEST

START_TEST(every_damage_is_found)
{
    copy c;
    copy_from(&c, &mbt_model_live_f32);
    damages[_i](&c);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_ERROR_MODEL);
    copy_from(&c, &mbt_model_live_int8);
    damages[_i](&c);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_ERROR_MODEL);
}
END_TEST

/* A network of whole recordings does not become causal. */
START_TEST(tiny_is_not_causal)
{
    mbt_model model = mbt_model_tiny_f32;
    model.attention_frames = 128;
    model.level_frames = 240;
    ck_assert_int_eq(mbt_model_check(&model), MBT_ERROR_MODEL);
}
END_TEST

/* The edges of what is allowed. 65536 frames of 16 channels in 16384 bins are 64 GiB of keys in float, and as much of
 * values, in each block. */
START_TEST(the_largest_sizes_are_counted)
{
    copy c;
    size_t bytes = 0;
    copy_from(&c, &mbt_model_live_f32);
    c.model.attention_frames = c.model.level_frames = c.model.n_fft = c.model.win = 65536;
    c.model.hop = 1;
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
    const mbt_status status = mbt_memory_needed(&c.model, NULL, &bytes);
    if (SIZE_MAX == UINT32_MAX)
        ck_assert_int_eq(status, MBT_ERROR_TOO_LONG);
    else
        ck_assert(status == MBT_OK && bytes >> 30 >= 256 && bytes >> 30 < 260);
    c.model.attention_frames = 1;
    c.model.n_fft = c.model.win = 4;
    ck_assert_int_eq(mbt_memory_needed(&c.model, NULL, &bytes), MBT_OK);
    ck_assert_uint_lt(bytes, 1000000);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("model_check_causal");
    tcase_add_test(tests, live_passes);
    tcase_add_loop_test(tests, every_damage_is_found, 0, COUNT(damages));
    tcase_add_test(tests, tiny_is_not_causal);
    tcase_add_test(tests, the_largest_sizes_are_counted);
    return unit_main(tests, "model_check_causal");
}
