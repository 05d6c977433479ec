/* test_ends.c: wherever a recording ends, it ends as its input does, without a click. The bound is the judge: of the
 * last two hops no sample exceeds the loudest of the input there by more than a fifth. */
#include "tests/api/api.h"

#include <math.h>

#define PI 3.14159265358979323846
#define HOP 200u
#define BEFORE 1000u /* a multiple of hop */
#define LONGEST (BEFORE + HOP)
#define JUDGED 400u /* two hops */

/* Emulated and instrumented builds take a residue out of 49, and the last one. */
static size_t next(size_t residue)
{
    const size_t step = MBT_TEST_FEWER ? 49 : 1;
    return residue + step < HOP || residue == HOP - 1 ? residue + step : HOP - 1;
}

static float in[LONGEST], out[LONGEST], pulled[LONGEST];

static void make_noise(float *samples, size_t count)
{
    uint32_t state = 11;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        samples[i] = 0.3f * ((float)(state >> 8) / 8388608.0f - 1);
    }
}

static void make_tone(float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        samples[i] = (float)(0.5 * sin(2 * PI * 440 * (double)i / 16000));
}

static void (*const makers[])(float *samples, size_t count) = {api_speech, make_noise, make_tone};

static float peak(const float *samples, size_t count)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(samples[i]));
    return largest;
}

static void expect_no_click(const float *result, size_t count, float most)
{
    const size_t judged = count < JUDGED ? count : JUDGED;
    const float before = peak(in + count - judged, judged), after = peak(result + count - judged, judged);
    ck_assert_msg(after <= most * before, "%zu samples: %g where the input has %g", count, after, before);
}

START_TEST(at_every_residue_of_hop)
{
    const mbt_options options = api_options(LONGEST);
    mbt_enhancer *enhancer = api_open(&options);
    makers[_i](in, LONGEST);
    for (size_t residue = 0; residue < HOP; residue = next(residue)) {
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, BEFORE + residue), MBT_OK);
        expect_no_click(out, BEFORE + residue, 1.2f);
    }
    mbt_close(enhancer);
}
END_TEST

/* From one sample on, most of them within the first frame. All of such a recording is judged, and of a tone of 18 ms
 * the network lets the middle grow by a quarter; clicks were up to 600 times as loud. */
START_TEST(of_few_samples)
{
    const mbt_options options = api_options(JUDGED);
    mbt_enhancer *enhancer = api_open(&options);
    makers[_i](in, JUDGED);
    for (size_t count = 1; count <= JUDGED; count += MBT_TEST_FEWER ? 37 : 1) {
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
        expect_no_click(out, count, 1.4f);
    }
    mbt_close(enhancer);
}
END_TEST

static void stream(mbt_enhancer *enhancer, size_t count)
{
    size_t pushed = 0, given = 0, more = 0;
    while (pushed < count) {
        ck_assert_int_eq(mbt_push(enhancer, in + pushed, count - pushed < 77 ? count - pushed : 77, &more), MBT_OK);
        pushed += more;
        if (pushed == count)
            ck_assert_int_eq(mbt_flush(enhancer), MBT_OK);
        do {
            ck_assert_int_eq(mbt_pull(enhancer, pulled + given, count - given, &more), MBT_OK);
            given += more;
        } while (more > 0);
    }
    ck_assert_uint_eq(given, count);
    mbt_reset(enhancer);
}

/* A stream that fits one window, and one of some windows: with the bits of the whole recording. */
START_TEST(of_streams)
{
    mbt_options options = api_options(_i / COUNT(makers) ? 0 : LONGEST);
    options.window = _i / COUNT(makers) ? 600 : LONGEST;
    options.overlap = 200;
    mbt_enhancer *enhancer = api_open(&options);
    makers[_i % COUNT(makers)](in, LONGEST);
    for (size_t residue = 0; residue < HOP; residue = next(residue)) {
        const size_t count = BEFORE + residue;
        stream(enhancer, count);
        expect_no_click(pulled, count, 1.2f);
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
        ck_assert_mem_eq(pulled, out, count * sizeof *out);
    }
    mbt_close(enhancer);
}
END_TEST

TCase *api_ends_tests(void)
{
    TCase *tests = tcase_create("ends");
    tcase_add_loop_test(tests, at_every_residue_of_hop, 0, COUNT(makers));
    tcase_add_loop_test(tests, of_few_samples, 0, COUNT(makers));
    tcase_add_loop_test(tests, of_streams, 0, 2 * COUNT(makers));
    return tests;
}
