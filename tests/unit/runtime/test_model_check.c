/* test_model_check.c: tiny is accepted in f32 and in int8. A copy with any one field damaged is refused. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <stddef.h>
#include <string.h>

#include "runtime/model_check.h"

extern const mbt_model mbt_model_tiny_f32, mbt_model_tiny_int8;

/* The structs of a model, to be changed. tiny.yaml: two blocks. */
typedef struct copy {
    mbt_model model;
    mbt_encoder encoder;
    mbt_block blocks[2];
    mbt_mask_decoder mask;
    mbt_phase_decoder phase;
    mbt_attention attention[2];
    mbt_step steps[2][2][2];   /* of each block and axis: attention, Mamba */
    mbt_bimamba bimamba[2][2]; /* of each block: along time, along frequency */
} copy;

static void copy_axis(copy *c, int block, int which, mbt_axis *axis)
{
    ck_assert(axis->count == 2 && axis->steps[0].kind == MBT_STEP_ATTENTION && axis->steps[1].kind == MBT_STEP_BIMAMBA);
    c->attention[block] = *(const mbt_attention *)axis->steps[0].layer;
    c->bimamba[block][which] = *(const mbt_bimamba *)axis->steps[1].layer;
    c->steps[block][which][0] = (mbt_step){MBT_STEP_ATTENTION, &c->attention[block]};
    c->steps[block][which][1] = (mbt_step){MBT_STEP_BIMAMBA, &c->bimamba[block][which]};
    axis->steps = c->steps[block][which];
}

/* The copy's Mambas by number: of each block time forward, backward, frequency forward, backward. */
static mbt_mamba *mamba_of(copy *c, int number)
{
    mbt_bimamba *bimamba = &c->bimamba[number / 4][number % 4 / 2];
    return number % 2 ? &bimamba->backward : &bimamba->forward;
}

static void copy_from(copy *c, const mbt_model *model)
{
    ck_assert_uint_eq(model->block_count, 2);
    c->model = *model;
    c->encoder = *model->encoder;
    c->mask = *model->mask_decoder;
    c->phase = *model->phase_decoder;
    for (int i = 0; i < 2; i++) {
        mbt_block *block = &c->blocks[i];
        *block = model->blocks[i];
        copy_axis(c, i, 0, &block->time);
        copy_axis(c, i, 1, &block->frequency);
    }
    c->model.encoder = &c->encoder;
    c->model.blocks = c->blocks;
    c->model.mask_decoder = &c->mask;
    c->model.phase_decoder = &c->phase;
}

/* tiny in int8, with int8 in two layers that mambac keeps in f16. */
static void copy_i8(copy *c)
{
    static const float scale[MBT_LANES * 4];
    copy_from(c, &mbt_model_tiny_int8);
    mbt_matrix *const wider[] = {&c->bimamba[0][0].backward.dt_proj, &c->bimamba[1][0].joining};
    for (int i = 0; i < COUNT(wider); i++) {
        ck_assert_uint_eq(wider[i]->type, MBT_WEIGHT_F16);
        ck_assert_uint_le(wider[i]->n, COUNT(scale));
        wider[i]->type = MBT_WEIGHT_I8;
        wider[i]->scale = scale;
    }
}

static void copy_model(copy *c)
{
    copy_from(c, &mbt_model_tiny_f32);
}

/* One field and what it becomes: a number, by exclusive or or outright, or a null pointer. */
typedef struct damage {
    const char *field;
    size_t offset;
    enum { FLIP, SET, NULL_POINTER } kind;
    uint32_t value;
} damage;

#define FLIPPED(field, bits)                      \
    {                                             \
#field, offsetof(copy, field), FLIP, bits \
    }
#define SET_TO(field, value)                      \
    {                                             \
#field, offsetof(copy, field), SET, value \
    }
#define NULLED(field)                                  \
    {                                                  \
#field, offsetof(copy, field), NULL_POINTER, 0 \
    }
#define MATRIX(field)                                                                                   \
    SET_TO(field.type, 2), SET_TO(field.type, 3), FLIPPED(field.taps, 1), SET_TO(field.taps, 0),        \
        SET_TO(field.taps, 10), FLIPPED(field.k, 1), SET_TO(field.k, 0), FLIPPED(field.k, 0x80000000u), \
        FLIPPED(field.n, 1), SET_TO(field.n, 0), FLIPPED(field.n, 0x80000000u), NULLED(field.data), NULLED(field.bias)
#define UNIT(field)                                                                                             \
    SET_TO(field.form, 1), SET_TO(field.form, 2), MATRIX(field.conv), NULLED(field.gain), NULLED(field.offset), \
        NULLED(field.slope)
#define DENSE(field) UNIT(field.unit[0]), UNIT(field.unit[1]), UNIT(field.unit[2]), UNIT(field.unit[3])
#define MAMBA(field)                                                                                       \
    FLIPPED(field.d_inner, 1), SET_TO(field.d_inner, 0), SET_TO(field.d_inner, 0xffffffffu),               \
        FLIPPED(field.d_state, 1), SET_TO(field.d_state, 0), SET_TO(field.d_state, 0x80000001u),           \
        FLIPPED(field.d_conv, 1), SET_TO(field.d_conv, 0), SET_TO(field.d_conv, 0xffffffffu),              \
        FLIPPED(field.dt_rank, 2), SET_TO(field.dt_rank, 0), MATRIX(field.in_proj), MATRIX(field.x_proj),  \
        MATRIX(field.dt_proj), MATRIX(field.out_proj), NULLED(field.conv_weight), NULLED(field.conv_bias), \
        NULLED(field.a), NULLED(field.d), SET_TO(field.constants, 2), SET_TO(field.constants, 3)
#define BIMAMBA(field) MAMBA(field.forward), MAMBA(field.backward), MATRIX(field.joining)
#define STEP(field)                                                                                        \
    SET_TO(field.kind, 0), FLIPPED(field.kind, 3), SET_TO(field.kind, 3), SET_TO(field.kind, 0xffffffffu), \
        NULLED(field.layer)
#define AXIS(field, own_steps)                                                                              \
    SET_TO(field.count, 0), SET_TO(field.count, 17), SET_TO(field.count, 0xffffffffu), NULLED(field.steps), \
        STEP(own_steps[0]), STEP(own_steps[1])
#define ATTENTION(field)                                                                                       \
    SET_TO(field.heads, 0), SET_TO(field.heads, 3), SET_TO(field.heads, 32), SET_TO(field.heads, 0xffffffffu), \
        MATRIX(field.in_proj), MATRIX(field.out_proj)

static const damage damages[] = {
    FLIPPED(model.abi, 1),
    SET_TO(model.abi, 0),
    FLIPPED(model.model_size, 8),
    SET_TO(model.model_size, 0),
    NULLED(model.name),
    NULLED(model.provenance),
    NULLED(model.family),
    SET_TO(model.sample_rate, 0),
    SET_TO(model.sample_rate, 0xffffffffu),
    SET_TO(model.n_fft, 0),
    SET_TO(model.n_fft, 402), /* no multiple of 4 */
    SET_TO(model.n_fft, 401),
    SET_TO(model.n_fft, 396), /* less than win */
    SET_TO(model.n_fft, 65540),
    SET_TO(model.n_fft, 0xfffffffcu),
    SET_TO(model.win, 0),
    SET_TO(model.win, 1),
    SET_TO(model.win, 399), /* hop is more than half of it */
    SET_TO(model.win, 404),
    SET_TO(model.hop, 0),
    SET_TO(model.hop, 201),
    SET_TO(model.hop, 0xffffffffu),
    SET_TO(model.compress_factor, 0),           /* 0 */
    SET_TO(model.compress_factor, 0xbe99999au), /* -0.3 */
    SET_TO(model.compress_factor, 0x3f800001u), /* 1 + 2^-23 */
    SET_TO(model.compress_factor, 0x7f800000u), /* infinity */
    SET_TO(model.compress_factor, 0x7fc00000u), /* NaN */
    SET_TO(model.channels, 0),
    SET_TO(model.channels, 8),
    SET_TO(model.channels, 12),
    SET_TO(model.channels, 24),
    SET_TO(model.channels, 0x80000010u),
    SET_TO(model.block_count, 0),
    SET_TO(model.block_count, 0xffffffffu),
    NULLED(model.encoder),
    NULLED(model.blocks),
    NULLED(model.mask_decoder),
    NULLED(model.phase_decoder),
    UNIT(encoder.dense_conv_1),
    DENSE(encoder.dense_block),
    UNIT(encoder.dense_conv_2),
    AXIS(blocks[0].time, steps[0][0]),
    AXIS(blocks[0].frequency, steps[0][1]),
    AXIS(blocks[1].time, steps[1][0]),
    AXIS(blocks[1].frequency, steps[1][1]),
    ATTENTION(attention[0]),
    ATTENTION(attention[1]),
    BIMAMBA(bimamba[0][0]),
    BIMAMBA(bimamba[0][1]),
    BIMAMBA(bimamba[1][0]),
    BIMAMBA(bimamba[1][1]),
    DENSE(mask.dense_block),
    MATRIX(mask.even),
    MATRIX(mask.odd),
    NULLED(mask.slope),
    DENSE(phase.dense_block),
    MATRIX(phase.even),
    MATRIX(phase.odd),
    NULLED(phase.gain),
    NULLED(phase.offset),
    NULLED(phase.slope),
    MATRIX(phase.out),
};

/* In int8: each has a scale, its form is direct, and a dense block is in int8 as a whole. */
#define MATRIX_I8(field)                                                                                        \
    NULLED(field.scale), NULLED(field.data), NULLED(field.bias), SET_TO(field.type, 3), FLIPPED(field.taps, 1), \
        FLIPPED(field.k, 1), SET_TO(field.k, 0), FLIPPED(field.k, 0x80000000u), FLIPPED(field.n, 1),            \
        SET_TO(field.n, 0)
#define UNIT_I8(field)                                                                                    \
    MATRIX_I8(field.conv), SET_TO(field.conv.type, 0), SET_TO(field.conv.type, 1), SET_TO(field.form, 1), \
        SET_TO(field.form, 2), NULLED(field.gain), NULLED(field.offset), NULLED(field.slope)
#define DENSE_I8(field) UNIT_I8(field.unit[0]), UNIT_I8(field.unit[1]), UNIT_I8(field.unit[2]), UNIT_I8(field.unit[3])

static const damage damages_i8[] = {
    DENSE_I8(encoder.dense_block),
    DENSE_I8(mask.dense_block),
    DENSE_I8(phase.dense_block),
    MATRIX_I8(attention[1].in_proj),
    MATRIX_I8(attention[0].out_proj),
    MATRIX_I8(bimamba[0][1].forward.in_proj),
    MATRIX_I8(bimamba[1][0].forward.x_proj),
    MATRIX_I8(bimamba[1][1].backward.out_proj),
    MATRIX_I8(bimamba[0][0].backward.dt_proj),
    MATRIX_I8(bimamba[1][0].joining),
    SET_TO(bimamba[0][0].backward.constants, 2),
    SET_TO(encoder.dense_conv_1.conv.type, 2), /* there the inputs are not rounded */
    SET_TO(encoder.dense_conv_2.conv.type, 2),
    SET_TO(mask.even.type, 2),
    SET_TO(phase.odd.type, 2),
    SET_TO(phase.out.type, 2),
};

static void apply(copy *c, const damage *d)
{
    unsigned char *field = (unsigned char *)c + d->offset;
    const void *null = NULL;
    uint32_t old, value = d->value;
    memcpy(&old, field, sizeof old);
    if (d->kind == FLIP)
        value ^= old;
    if (d->kind == NULL_POINTER)
        memcpy(field, &null, sizeof null);
    else
        memcpy(field, &value, sizeof value);
}

START_TEST(the_embedded_models_pass)
{
    const mbt_model *const models[] = {mbt_model_default(), &mbt_model_tiny_f32, &mbt_model_tiny_int8};
    copy c;
    ck_assert_int_eq(mbt_model_check(models[_i]), MBT_OK);
    copy_from(&c, models[_i]);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
}
END_TEST

START_TEST(every_damage_is_found)
{
    for (int i = 0; i < COUNT(damages); i++) {
        copy c;
        copy_model(&c);
        apply(&c, &damages[i]);
        ck_assert_msg(mbt_model_check(&c.model) == MBT_ERROR_MODEL, "%s, %u", damages[i].field,
                      (unsigned)damages[i].value);
    }
}
END_TEST

START_TEST(every_damage_is_found_in_int8)
{
    for (int i = 0; i < COUNT(damages_i8); i++) {
        copy c;
        copy_i8(&c);
        apply(&c, &damages_i8[i]);
        ck_assert_msg(mbt_model_check(&c.model) == MBT_ERROR_MODEL, "%s, %u", damages_i8[i].field,
                      (unsigned)damages_i8[i].value);
    }
}
END_TEST

START_TEST(any_linear_layer_may_be_int8)
{
    copy c;
    copy_i8(&c);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
}
END_TEST

static void set_dense_channels(mbt_dense_block *block, uint32_t type, uint32_t channels)
{
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        block->unit[i].conv.type = type;
        block->unit[i].conv.k = (i + 1) * channels;
        block->unit[i].conv.n = channels;
    }
}

/* tiny in int8 with this many channels, its dense blocks in this type. */
static void set_channels(copy *c, uint32_t type, uint32_t channels)
{
    copy_i8(c);
    c->model.channels = channels;
    mbt_matrix *const inputs[] = {
        &c->encoder.dense_conv_2.conv, &c->mask.even, &c->mask.odd, &c->phase.even, &c->phase.odd, &c->phase.out};
    mbt_matrix *const outputs[] = {&c->encoder.dense_conv_1.conv, &c->encoder.dense_conv_2.conv, &c->phase.even,
                                   &c->phase.odd};
    for (int i = 0; i < COUNT(inputs); i++)
        inputs[i]->k = channels;
    for (int i = 0; i < COUNT(outputs); i++)
        outputs[i]->n = channels;
    set_dense_channels(&c->encoder.dense_block, type, channels);
    set_dense_channels(&c->mask.dense_block, type, channels);
    set_dense_channels(&c->phase.dense_block, type, channels);
    for (int i = 0; i < 2; i++) {
        mbt_matrix *const joins[] = {&c->bimamba[i][0].joining, &c->bimamba[i][1].joining};
        for (int k = 0; k < 2; k++)
            joins[k]->k = joins[k]->n = channels;
        c->attention[i].in_proj.k = c->attention[i].out_proj.k = c->attention[i].out_proj.n = channels;
        c->attention[i].in_proj.n = 3 * channels;
        for (int k = 0; k < 4; k++)
            mamba_of(c, 4 * i + k)->in_proj.k = mamba_of(c, 4 * i + k)->out_proj.n = channels;
    }
}

/* The last unit of a dense block adds 9 * 4 C products: 65376 with 1816 channels, and with 1824 channels 65664, which
 * is too many for int8. */
START_TEST(sums_of_int8_have_a_limit)
{
    copy c;
    set_channels(&c, MBT_WEIGHT_I8, 1816);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
    set_channels(&c, MBT_WEIGHT_I8, 1824);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_ERROR_MODEL);
    set_channels(&c, MBT_WEIGHT_F16, 1824);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
}
END_TEST

/* Other sizes, with the matrices that go with them. */
static void set_d_state(mbt_mamba *m)
{
    m->d_state = 8;
    m->x_proj.n = m->dt_rank + 2 * 8;
}

static void set_d_inner(mbt_mamba *m)
{
    m->d_inner = 50;
    m->in_proj.n = 2 * 64;
    m->x_proj.k = m->dt_proj.n = m->out_proj.k = 50;
}

static void set_d_conv(mbt_mamba *m)
{
    m->d_conv = 3;
}

static void set_dt_rank(mbt_mamba *m)
{
    m->dt_rank = m->dt_proj.k = 2;
    m->x_proj.n = 2 + 2 * m->d_state;
}

static void (*const other_sizes[])(mbt_mamba *m) = {set_d_state, set_d_inner, set_d_conv, set_dt_rank};

/* Each layer takes scratch memory of its own size: no two need be alike. */
START_TEST(layers_may_differ_in_size)
{
    for (int number = 0; number < 8; number += 2) {
        copy c;
        copy_model(&c);
        other_sizes[_i](mamba_of(&c, number));
        other_sizes[_i](mamba_of(&c, number + 1));
        ck_assert_msg(mbt_model_check(&c.model) == MBT_OK, "layer %d", number);
    }
}
END_TEST

/* Two directions may differ in all but the taps of their convolutions, of which there is no other witness. */
START_TEST(directions_have_as_many_taps)
{
    for (int number = 0; number < 8; number++) {
        copy c;
        copy_model(&c);
        other_sizes[_i](mamba_of(&c, number));
        const mbt_status wanted = other_sizes[_i] == set_d_conv ? MBT_ERROR_MODEL : MBT_OK;
        ck_assert_msg(mbt_model_check(&c.model) == wanted, "layer %d", number);
    }
}
END_TEST

/* The network's relatives: the steps in another order, one of them alone, one of them twice. */
START_TEST(relatives_pass)
{
    copy c;
    copy_model(&c);
    const mbt_step step = c.steps[0][0][0];
    c.steps[0][0][0] = c.steps[0][0][1];
    c.steps[0][0][1] = step;
    c.blocks[1].frequency.count = 1;
    c.steps[1][0][0] = c.steps[1][0][1];
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
}
END_TEST

/* The edges of what is allowed. */
static const damage edges[] = {
    SET_TO(model.n_fft, 65536),
    SET_TO(model.hop, 1),
    SET_TO(model.hop, 200),
    SET_TO(model.win, 400),
    SET_TO(model.compress_factor, 0x3f800000u), /* 1 */
    SET_TO(model.sample_rate, 48000),
    SET_TO(model.block_count, 1),
    SET_TO(attention[0].heads, 1),
    SET_TO(attention[0].heads, 16),
    SET_TO(bimamba[0][0].forward.x_proj.type, 1), /* f16: each matrix has its own type */
    SET_TO(phase.dense_block.unit[3].conv.type, 1),
};

START_TEST(edges_pass)
{
    copy c;
    copy_model(&c);
    apply(&c, &edges[_i]);
    ck_assert_int_eq(mbt_model_check(&c.model), MBT_OK);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("model_check");
    tcase_add_loop_test(tests, the_embedded_models_pass, 0, 3);
    tcase_add_test(tests, every_damage_is_found);
    tcase_add_test(tests, every_damage_is_found_in_int8);
    tcase_add_test(tests, any_linear_layer_may_be_int8);
    tcase_add_test(tests, sums_of_int8_have_a_limit);
    tcase_add_loop_test(tests, layers_may_differ_in_size, 0, COUNT(other_sizes));
    tcase_add_loop_test(tests, directions_have_as_many_taps, 0, COUNT(other_sizes));
    tcase_add_test(tests, relatives_pass);
    tcase_add_loop_test(tests, edges_pass, 0, COUNT(edges));
    return unit_main(tests, "model_check");
}
