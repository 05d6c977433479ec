/* test_stream.c: streams: recordings in blocks, by mbt_push, mbt_pull and mbt_flush. */
#include "tests/api/api.h"

#include <fenv.h>
#include <math.h>

/* 4 frames of the embedded model, overlapping by 1: 10 windows. */
#define WINDOW 800u
#define OVERLAP 200u
#define STEP (WINDOW - OVERLAP)
#define LONG 5801u

static float in[LONG], out[LONG], wanted[LONG];

static mbt_options stream_options(void)
{
    mbt_options options = api_options(0);
    options.window = WINDOW;
    options.overlap = OVERLAP;
    return options;
}

static void prepare(void)
{
    const mbt_options options = stream_options();
    api_speech(in, LONG);
    api_enhance(&options, in, wanted, LONG);
    ck_assert(api_rms(wanted, LONG) > 0);
}

/* Sizes of blocks, one after the other: all of `fixed`, or from 0 to 999 by chance. */
typedef struct sizes {
    size_t fixed;
    uint32_t state;
} sizes;

static size_t next_size(sizes *s)
{
    s->state = s->state * 1664525u + 1013904223u;
    return s->fixed ? s->fixed : (s->state >> 8) % 1000;
}

static size_t pull(mbt_enhancer *enhancer, size_t given, size_t room)
{
    size_t count = 77;
    ck_assert_int_eq(mbt_pull(enhancer, out + given, room, &count), MBT_OK);
    ck_assert_uint_le(count, room);
    return given + count;
}

/* in[0 .. count - 1] to out. What lags behind is never more than the latency. */
static void stream(mbt_enhancer *enhancer, size_t count, sizes push, sizes take)
{
    size_t pushed = 0, given = 0;
    while (pushed < count) {
        size_t taken = 77, size = next_size(&push);
        size = size < count - pushed ? size : count - pushed;
        ck_assert_int_eq(mbt_push(enhancer, in + pushed, size, &taken), MBT_OK);
        ck_assert_uint_le(taken, size);
        pushed += taken;
        ck_assert_uint_eq(mbt_pending(enhancer), pushed - given);
        size = next_size(&take);
        given = pull(enhancer, given, size < LONG - given ? size : LONG - given);
    }
    for (size_t before = LONG; before != given;) {
        before = given;
        given = pull(enhancer, given, LONG - given);
    }
    ck_assert_uint_eq(mbt_pending(enhancer), pushed - given);
    ck_assert_uint_lt(pushed - given, mbt_latency(enhancer));
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    for (size_t before = LONG; before != given;) {
        const size_t size = next_size(&take);
        before = given;
        given = pull(enhancer, given, size < LONG - given ? size + 1 : LONG - given);
    }
    ck_assert_uint_eq(given, count);
    ck_assert_uint_eq(mbt_pending(enhancer), 0);
}

static const size_t blocks[][2] = {{1, 1},   {1, 4000}, {4000, 1},      {7, 160},    {160, 7},     {199, 200}, {0, 0},
                                   {0, 333}, {333, 0},  {WINDOW, STEP}, {STEP, 100}, {LONG, LONG}, {1, LONG}};

START_TEST(whatever_the_blocks)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    stream(enhancer, LONG, (sizes){blocks[_i][0], 1}, (sizes){blocks[_i][1], 2});
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

static const size_t lengths[] = {0, 1, 199, WINDOW - 1, WINDOW, WINDOW + 1, WINDOW + STEP, WINDOW + STEP + 1, 3 * STEP};

/* Also one stream after the other in the same enhancer, and a recording after the stream. */
START_TEST(any_length_in_one_enhancer)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    for (int i = 0; i < COUNT(lengths); i++) {
        const size_t count = lengths[i];
        if (count > 0)
            api_enhance(&options, in, wanted, count);
        for (size_t k = 0; k < LONG; k++)
            out[k] = 77;
        stream(enhancer, count, (sizes){150, 0}, (sizes){111, 0});
        ck_assert_mem_eq(out, wanted, count * sizeof *out);
        for (size_t k = count; k < LONG; k++)
            ck_assert(out[k] == 77);
        mbt_reset(enhancer);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
        ck_assert_mem_eq(out, wanted, count * sizeof *out);
    }
    mbt_close(enhancer);
}
END_TEST

/* The first sample comes with the last of the first window, and a step with the last of each later one. */
START_TEST(latency)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_uint_eq(mbt_latency(enhancer), WINDOW);
    size_t taken, given = 0;
    for (size_t pushed = 1; pushed <= LONG; pushed++) {
        ck_assert_int_eq(mbt_push(enhancer, in + pushed - 1, 1, &taken), MBT_OK);
        ck_assert_uint_eq(taken, 1);
        given = pull(enhancer, given, LONG - given);
        ck_assert_uint_eq(given, pushed < WINDOW ? 0 : ((pushed - WINDOW) / STEP + 1) * STEP);
        ck_assert_uint_lt(mbt_pending(enhancer), WINDOW);
    }
    mbt_close(enhancer);
    mbt_options rounded = stream_options();
    rounded.window = WINDOW - 1; /* rounded up to frames of 200 */
    enhancer = api_open(&rounded);
    ck_assert_uint_eq(mbt_latency(enhancer), WINDOW);
    mbt_close(enhancer);
    rounded.max_samples = 50;
    enhancer = api_open(&rounded);
    ck_assert_uint_eq(mbt_latency(enhancer), 50);
    mbt_close(enhancer);
}
END_TEST

/* What nobody pulls is refused sooner or later, and nothing of it is lost. */
START_TEST(nobody_pulls)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    size_t taken, given = 0;
    ck_assert_int_eq(mbt_push(enhancer, in, LONG, &taken), MBT_OK);
    ck_assert_uint_eq(taken, WINDOW);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(mbt_push(enhancer, in + WINDOW, LONG - WINDOW, &taken), MBT_OK);
        ck_assert_uint_eq(taken, 0);
    }
    given = pull(enhancer, given, 1);
    ck_assert_int_eq(mbt_push(enhancer, in + WINDOW, LONG - WINDOW, &taken), MBT_OK);
    ck_assert_uint_eq(taken, STEP);
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    while (given < WINDOW + STEP)
        given = pull(enhancer, given, LONG - given);
    ck_assert_mem_eq(out, wanted, 2 * STEP * sizeof *out);
    ck_assert_uint_eq(mbt_pending(enhancer), 0);
    mbt_close(enhancer);
}
END_TEST

START_TEST(calls_out_of_order)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    size_t count = 5;
    ck_assert_int_eq(mbt_pull(enhancer, out, LONG, &count), MBT_OK); /* before anything was pushed */
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(mbt_push(enhancer, NULL, 0, &count), MBT_OK);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, 100), MBT_OK); /* nothing is no stream */
    ck_assert_int_eq(mbt_push(enhancer, in, 1, &count), MBT_OK);
    out[0] = 77;
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, 100), MBT_ERROR_STREAM);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_ERROR_STREAM);
    ck_assert(out[0] == 77);
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
    ck_assert_int_eq(mbt_push(enhancer, in, 1, &count), MBT_ERROR_STREAM);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(pull(enhancer, 0, LONG), 1);
    ck_assert_uint_eq(pull(enhancer, 0, LONG), 0);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, 100), MBT_ERROR_STREAM);
    mbt_reset(enhancer);
    mbt_reset(enhancer);
    ck_assert_int_eq(mbt_flush(enhancer), MBT_OK); /* an empty stream */
    ck_assert_uint_eq(pull(enhancer, 0, LONG), 0);
    mbt_reset(enhancer);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, 100), MBT_OK);
    mbt_close(enhancer);
}
END_TEST

/* At any point: nothing of a stream that was given up stays for the next. */
START_TEST(reset_anywhere)
{
    static const size_t places[] = {1, WINDOW - 1, WINDOW, WINDOW + 1, WINDOW + STEP, 3 * STEP + 5};
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    for (int i = 0; i < 3 * COUNT(places); i += API_STEP) {
        size_t taken, given = 0;
        for (size_t pushed = 0; pushed < places[i / 3]; pushed += taken) {
            ck_assert_int_eq(mbt_push(enhancer, in + LONG / 2, places[i / 3] - pushed, &taken), MBT_OK);
            given = pull(enhancer, given, i % 3 ? 100 : LONG - given);
        }
        if (i % 3 == 2)
            ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
        mbt_reset(enhancer);
        ck_assert_uint_eq(mbt_pending(enhancer), 0);
        stream(enhancer, LONG, (sizes){400, 0}, (sizes){400, 0});
        ck_assert_mem_eq(out, wanted, sizeof out);
        mbt_reset(enhancer);
    }
    mbt_close(enhancer);
}
END_TEST

START_TEST(broken_arguments)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    size_t count = 5;
    ck_assert_int_eq(mbt_push(NULL, in, 1, &count), MBT_ERROR_ARGUMENT);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(mbt_push(enhancer, NULL, 1, &count), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_push(enhancer, in, 1, NULL), MBT_ERROR_ARGUMENT);
    count = 5;
    ck_assert_int_eq(mbt_pull(NULL, out, 1, &count), MBT_ERROR_ARGUMENT);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(mbt_pull(enhancer, NULL, 1, &count), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_pull(enhancer, out, 1, NULL), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_pull(enhancer, NULL, 0, &count), MBT_OK);
    ck_assert_int_eq(mbt_flush(NULL), MBT_ERROR_ARGUMENT);
    ck_assert_uint_eq(mbt_latency(NULL) + mbt_pending(NULL), 0);
    mbt_reset(NULL);
    ck_assert_uint_eq(mbt_pending(enhancer), 0);
    mbt_close(enhancer);
}
END_TEST

/* A block with a broken sample is refused whole, and the stream goes on as if it had not been there. */
START_TEST(broken_samples)
{
    static const float broken[] = {NAN, INFINITY, -INFINITY, 1e30f, -1.000001e6f};
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    size_t given = 0;
    for (size_t pushed = 0, taken; pushed < LONG; pushed += taken) {
        float block[10] = {0};
        block[pushed % 10] = broken[pushed / 313 % 5];
        ck_assert_int_eq(mbt_push(enhancer, block, 10, &taken), MBT_ERROR_SAMPLE);
        ck_assert_uint_eq(taken, 0);
        const size_t size = LONG - pushed < 313 ? LONG - pushed : 313;
        ck_assert_int_eq(mbt_push(enhancer, in + pushed, size, &taken), MBT_OK);
        given = pull(enhancer, given, LONG - given);
    }
    mbt_flush(enhancer);
    ck_assert_uint_eq(pull(enhancer, given, LONG - given), LONG);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

/* They are looked at when there is room for them. */
START_TEST(broken_samples_that_do_not_fit)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    float block[WINDOW + 1];
    size_t taken;
    memcpy(block, in, WINDOW * sizeof *block);
    block[WINDOW] = NAN;
    ck_assert_int_eq(mbt_push(enhancer, block, WINDOW + 1, &taken), MBT_OK);
    ck_assert_uint_eq(taken, WINDOW);
    ck_assert_int_eq(mbt_push(enhancer, block + WINDOW, 1, &taken), MBT_OK);
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(pull(enhancer, 0, LONG), STEP);
    ck_assert_int_eq(mbt_push(enhancer, block + WINDOW, 1, &taken), MBT_ERROR_SAMPLE);
    mbt_close(enhancer);
}
END_TEST

START_TEST(longer_than_was_said)
{
    static const size_t longest[] = {100, 1000};
    mbt_options options = stream_options();
    for (int i = 0; i < 2; i++) {
        options.max_samples = longest[i];
        mbt_enhancer *enhancer = api_open(&options);
        for (int again = 0; again < 2; again++) {
            size_t taken, given = 0;
            ck_assert_int_eq(mbt_push(enhancer, in, longest[i] + 1, &taken), MBT_ERROR_TOO_LONG);
            ck_assert_int_eq(mbt_push(enhancer, in, SIZE_MAX, &taken), MBT_ERROR_TOO_LONG);
            for (size_t pushed = 0; pushed < longest[i]; pushed += taken) {
                ck_assert_int_eq(mbt_push(enhancer, in + pushed, longest[i] - pushed, &taken), MBT_OK);
                given = pull(enhancer, given, LONG - given);
            }
            ck_assert_int_eq(mbt_push(enhancer, in, 1, &taken), MBT_ERROR_TOO_LONG);
            ck_assert_int_eq(mbt_push(enhancer, in, 0, &taken), MBT_OK);
            mbt_flush(enhancer);
            ck_assert_uint_eq(pull(enhancer, given, LONG - given), longest[i]);
            api_enhance(&options, in, wanted, longest[i]);
            ck_assert_mem_eq(out, wanted, longest[i] * sizeof *out);
            mbt_reset(enhancer);
        }
        mbt_close(enhancer);
    }
}
END_TEST

typedef struct progress {
    unsigned calls, stop_every; /* each call of that number stops; 0: none */
    double last, highest;
    unsigned windows; /* how often it began again */
} progress;

static int watch(void *cookie, double done)
{
    progress *p = cookie;
    p->windows += done < p->last;
    p->last = done;
    p->highest = done > p->highest ? done : p->highest;
    return ++p->calls == p->stop_every;
}

/* A window that was cancelled is tried again by the next call. */
START_TEST(progress_and_cancelling)
{
    progress p = {0};
    mbt_options options = stream_options();
    options.progress = watch;
    options.progress_cookie = &p;
    mbt_enhancer *enhancer = api_open(&options);
    stream(enhancer, LONG, (sizes){100, 0}, (sizes){100, 0});
    ck_assert_uint_eq(p.windows + 1, 10);
    ck_assert(p.highest >= 0.999 && p.highest <= 1);
    mbt_reset(enhancer);
    size_t given = 0, cancelled = 0, count, taken;
    for (size_t pushed = 0; given < LONG; pushed += taken) {
        ck_assert_int_eq(mbt_push(enhancer, in + pushed, LONG - pushed, &taken),
                         pushed < LONG ? MBT_OK : MBT_ERROR_STREAM);
        if (pushed + taken == LONG)
            mbt_flush(enhancer);
        p = (progress){.stop_every = 3};
        const mbt_status status = mbt_pull(enhancer, out + given, LONG - given, &count);
        ck_assert(status == MBT_OK || status == MBT_ERROR_CANCELLED);
        given += count;
        ck_assert_uint_eq(mbt_pending(enhancer), pushed + taken - given);
        cancelled += status == MBT_ERROR_CANCELLED;
        p.stop_every = 0;
        ck_assert_int_eq(mbt_pull(enhancer, out + given, LONG - given, &count), MBT_OK);
        given += count;
    }
    ck_assert_uint_ge(cancelled, 9);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

START_TEST(nothing_is_allocated)
{
    mbt_options options = stream_options();
    options.threads = _i ? 3 : 1;
    mbt_enhancer *enhancer = api_open(&options);
    size_t pushed = 0, given = 0, count;
    api_hook.allocations = 0;
    while (pushed < LONG && mbt_push(enhancer, in + pushed, LONG - pushed, &count) == MBT_OK) {
        pushed += count;
        if (mbt_pull(enhancer, out + given, LONG - given, &count) != MBT_OK)
            break;
        given += count;
    }
    mbt_flush(enhancer);
    const mbt_status status = mbt_pull(enhancer, out + given, LONG - given, &count);
    mbt_reset(enhancer);
    mbt_close(enhancer);
    const unsigned allocations = api_hook.allocations;
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_uint_eq(given + count, LONG);
    ck_assert_uint_eq(allocations, 0);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

/* The fade is arithmetic too: the caller's rounding has no influence on it, and stays what it is. */
START_TEST(whatever_the_callers_rounding_mode)
{
    const mbt_options options = stream_options();
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    size_t pushed = 0, given = 0, count;
    mbt_status status = MBT_OK;
    while (given < LONG && status == MBT_OK) {
        if (pushed < LONG)
            status = mbt_push(enhancer, in + pushed, LONG - pushed, &count);
        pushed += pushed < LONG ? count : 0;
        if (pushed == LONG)
            mbt_flush(enhancer);
        if (status == MBT_OK)
            status = mbt_pull(enhancer, out + given, LONG - given, &count);
        given += count;
    }
    const int after = fegetround();
    fesetround(FE_TONEAREST);
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_int_eq(after, FE_UPWARD);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

TCase *api_stream_tests(void)
{
    TCase *tests = tcase_create("stream");
    tcase_add_unchecked_fixture(tests, prepare, NULL); /* once, before the tests' processes part */
    tcase_add_loop_test(tests, whatever_the_blocks, 0, COUNT(blocks));
    tcase_add_test(tests, any_length_in_one_enhancer);
    tcase_add_test(tests, latency);
    tcase_add_test(tests, nobody_pulls);
    tcase_add_test(tests, calls_out_of_order);
    tcase_add_test(tests, reset_anywhere);
    tcase_add_test(tests, broken_arguments);
    tcase_add_test(tests, broken_samples);
    tcase_add_test(tests, broken_samples_that_do_not_fit);
    tcase_add_test(tests, longer_than_was_said);
    tcase_add_test(tests, progress_and_cancelling);
    tcase_add_loop_test(tests, nothing_is_allocated, 0, 2);
    tcase_add_test(tests, whatever_the_callers_rounding_mode);
    return tests;
}
