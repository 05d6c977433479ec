/* test_windows.c: recordings that are longer than one window. */
#include "tests/api/api.h"

#include <math.h>

#define PI 3.14159265358979323846

/* 6 frames of the embedded model, overlapping by 2: windows begin at 0, 800, 1600, and the last one, which takes over
 * at 2400, at 2101: two overlaps from the end, for 501 samples would be less than half a window. */
#define WINDOW 1200u
#define OVERLAP 400u
#define STEP (WINDOW - OVERLAP)
#define LONG 2901u
#define LAST 2101u

static float in[LONG], out[LONG], wanted[LONG];

static mbt_options window_options(void)
{
    mbt_options options = api_options(0);
    options.window = WINDOW;
    options.overlap = OVERLAP;
    return options;
}

static void prepare(void)
{
    const mbt_options options = window_options();
    api_speech(in, LONG);
    for (size_t i = 0; i < LONG; i++)
        in[i] *= i < LONG / 2 ? 1.0f : 0.1f; /* windows have levels of their own */
    api_enhance(&options, in, wanted, LONG);
}

static double tolerance(void)
{
    return 1e-6 * api_rms(wanted, LONG);
}

/* The sum of the windows, each enhanced as a recording, weighted as the header says. */
START_TEST(windows_are_recordings_faded_into_one_another)
{
    static const size_t starts[] = {0, STEP, 2 * STEP, LAST}, begins[] = {0, STEP, 2 * STEP, 3 * STEP};
    static double sum[LONG];
    float piece[WINDOW];
    const mbt_options options = api_options(WINDOW);
    for (int k = 0; k < 4; k++) {
        const size_t count = k < 3 ? WINDOW : LONG - LAST;
        api_enhance(&options, in + starts[k], piece, count);
        for (size_t i = 0; i < count; i++) {
            const double t = (double)(starts[k] + i), rise = (t - (double)begins[k]) / OVERLAP;
            const double fall = k < 3 ? (t - (double)begins[k + 1]) / OVERLAP : -1;
            double weight = k == 0 || rise >= 1 ? 1 : rise <= 0 ? 0 : (1 - cos(PI * rise)) / 2;
            weight *= fall >= 1 ? 0 : fall <= 0 ? 1 : (1 + cos(PI * fall)) / 2;
            sum[starts[k] + i] += weight * (double)piece[i];
        }
    }
    for (size_t i = 0; i < LONG; i++)
        ck_assert_double_eq_tol((double)wanted[i], sum[i], tolerance());
    ck_assert(api_rms(wanted, LONG) > 1e-3);
}
END_TEST

/* As the paper has it: pieces end to end, the last one cut from the end of the recording's last window. */
START_TEST(without_overlap_windows_are_pieces)
{
    static const size_t starts[] = {0, WINDOW, LONG - WINDOW}, cuts[] = {0, 0, 3 * WINDOW - LONG};
    float piece[WINDOW];
    mbt_options options = window_options();
    options.overlap = MBT_OVERLAP_NONE;
    api_enhance(&options, in, out, LONG);
    options = api_options(WINDOW);
    for (int k = 0; k < 3; k++) {
        api_enhance(&options, in + starts[k], piece, WINDOW);
        ck_assert_mem_eq(out + starts[k] + cuts[k], piece + cuts[k], (WINDOW - cuts[k]) * sizeof *piece);
    }
}
END_TEST

/* Half a window, if that is less than 0.5 s: of 5 frames 2, of 1 none. */
START_TEST(the_default_overlap_of_short_windows)
{
    static const size_t windows[] = {WINDOW, 1000, 200}, overlaps[] = {600, 400, MBT_OVERLAP_NONE};
    for (int i = 0; i < COUNT(windows); i++) {
        float given[LONG];
        mbt_options options = window_options();
        options.window = windows[i];
        options.overlap = overlaps[i];
        api_enhance(&options, in, given, LONG);
        options.overlap = 0;
        api_enhance(&options, in, out, LONG);
        ck_assert_mem_eq(out, given, sizeof out);
    }
}
END_TEST

static float peak(const float *samples, size_t count)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(samples[i]));
    return largest;
}

/* The last of more windows is a multiple of hop, wherever the recording ends. */
START_TEST(no_click_at_the_end)
{
    const size_t count = WINDOW + (size_t)_i;
    const mbt_options options = window_options();
    api_enhance(&options, in, out, count);
    ck_assert_float_le(peak(out + count - 10, 10), peak(in + count - 200, 200));
}
END_TEST

/* The bits of a recording that fits one window do not depend on the window, nor on whether windows were at work. */
START_TEST(one_window_is_the_whole_recording)
{
    static const size_t windows[] = {LONG, LONG + 1, 3200, 160000, 0, SIZE_MAX / 16};
    static const size_t longest[] = {LONG, 0, 16000, 0, 0, LONG};
    mbt_options options = api_options(LONG);
    options.window = LONG;
    api_enhance(&options, in, wanted, LONG);
    for (int i = 0; i < COUNT(windows); i++) {
        options = api_options(longest[i]);
        options.threads = 2;
        options.window = windows[i];
        memset(out, 0, sizeof out);
        api_enhance(&options, in, out, LONG);
        ck_assert_mem_eq(out, wanted, sizeof out);
    }
    options = window_options();
    mbt_enhancer *enhancer = api_open(&options);
    float first[WINDOW], again[WINDOW];
    ck_assert_int_eq(mbt_enhance(enhancer, in, first, WINDOW), MBT_OK);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_OK);
    ck_assert_int_eq(mbt_enhance(enhancer, in, again, WINDOW), MBT_OK);
    ck_assert_mem_eq(first, again, sizeof first);
    mbt_close(enhancer);
}
END_TEST

static const size_t lengths[] = {WINDOW + 1,        WINDOW + 199,          WINDOW + STEP - 1, WINDOW + STEP,
                                 WINDOW + STEP + 1, WINDOW + 2 * STEP - 1, WINDOW + 2 * STEP, LONG};

START_TEST(in_place_and_again)
{
    static float kept[LONG];
    const mbt_options options = window_options();
    const size_t count = lengths[_i];
    mbt_enhancer *enhancer = api_open(&options);
    memcpy(kept, in, sizeof in);
    out[count - 1] = 77;
    if (count < LONG)
        out[count] = 77;
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, count), MBT_OK);
    ck_assert(out[count - 1] != 77 && (count == LONG || out[count] == 77));
    ck_assert_mem_eq(in, kept, sizeof in);
    ck_assert_int_eq(mbt_enhance(enhancer, in, in, count), MBT_OK);
    ck_assert_mem_eq(in, out, count * sizeof *in);
    ck_assert_mem_eq(in + count, kept + count, (LONG - count) * sizeof *in);
    mbt_close(enhancer);
}
END_TEST

START_TEST(the_same_bits_for_all_kernels_and_threads)
{
    for (int isa = 1; isa < MBT_ISA_COUNT; isa++) {
        mbt_options options = window_options();
        options.isa = (mbt_isa)isa;
        options.threads = (unsigned)isa;
        if (!mbt_isa_available(options.isa))
            continue;
        memset(out, 0, sizeof out);
        api_enhance(&options, in, out, LONG);
        ck_assert_msg(memcmp(out, wanted, sizeof out) == 0, "%s", mbt_isa_name(options.isa));
    }
}
END_TEST

START_TEST(silent_windows_stay_silent)
{
    static const float zeros[WINDOW];
    const mbt_options options = window_options();
    memset(in + STEP, 0, (WINDOW + STEP) * sizeof *in);
    api_enhance(&options, in, out, LONG);
    ck_assert(api_all_finite(out, LONG));
    ck_assert_mem_eq(out + WINDOW, zeros, STEP * sizeof *out); /* past the fade, and before the next window */
    ck_assert(api_rms(out, STEP) > 0 && api_rms(out + WINDOW + 2 * STEP, LONG - WINDOW - 2 * STEP) > 0);
}
END_TEST

/* Found before the first window is written, wherever it is. */
START_TEST(broken_samples)
{
    const mbt_options options = window_options();
    mbt_enhancer *enhancer = api_open(&options);
    for (size_t i = 0; i < LONG; i++)
        out[i] = 77;
    static const float broken[] = {INFINITY, 1e30f, -1.000001e6f};
    for (int b = 0; b < COUNT(broken); b++) {
        in[LONG - 1] = broken[b];
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_ERROR_SAMPLE);
        for (size_t i = 0; i < LONG; i++)
            ck_assert(out[i] == 77);
    }
    api_speech(in + LONG - 1, 1);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_OK);
    mbt_close(enhancer);
}
END_TEST

typedef struct progress {
    unsigned calls, stop_at; /* the call that stops; 0: none */
    double last;
    bool rising;
} progress;

static int watch(void *cookie, double done)
{
    progress *p = cookie;
    p->rising = p->rising && done >= p->last && done <= 1;
    p->last = done;
    return ++p->calls == p->stop_at;
}

START_TEST(progress_rises_to_one_over_all_windows)
{
    progress p = {.rising = true};
    mbt_options options = window_options();
    options.progress = watch;
    options.progress_cookie = &p;
    api_enhance(&options, in, out, LONG);
    ck_assert(p.rising && p.last >= 0.999);
    ck_assert_mem_eq(out, wanted, sizeof out);
    const unsigned calls = p.calls;
    p = (progress){.rising = true};
    api_enhance(&options, in, out, WINDOW);
    ck_assert_uint_eq(calls, 4 * p.calls);
}
END_TEST

/* What was done by then is final, the rest untouched. Window k begins at k STEP and makes that much final. */
START_TEST(cancelled_anywhere)
{
    progress p = {.rising = true};
    mbt_options options = window_options();
    options.progress = watch;
    options.progress_cookie = &p;
    mbt_enhancer *enhancer = api_open(&options);
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_OK);
    const unsigned calls = p.calls;
    for (unsigned stop_at = 1; stop_at <= calls; stop_at += API_STEP) {
        const size_t done = (stop_at - 1) / (calls / 4) * STEP;
        for (size_t i = 0; i < LONG; i++)
            out[i] = 77;
        p = (progress){.stop_at = stop_at};
        ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_ERROR_CANCELLED);
        ck_assert_uint_eq(p.calls, stop_at);
        ck_assert_mem_eq(out, wanted, done * sizeof *out);
        for (size_t i = done; i < LONG; i++)
            ck_assert(out[i] == 77);
    }
    p.stop_at = 0;
    ck_assert_int_eq(mbt_enhance(enhancer, in, out, LONG), MBT_OK);
    ck_assert_mem_eq(out, wanted, sizeof out);
    mbt_close(enhancer);
}
END_TEST

START_TEST(nothing_is_allocated)
{
    const mbt_options options = window_options();
    mbt_enhancer *enhancer = api_open(&options);
    api_hook.allocations = 0;
    const mbt_status status = mbt_enhance(enhancer, in, out, LONG);
    const unsigned allocations = api_hook.allocations;
    mbt_close(enhancer);
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_uint_eq(allocations, 0);
}
END_TEST

TCase *api_window_tests(void)
{
    TCase *tests = tcase_create("windows");
    tcase_add_unchecked_fixture(tests, prepare, NULL); /* once, before the tests' processes part */
    tcase_add_test(tests, windows_are_recordings_faded_into_one_another);
    tcase_add_test(tests, without_overlap_windows_are_pieces);
    tcase_add_test(tests, the_default_overlap_of_short_windows);
    tcase_add_loop_test(tests, no_click_at_the_end, 590, 601);
    tcase_add_test(tests, one_window_is_the_whole_recording);
    tcase_add_loop_test(tests, in_place_and_again, 0, COUNT(lengths));
    tcase_add_test(tests, the_same_bits_for_all_kernels_and_threads);
    tcase_add_test(tests, silent_windows_stay_silent);
    tcase_add_test(tests, broken_samples);
    tcase_add_test(tests, progress_rises_to_one_over_all_windows);
    tcase_add_test(tests, cancelled_anywhere);
    tcase_add_test(tests, nothing_is_allocated);
    return tests;
}
