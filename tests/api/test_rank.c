/* test_rank.c: layers whose dt_rank is larger than d_inner and channels, all of them or those of one direction, with
 * dt_proj in int8. Everything that they have more than the layers of the embedded model is zero, so the output has to
 * be the same as theirs. */
#include "tests/api/api.h"

/* tiny.yaml: two blocks of four layers, with these sizes. */
enum { BLOCKS = 2, D_INNER = 32, D_STATE = 16, DT_RANK = 1, LARGE_RANK = 201, PANELS = 15 };

/* The weights of a copy of a layer with more or as many outputs of x_proj that go to dt, and dt_proj in int8. */
typedef struct ranked_layer {
    MBT_ALIGN int8_t x_proj[PANELS * D_INNER * MBT_LANES], dt_proj[2 * (LARGE_RANK + 3) * MBT_LANES];
    MBT_ALIGN float x_scale[PANELS * MBT_LANES], x_bias[PANELS * MBT_LANES], dt_scale[D_INNER];
} ranked_layer;

typedef struct ranked_model {
    mbt_model model;
    mbt_block blocks[BLOCKS];
    mbt_step steps[BLOCKS][2][2];   /* of each axis: attention, Mamba */
    mbt_bimamba bimamba[BLOCKS][2]; /* along time, along frequency */
    ranked_layer layers[BLOCKS][2][2];
} ranked_model;

/* Output o of x_proj, from output `from` of the embedded model's. */
static void copy_output(ranked_layer *layer, const mbt_matrix *x_proj, size_t o, size_t from)
{
    const int8_t *data = x_proj->data;
    for (size_t i = 0; i < D_INNER; i++)
        layer->x_proj[((o / 16 * (D_INNER / 4) + i / 4) * 16 + o % 16) * 4 + i % 4] =
            data[((from / 16 * (D_INNER / 4) + i / 4) * 16 + from % 16) * 4 + i % 4];
    layer->x_scale[o] = x_proj->scale[from];
    layer->x_bias[o] = x_proj->bias[from];
}

/* dt, then zeros up to the rank, then B and C; dt_proj reads dt alone: 127 or -127 times a scale. */
static void rank_layer(ranked_layer *layer, mbt_mamba *m, uint32_t rank)
{
    ck_assert(m->d_inner == D_INNER && m->d_state == D_STATE && m->dt_rank == DT_RANK);
    ck_assert_uint_eq(m->x_proj.type, MBT_WEIGHT_I8);
    memset(layer, 0, sizeof *layer);
    copy_output(layer, &m->x_proj, 0, 0);
    for (size_t i = 0; i < 2 * D_STATE; i++)
        copy_output(layer, &m->x_proj, rank + i, DT_RANK + i);
    for (size_t o = 0; o < D_INNER; o++) {
        layer->dt_proj[(o / 16 * ((rank + 3) / 4) * 16 + o % 16) * 4] = o % 3 ? 127 : -127;
        layer->dt_scale[o] = 0.001f + 0.0003f * (float)o;
    }
    m->dt_rank = m->dt_proj.k = rank;
    m->x_proj.n = rank + 2 * D_STATE;
    m->x_proj.data = layer->x_proj;
    m->x_proj.scale = layer->x_scale;
    m->x_proj.bias = layer->x_bias;
    m->dt_proj.type = MBT_WEIGHT_I8;
    m->dt_proj.data = layer->dt_proj;
    m->dt_proj.scale = layer->dt_scale;
}

/* The axis with copies of its steps, in which Mamba has these ranks forward and backward. */
static void rank_axis(ranked_model *ranked, int block, int which, mbt_axis *axis, uint32_t forward, uint32_t backward)
{
    mbt_step *steps = ranked->steps[block][which];
    mbt_bimamba *bimamba = &ranked->bimamba[block][which];
    ck_assert(axis->count == 2 && axis->steps[1].kind == MBT_STEP_BIMAMBA);
    memcpy(steps, axis->steps, 2 * sizeof *steps);
    *bimamba = *(const mbt_bimamba *)steps[1].layer;
    rank_layer(&ranked->layers[block][which][0], &bimamba->forward, forward);
    rank_layer(&ranked->layers[block][which][1], &bimamba->backward, backward);
    steps[1].layer = bimamba;
    axis->steps = steps;
}

/* The embedded model with these dt_ranks: of forward and backward layers. */
static ranked_model *make_model(uint32_t forward, uint32_t backward)
{
    ranked_model *ranked = api_block((sizeof *ranked + 63) / 64 * 64);
    ranked->model = *mbt_model_default();
    ck_assert_uint_eq(ranked->model.block_count, BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
        mbt_block *block = &ranked->blocks[i];
        *block = ranked->model.blocks[i];
        rank_axis(ranked, i, 0, &block->time, forward, backward);
        rank_axis(ranked, i, 1, &block->frequency, backward, forward);
    }
    ranked->model.blocks = ranked->blocks;
    return ranked;
}

static const struct {
    unsigned threads;
    uint32_t forward, backward;
} cases[] = {
    {1, LARGE_RANK, LARGE_RANK}, {3, LARGE_RANK, LARGE_RANK}, {1, LARGE_RANK, DT_RANK}, {3, DT_RANK, LARGE_RANK}};

START_TEST(a_large_rank_changes_nothing)
{
    ranked_model *plain = make_model(DT_RANK, DT_RANK), *large = make_model(cases[_i].forward, cases[_i].backward);
    float in[SHORT], wanted[SHORT], found[SHORT];
    mbt_options options = api_options(SHORT);
    options.threads = cases[_i].threads;
    api_speech(in, SHORT);
    api_enhance_with(&plain->model, &options, in, wanted, SHORT);
    ck_assert(api_all_finite(wanted, SHORT) && api_rms(wanted, SHORT) > 0);
    api_enhance_with(&large->model, &options, in, found, SHORT);
    ck_assert_mem_eq(found, wanted, sizeof wanted);
    free(plain);
    free(large);
}
END_TEST

START_TEST(the_block_is_enough_for_a_large_rank)
{
    ranked_model *large = make_model(cases[_i].forward, cases[_i].backward);
    api_expect_guards(&large->model, SHORT, SHORT, cases[_i].threads);
    free(large);
}
END_TEST

TCase *api_rank_tests(void)
{
    TCase *tests = tcase_create("rank");
    tcase_add_loop_test(tests, a_large_rank_changes_nothing, 0, COUNT(cases));
    tcase_add_loop_test(tests, the_block_is_enough_for_a_large_rank, 0, COUNT(cases));
    return tests;
}
