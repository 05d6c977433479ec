/* test_block.c: how a block hands sequences to its layers. The layers are made up: this file has its own table of kinds
 * in place of runtime/layers/layer.c. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <string.h>

#include "runtime/block.h"
#include "runtime/layers/layer.h"

enum { CHANNELS = 8, FRAMES = 11, BINS = 7, MOST_AT_ONCE = 4 };

/* A layer that adds its number to every sample, writes all of its scratch memory, and checks that nobody else does. */
typedef struct fake_layer {
    float number;
    size_t bytes; /* of scratch memory for each sequence */
} fake_layer;

static void fake_plan(const void *layer, size_t sequences, size_t length, size_t channels, mbt_arena *scratch)
{
    const fake_layer *fake = layer;
    (void)channels;
    mbt_arena_take(scratch, sequences * length, fake->bytes);
}

static void fake_run(const mbt_kernels *kernels, const void *layer, mbt_batch x, size_t channels, mbt_arena scratch)
{
    const fake_layer *fake = layer;
    (void)kernels;
    ck_assert(x.count >= 1 && x.count <= MOST_AT_ONCE);
    const size_t size = x.count * x.first.count * fake->bytes;
    unsigned char *own = mbt_arena_take(&scratch, size, 1);
    ck_assert_uint_eq((uintptr_t)own % MBT_ARENA_ALIGN, 0);
    memset(own, (int)fake->number, size);
    for (size_t i = 0; i < x.count; i++) {
        const mbt_rows rows = mbt_batch_sequence(&x, i);
        for (size_t k = 0; k < rows.count; k++)
            for (size_t c = 0; c < channels; c++)
                rows.data[(ptrdiff_t)k * rows.stride + (ptrdiff_t)c] += fake->number;
    }
    for (size_t i = 0; i < size; i++)
        ck_assert_uint_eq(own[i], (unsigned char)fake->number);
}

/* Kinds 1 and 2 take one sequence and four at once. Together on an axis, four come to both. */
static const mbt_layer_ops fake_ops[] = {{.sequences = 1, .plan = fake_plan, .run = fake_run},
                                         {.sequences = MOST_AT_ONCE, .plan = fake_plan, .run = fake_run}};

const mbt_layer_ops *mbt_layer_ops_for(uint32_t kind)
{
    return kind == 1 || kind == 2 ? &fake_ops[kind - 1] : NULL;
}

static const struct {
    mbt_step time[2], frequency[2];
    uint32_t times, frequencies; /* how many of them */
    unsigned threads;
} cases[] = {
    {{{1, &(fake_layer){1, 3}}}, {{1, &(fake_layer){10, 100}}}, 1, 1, 1},
    {{{2, &(fake_layer){1, 100}}}, {{2, &(fake_layer){10, 3}}}, 1, 1, 1},
    {{{2, &(fake_layer){1, 5}}, {1, &(fake_layer){2, 50}}}, {{2, &(fake_layer){10, 7}}}, 2, 1, 3},
    {{{1, &(fake_layer){1, 64}}}, {{1, &(fake_layer){10, 9}}, {2, &(fake_layer){20, 1}}}, 1, 2, 3},
};

static float sum_of(const mbt_step *steps, uint32_t count)
{
    float sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += ((const fake_layer *)steps[i].layer)->number;
    return sum;
}

/* Each layer sees each position once, whatever the groups and threads, and has as much memory as it asked for: the
 * arena ends where the sanitizer sees the next byte. */
START_TEST(every_sequence_is_run_once)
{
    const mbt_block block = {.time = {cases[_i].times, cases[_i].time},
                             .frequency = {cases[_i].frequencies, cases[_i].frequency}};
    const mbt_model model = {.channels = CHANNELS, .block_count = 1, .blocks = &block};
    const unsigned threads = cases[_i].threads;
    float x[FRAMES * BINS * CHANNELS];
    mbt_block_memory memory;
    mbt_arena counted = {0};
    mbt_pool_plan(&counted, threads);
    mbt_block_plan(&memory, &model, FRAMES, BINS, threads, &counted);
    mbt_arena arena = fixture_arena(&counted);
    mbt_run run = {.model = &model, .frames = FRAMES, .inner_bins = BINS, .pool = mbt_pool_plan(&arena, threads)};
    mbt_block_plan(&memory, &model, FRAMES, BINS, threads, &arena);
    ck_assert_int_eq(mbt_pool_start(run.pool), MBT_OK);
    for (int i = 0; i < COUNT(x); i++)
        x[i] = (float)i;
    mbt_block_run(&run, 0, &memory, x, 1);
    mbt_pool_stop(run.pool);
    const float added = sum_of(cases[_i].time, cases[_i].times) + sum_of(cases[_i].frequency, cases[_i].frequencies);
    for (int i = 0; i < COUNT(x); i++)
        ck_assert(x[i] == (float)i + added);
    free(arena.base);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("block");
    tcase_add_loop_test(tests, every_sequence_is_run_once, 0, COUNT(cases));
    return unit_main(tests, "block");
}
