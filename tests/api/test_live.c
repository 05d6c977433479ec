/* test_live.c: a causal network: the same bits in whole, in blocks and in a callback; what it may know of the future;
 * silence; and what a callback may be given. */
#include "tests/api/api.h"

#include <math.h>

extern const mbt_model mbt_model_live_f32, mbt_model_live_f16, mbt_model_live_int8;

static const mbt_model *const models[] = {&mbt_model_live_int8, &mbt_model_live_f32, &mbt_model_live_f16};

#define WIN 400u
#define HOP 200u
#define COUNT_OF_SAMPLES (MBT_TEST_FEWER ? 1201u : 4201u)
#define MOST 4201u

static float in[MOST], out[MOST], wanted[MOST];

static mbt_enhancer *open_live(const mbt_model *model, mbt_isa isa)
{
    mbt_options options;
    mbt_options_init(&options);
    options.isa = isa;
    mbt_enhancer *enhancer = NULL;
    ck_assert_int_eq(mbt_open(model, &options, &enhancer), MBT_OK);
    return enhancer;
}

/* Samples and what one call makes of them. */
static void prepare(const mbt_model *model, size_t count)
{
    api_speech(in, count);
    mbt_enhancer *enhancer = open_live(model, MBT_ISA_AUTO);
    ck_assert_int_eq(mbt_enhance(enhancer, in, wanted, count), MBT_OK);
    mbt_close(enhancer);
    ck_assert(api_all_finite(wanted, count) && api_rms(wanted, count) > 0);
}

/* Sizes of blocks, one after the other: all of `fixed`, or 1 to 1000 by chance. */
typedef struct sizes {
    size_t fixed;
    uint32_t state;
} sizes;

static size_t next_size(sizes *s, size_t most)
{
    s->state = s->state * 1664525u + 1013904223u;
    const size_t size = s->fixed ? s->fixed : 1 + (s->state >> 8) % 1000;
    return size < most ? size : most;
}

static void expect_equal(const float *a, const float *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(memcmp(&a[i], &b[i], sizeof *a) == 0, "sample %zu: %a, wanted %a", i, (double)a[i], (double)b[i]);
}

static void push_and_pull(mbt_enhancer *enhancer, const float *from, float *to, size_t count, sizes blocks)
{
    size_t pushed = 0, given = 0, some = 0;
    while (pushed < count) {
        const size_t size = next_size(&blocks, count - pushed);
        ck_assert_int_eq(mbt_push(enhancer, from + pushed, size, &some), MBT_OK);
        pushed += some;
        ck_assert_uint_eq(mbt_pending(enhancer), pushed - given);
        ck_assert_int_eq(mbt_pull(enhancer, to + given, next_size(&blocks, count - given), &some), MBT_OK);
        given += some;
    }
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    do {
        ck_assert_int_eq(mbt_pull(enhancer, to + given, next_size(&blocks, count - given), &some), MBT_OK);
        given += some;
    } while (some > 0);
    ck_assert_uint_eq(given, count);
    ck_assert_uint_eq(mbt_pending(enhancer), 0);
}

/* In place. */
static void process(mbt_enhancer *enhancer, float *samples, size_t count, sizes blocks)
{
    for (size_t done = 0; done < count;) {
        const size_t size = next_size(&blocks, count - done);
        ck_assert_int_eq(mbt_process(enhancer, samples + done, samples + done, size), 0);
        done += size;
    }
}

/* `count` samples of the result, delayed. */
static void expect_delayed(const float *delayed, const float *result, size_t count)
{
    static const float zeros[WIN];
    expect_equal(delayed, zeros, count < WIN ? count : WIN);
    if (count > WIN)
        expect_equal(delayed + WIN, result, count - WIN);
}

START_TEST(whole_is_pushed_is_processed)
{
    static const size_t fixed[] = {0, 1, 7, HOP - 1, HOP, HOP + 1, 0, MOST};
    const size_t count = COUNT_OF_SAMPLES;
    prepare(models[_i], count);
    mbt_enhancer *enhancer = open_live(models[_i], MBT_ISA_AUTO);
    ck_assert_uint_eq(mbt_latency(enhancer), WIN);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i += API_STEP) {
        const sizes blocks = {fixed[i], (uint32_t)i};
        push_and_pull(enhancer, in, out, count, blocks);
        expect_equal(out, wanted, count);
        mbt_reset(enhancer);
        memcpy(out, in, count * sizeof *in);
        process(enhancer, out, count, blocks);
        expect_delayed(out, wanted, count);
        mbt_reset(enhancer);
        memcpy(out, in, count * sizeof *in);
        ck_assert_int_eq(mbt_enhance(enhancer, out, out, count), MBT_OK);
        expect_equal(out, wanted, count);
    }
    mbt_close(enhancer);
}
END_TEST

START_TEST(every_instruction_set_has_the_same_bits)
{
    const size_t count = MBT_TEST_FEWER ? 1 : 1201;
    prepare(models[_i], count);
    for (int isa = MBT_ISA_SCALAR; isa < MBT_ISA_COUNT; isa++) {
        if (!mbt_isa_available((mbt_isa)isa))
            continue;
        mbt_enhancer *enhancer = open_live(models[_i], (mbt_isa)isa);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
        mbt_close(enhancer);
        expect_equal(out, wanted, count);
    }
}
END_TEST

/* Sample n is in no window that ends before it, so all before n - win + 1 stays; what comes later does change. */
START_TEST(a_change_is_not_heard_before_a_window)
{
    static const size_t places[] = {600, 601, 799, 1000, 1111};
    const size_t count = 1800;
    prepare(models[0], count);
    mbt_enhancer *enhancer = open_live(models[0], MBT_ISA_AUTO);
    for (size_t i = 0; i < sizeof places / sizeof *places; i += API_STEP) {
        const size_t n = places[i];
        api_speech(in, count);
        for (size_t k = n; k < count; k++)
            in[k] = 0.5f - in[k];
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
        expect_equal(out, wanted, n - WIN + 1);
        ck_assert_int_ne(memcmp(out + n - WIN + 1, wanted + n - WIN + 1, WIN * sizeof *out), 0);
    }
    mbt_close(enhancer);
}
END_TEST

/* Spread work gives the same samples a hop later. */
START_TEST(spread_is_the_same_later)
{
    static const size_t fixed[] = {10, 1, 0, HOP, 333};
    const size_t count = COUNT_OF_SAMPLES;
    prepare(models[_i], count);
    mbt_options options;
    mbt_options_init(&options);
    options.spread = 1;
    mbt_enhancer *enhancer = NULL;
    ck_assert_int_eq(mbt_open(models[_i], &options, &enhancer), MBT_OK);
    ck_assert_uint_eq(mbt_latency(enhancer), WIN + HOP);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i += API_STEP) {
        memcpy(out, in, count * sizeof *in);
        process(enhancer, out, count, (sizes){fixed[i], (uint32_t)i});
        for (size_t k = 0; k < HOP; k++)
            ck_assert(out[k] == 0);
        expect_delayed(out + HOP, wanted, count - HOP);
        mbt_reset(enhancer);
    }
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
    expect_equal(out, wanted, count);
    mbt_close(enhancer);
    options.spread = 2;
    ck_assert_int_eq(mbt_open(models[_i], &options, &enhancer), MBT_ERROR_ARGUMENT);
}
END_TEST

/* The other's samples and a broken-off stream leave no trace. */
START_TEST(a_reset_enhancer_is_new)
{
    const size_t count = 1201;
    prepare(models[_i], count);
    mbt_enhancer *enhancer = open_live(models[_i], MBT_ISA_AUTO);
    for (size_t k = 0; k < count; k++)
        out[k] = (float)(k % 3) - 1.0f;
    process(enhancer, out, count, (sizes){333, 0});
    mbt_reset(enhancer);
    push_and_pull(enhancer, in, out, count, (sizes){0, 5});
    expect_equal(out, wanted, count);
    mbt_close(enhancer);
}
END_TEST

START_TEST(streams_share_nothing)
{
    static float other[MOST];
    const size_t count = 1200;
    prepare(models[0], count);
    mbt_enhancer *one = open_live(models[0], MBT_ISA_AUTO), *two = open_live(models[0], MBT_ISA_AUTO);
    for (size_t done = 0; done < count; done += 100) {
        for (size_t k = 0; k < 100; k++)
            other[k] = 0.1f * (float)((done + k) % 13);
        ck_assert_int_eq(mbt_process(one, in + done, out + done, 100), 0);
        ck_assert_int_eq(mbt_process(two, other, other, 100), 0);
    }
    expect_delayed(out, wanted, count);
    mbt_close(one);
    mbt_close(two);
}
END_TEST

/* 3 s of zeros are 240 hops, and the frame before them still sees sound. */
#define REST ((240u + 1u) * HOP)

static void speak_after(mbt_enhancer *enhancer, size_t zeros, float *tail, size_t count)
{
    static float silence[HOP];
    api_speech(out, count);
    process(enhancer, out, count, (sizes){0, 1});
    for (size_t done = 0; done < zeros; done += HOP) {
        memset(silence, 0, sizeof silence);
        process(enhancer, silence, HOP, (sizes){0, 2});
        for (size_t k = 0; done >= 2 * WIN && k < HOP; k++) /* the delay, and a window that sees speech */
            ck_assert(silence[k] == 0);
    }
    api_speech(tail, count);
    process(enhancer, tail, count, (sizes){0, 3});
}

/* Silence is silence, and once the network rests it does not matter how long. Before that it does. */
START_TEST(the_network_rests_in_silence)
{
    static float tail[3][MOST];
    const size_t count = 800;
    const size_t zeros[3] = {REST - 10 * HOP, REST, REST + (MBT_TEST_FEWER ? 5 : 500) * HOP};
    mbt_enhancer *enhancer = open_live(models[0], MBT_ISA_AUTO);
    for (int i = 0; i < 3; i++) {
        speak_after(enhancer, zeros[i], tail[i], count);
        mbt_reset(enhancer);
    }
    expect_equal(tail[2], tail[1], count);
    ck_assert_int_ne(memcmp(tail[1] + WIN, tail[0] + WIN, (count - WIN) * sizeof(float)), 0);
    ck_assert(api_rms(tail[1] + WIN, count - WIN) > 0);
    mbt_close(enhancer);
}
END_TEST

START_TEST(a_callback_limits_what_it_cannot_refuse)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 9.0f, -3e38f, 8.0f, -8.0f};
    static const float good[] = {0, 0, 0, 8.0f, -8.0f, 8.0f, -8.0f};
    const size_t count = 1200;
    api_speech(in, count);
    memcpy(wanted, in, sizeof in);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        in[300 + 40 * k] = bad[k];
        wanted[300 + 40 * k] = good[k];
    }
    mbt_enhancer *enhancer = open_live(models[0], MBT_ISA_AUTO);
    ck_assert_int_eq(mbt_process(enhancer, wanted, wanted, count), 0);
    mbt_reset(enhancer);
    ck_assert_int_eq(mbt_process(enhancer, in, out, count), 5);
    expect_equal(out, wanted, count);
    ck_assert(api_all_finite(out, count));
    mbt_close(enhancer);
}
END_TEST

START_TEST(nothing_is_allocated_after_opening)
{
    const size_t count = 1201;
    size_t pushed = 0, given = 0, some = 0;
    api_speech(in, count);
    mbt_enhancer *enhancer = open_live(models[0], MBT_ISA_AUTO);
    api_hook.allocations = 0;
    ptrdiff_t status = mbt_process(enhancer, in, out, count);
    mbt_reset(enhancer);
    while (pushed < count) {
        status |= mbt_push(enhancer, in + pushed, count - pushed, &some);
        pushed += some;
        status |= mbt_pull(enhancer, out + given, count - given, &some);
        given += some;
    }
    status |= mbt_flush(enhancer);
    status |= mbt_pull(enhancer, out + given, count - given, &some);
    mbt_reset(enhancer);
    status |= mbt_enhance(enhancer, in, out, count);
    const unsigned allocations = api_hook.allocations;
    mbt_close(enhancer);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(api_hook.threads, 0);
    ck_assert_uint_eq(allocations, 0);
}
END_TEST

START_TEST(memory_is_exact)
{
    api_expect_guards(models[_i], 601, 0, 1);
}
END_TEST

/* Some memory for any length of recording, and for any number of threads. */
START_TEST(memory_does_not_depend_on_options)
{
    mbt_options options;
    mbt_options_init(&options);
    size_t least = 0, bytes = 0;
    ck_assert_int_eq(mbt_memory_needed(models[0], &options, &least), MBT_OK);
    ck_assert_uint_le(least, 4000000);
    options.window = 160000;
    options.max_samples = 1000;
    options.threads = 7;
    ck_assert_int_eq(mbt_memory_needed(models[0], &options, &bytes), MBT_OK);
    ck_assert_uint_eq(bytes, least);
}
END_TEST

START_TEST(calls_out_of_order)
{
    size_t some;
    const mbt_options options = api_options(0);
    mbt_enhancer *whole = api_open(&options), *live = open_live(models[0], MBT_ISA_AUTO);
    ck_assert_int_eq(mbt_process(whole, in, out, HOP), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_process(NULL, in, out, HOP), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_process(live, NULL, out, HOP), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_process(live, in, NULL, HOP), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_process(live, NULL, NULL, 0), 0); /* begins nothing */
    ck_assert_int_eq(mbt_push(live, in, 0, &some), MBT_OK);
    ck_assert_int_eq(mbt_flush(live), MBT_OK);
    mbt_reset(live);
    ck_assert_int_eq(mbt_process(live, in, out, 10), 0);
    ck_assert_int_eq(mbt_push(live, in, 10, &some), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_pull(live, out, 10, &some), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_flush(live), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_enhance(live, in, out, 10), MBT_ERROR_STREAM);
    mbt_reset(live);
    ck_assert_int_eq(mbt_push(live, in, 10, &some), MBT_OK);
    ck_assert_int_eq(mbt_process(live, in, out, 10), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_enhance(live, in, out, 10), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_flush(live), MBT_OK);
    ck_assert_int_eq(mbt_push(live, in, 10, &some), MBT_ERROR_STREAM);
    mbt_reset(live);
    ck_assert_int_eq(mbt_enhance(live, in, out, 10), MBT_OK);
    mbt_close(whole);
    mbt_close(live);
}
END_TEST

/* Whose progress is told. */
static mbt_enhancer *told;

static int count_calls(void *cookie, double done)
{
    int *calls = cookie;
    float sample = 0;
    (void)done;
    ck_assert_int_eq(mbt_process(told, &sample, &sample, 1), MBT_ERROR_STREAM);
    return ++*calls == 2;
}

START_TEST(progress_can_stop_it)
{
    int calls = 0;
    mbt_options options;
    mbt_options_init(&options);
    options.progress = count_calls;
    options.progress_cookie = &calls;
    mbt_enhancer *enhancer = NULL;
    ck_assert_int_eq(mbt_open(models[0], &options, &enhancer), MBT_OK);
    told = enhancer;
    static float sound[50 * HOP];
    ck_assert_int_eq(mbt_enhance(enhancer, sound, sound, 50 * HOP), MBT_ERROR_CANCELLED);
    ck_assert_int_eq(calls, 2);
    calls = 5;
    ck_assert_int_eq(mbt_enhance(enhancer, sound, sound, 50 * HOP), MBT_OK);
    mbt_close(enhancer);
}
END_TEST

START_TEST(info_tells)
{
    mbt_model_info info;
    ck_assert_int_eq(mbt_model_describe(models[0], &info), MBT_OK);
    ck_assert_str_eq(info.family, "causal");
    ck_assert_uint_eq(info.causal, 1);
    ck_assert_uint_eq(info.latency, WIN);
    ck_assert_int_eq(mbt_model_describe(mbt_model_default(), &info), MBT_OK);
    ck_assert_uint_eq(info.causal, 0);
    ck_assert_uint_eq(info.latency, 0);
}
END_TEST

TCase *api_live_tests(void)
{
    TCase *group = tcase_create("live");
    tcase_set_timeout(group, 600);
    tcase_add_loop_test(group, whole_is_pushed_is_processed, 0, COUNT(models));
    tcase_add_loop_test(group, every_instruction_set_has_the_same_bits, 0, COUNT(models));
    tcase_add_test(group, a_change_is_not_heard_before_a_window);
    tcase_add_loop_test(group, spread_is_the_same_later, 0, COUNT(models));
    tcase_add_loop_test(group, a_reset_enhancer_is_new, 0, COUNT(models));
    tcase_add_test(group, streams_share_nothing);
    tcase_add_test(group, the_network_rests_in_silence);
    tcase_add_test(group, a_callback_limits_what_it_cannot_refuse);
    tcase_add_test(group, nothing_is_allocated_after_opening);
    tcase_add_loop_test(group, memory_is_exact, 0, COUNT(models));
    tcase_add_test(group, memory_does_not_depend_on_options);
    tcase_add_test(group, calls_out_of_order);
    tcase_add_test(group, progress_can_stop_it);
    tcase_add_test(group, info_tells);
    return group;
}
