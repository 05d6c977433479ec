/* fuzz_api_run.c: recordings, and what their results are held against. */
#include "tests/fuzz/fuzz_api.h"

#include <float.h>
#include <math.h>

#define GUARD 8u /* samples before and after an output */

static const uint32_t untouched = 0x7fc0beef; /* a NaN, which no output is */

/* Signals */

float fuzz_float(fuzz_input *in)
{
    const uint32_t bits = (uint32_t)fuzz_number(in, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float *fuzz_take_signal(fuzz_input *in, size_t count)
{
    static const float scales[] = {1,    0.1f, 32768, 1e-3f, 1e-20f, FLT_MIN, 4 * FLT_TRUE_MIN, FLT_TRUE_MIN,
                                   1e5f, 1e6f, 1e30f, 0,     -1,     1e-38f,  FLT_MAX,          1e-10f};
    static const float odd[] = {NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, -0.0f, 999999};
    const uint8_t kind = fuzz_byte(in) % 5, place = fuzz_byte(in);
    const float scale = scales[fuzz_byte(in) % (sizeof scales / sizeof scales[0])];
    float *samples = malloc(count != 0 ? count * sizeof *samples : 1);
    FUZZ_CHECK(samples != NULL);
    uint64_t state = 1 + place;
    for (size_t i = 0; i < count; i++) {
        const float noise = (float)fuzz_random(&state) * 0x1p-31f - 1;
        samples[i] = scale * (kind == 0 || kind == 4 ? noise : kind == 1 ? 1.0f : 0.0f);
        if (kind == 3)
            samples[i] = fuzz_float(in);
    }
    if (count != 0 && kind == 2)
        samples[place % count] = scale;
    else if (count != 0 && kind == 4)
        samples[place % count] = odd[fuzz_byte(in) % (sizeof odd / sizeof odd[0])];
    return samples;
}

bool fuzz_all_finite(const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(samples[i]))
            return false;
    return true;
}

bool fuzz_all_taken(const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (isnan(samples[i]) || samples[i] > MBT_LARGEST_SAMPLE || samples[i] < -MBT_LARGEST_SAMPLE)
            return false;
    return true;
}

/* Outputs */

float *fuzz_make_output(size_t count)
{
    float *block = malloc((count + 2 * GUARD) * sizeof *block);
    FUZZ_CHECK(block != NULL);
    for (size_t i = 0; i < count + 2 * GUARD; i++)
        memcpy(block + i, &untouched, sizeof *block);
    return block + GUARD;
}

static bool is_untouched(const float *sample)
{
    return memcmp(sample, &untouched, sizeof *sample) == 0;
}

void fuzz_check_output(const float *out, size_t count, size_t written)
{
    for (size_t i = 0; i < GUARD; i++)
        FUZZ_CHECK(is_untouched(out - GUARD + i));
    for (size_t i = written; i < count + GUARD; i++)
        FUZZ_CHECK(is_untouched(out + i));
}

void fuzz_free_output(float *out)
{
    free(out - GUARD);
}

/* The same by other means */

mbt_enhancer *fuzz_reference_of(fuzz_player *p, const fuzz_session *s)
{
    fuzz_reference *reference = p->references;
    for (size_t number = 0; fuzz_models[number] != s->model; number++)
        reference++;
    if (reference->enhancer != NULL && reference->limit == s->limit && reference->dry == s->dry)
        return reference->enhancer;
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = FUZZ_MOST_SAMPLES;
    options.threads = 1;
    options.limit = reference->limit = s->limit;
    options.dry = reference->dry = s->dry;
    mbt_close(reference->enhancer);
    FUZZ_CHECK(mbt_open(s->model, &options, &reference->enhancer) == MBT_OK);
    return reference->enhancer;
}

/* a, faded into b: sample i of `overlap` of the raised cosine. */
static void check_faded(float value, float a, float b, size_t i, size_t overlap)
{
    const double weight = (1 - cos(3.14159265358979323846 * (double)i / (double)overlap)) / 2;
    const double expected = (1 - weight) * (double)a + weight * (double)b;
    const double tolerance = 1e-6 * (fabs((double)a) + fabs((double)b)) + FLT_TRUE_MIN;
    FUZZ_CHECK(fabs((double)value - expected) <= tolerance);
}

/* Of the window that is faded in at `begin`. A last one has whole overlaps, half a window or more; or a full window. */
static size_t start_of_window(const fuzz_session *s, size_t begin, size_t count)
{
    if (begin == 0 || count - begin >= s->window)
        return begin;
    size_t size = s->overlap == 0 ? s->window : s->overlap;
    while (size < count - begin || 2 * size < s->window)
        size += s->overlap;
    return count - (size < s->window ? size : s->window);
}

static void check_causal(fuzz_player *p, const fuzz_session *s, const float *in, const float *out, size_t count)
{
    float whole[FUZZ_MOST_SAMPLES];
    FUZZ_CHECK(mbt_enhance(fuzz_reference_of(p, s), in, whole, count) == MBT_OK);
    FUZZ_CHECK(memcmp(out, whole, count * sizeof *out) == 0);
    for (size_t i = 0; s->dry == 1 && i < count; i++)
        FUZZ_CHECK(out[i] == in[i]);
}

void fuzz_check_windows(fuzz_player *p, const fuzz_session *s, const float *in, const float *out, size_t count)
{
    if (fuzz_is_causal(s)) {
        check_causal(p, s, in, out, count);
        return;
    }
    float last[FUZZ_MOST_SAMPLES], window[FUZZ_MOST_SAMPLES]; /* of the one before and of this one */
    mbt_enhancer *enhancer = fuzz_reference_of(p, s);
    const size_t overlap = s->overlap, step = s->window - overlap;
    size_t begin = 0, start = 0, done = 0; /* where this window is faded in, and where it starts */
    while (done < count) {
        const size_t start_last = start;
        start = start_of_window(s, begin, count);
        const size_t left = count - start, size = left < s->window ? left : s->window;
        FUZZ_CHECK(mbt_enhance(enhancer, in + start, window, size) == MBT_OK);
        for (size_t i = 0; begin > 0 && i < overlap; i++) {
            const size_t at = begin + i;
            check_faded(out[at], last[at - start_last], window[at - start], i, overlap);
        }
        const size_t from = begin > 0 ? begin + overlap : 0;
        done = start + size < count ? begin + step : count;
        FUZZ_CHECK(from >= done || memcmp(out + from, window + from - start, (done - from) * sizeof *out) == 0);
        memcpy(last, window, size * sizeof *last);
        begin += step;
    }
}

/* The same through the scalar kernels in one thread, to the bit. */
static void compare_with_scalar(const fuzz_session *s, const float *in, const float *out, size_t count)
{
    mbt_options options;
    mbt_enhancer *enhancer = NULL;
    float *expected = fuzz_make_output(count);
    mbt_options_init(&options);
    options.max_samples = count;
    options.window = s->window;
    options.overlap = s->overlap != 0 ? s->overlap : MBT_OVERLAP_NONE;
    options.limit = s->limit;
    options.dry = s->dry;
    options.threads = 1;
    options.isa = MBT_ISA_SCALAR;
    FUZZ_CHECK(mbt_open(s->model, &options, &enhancer) == MBT_OK);
    FUZZ_CHECK(mbt_enhance(enhancer, in, expected, count) == MBT_OK);
    mbt_close(enhancer);
    FUZZ_CHECK(memcmp(out, expected, count * sizeof *out) == 0);
    fuzz_free_output(expected);
}

/* Calls */

void fuzz_watch(fuzz_watcher *w)
{
    w->stopped = false;
    w->done = 0;
}

void fuzz_check_progress(const fuzz_watcher *w)
{
    FUZZ_CHECK(w->done == 0 || w->done > 0.999);
}

static mbt_status expected_status(const fuzz_session *s, const float *in, size_t count)
{
    if (s->enhancer == NULL)
        return MBT_ERROR_ARGUMENT;
    if (s->max_samples != 0 && count > s->max_samples)
        return MBT_ERROR_TOO_LONG;
    if (s->stream.begun)
        return MBT_ERROR_STREAM;
    return !fuzz_all_taken(in, count) ? MBT_ERROR_SAMPLE : s->watcher.stopped ? MBT_ERROR_CANCELLED : MBT_OK;
}

/* Once more with nobody to stop it, in place. */
static void enhance_again(fuzz_session *s, float *in_out, size_t count)
{
    s->watcher.calls_left = UINT32_MAX;
    fuzz_watch(&s->watcher);
    FUZZ_CHECK(mbt_enhance(s->enhancer, in_out, in_out, count) == MBT_OK);
}

static void check_enhanced(const float *in, const float *out, size_t count)
{
    FUZZ_CHECK(fuzz_all_finite(out, count));
    for (size_t i = 0; i < count; i++)
        if (in[i] != 0)
            return;
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(out[i] == 0);
}

/* The part that was done is there, in whole windows, of which a recording of one window has none; from a causal network
 * any number of samples. in: becomes the result. */
static void check_cancelled(fuzz_session *s, float *in, const float *out, size_t count)
{
    size_t done = 0;
    while (done < count && !is_untouched(out + done))
        done++;
    fuzz_check_output(out, count, done);
    FUZZ_CHECK(fuzz_is_causal(s) || (done < count && done % (s->window - s->overlap) == 0));
    FUZZ_CHECK(fuzz_is_causal(s) || done == 0 || count > s->window);
    enhance_again(s, in, count);
    FUZZ_CHECK(memcmp(in, out, done * sizeof *in) == 0);
}

void fuzz_call_enhance(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    const uint8_t flags = fuzz_byte(&p->input);
    const size_t count = fuzz_byte(&p->input) % (fuzz_most_samples(s) + 1);
    float *in = fuzz_take_signal(&p->input, count), *out = fuzz_make_output(count);
    p->samples += count;
    fuzz_watch(&s->watcher);
    const mbt_status status = mbt_enhance(s->enhancer, in, out, count);
    FUZZ_CHECK(status == expected_status(s, in, count));
    if (status == MBT_OK) {
        fuzz_check_output(out, count, count);
        check_enhanced(in, out, count);
        if (count <= s->window)
            fuzz_check_progress(&s->watcher);
    } else if (status == MBT_ERROR_CANCELLED) {
        check_cancelled(s, in, out, count);
    } else {
        fuzz_check_output(out, count, 0);
    }
    if (status == MBT_OK && count != 0 && flags % 32 == 7)
        compare_with_scalar(s, in, out, count);
    if (status == MBT_OK && flags % 2 == 1)
        fuzz_check_windows(p, s, in, out, count);
    if (status == MBT_OK && flags % 4 == 2) {
        enhance_again(s, in, count);
        FUZZ_CHECK(memcmp(in, out, count * sizeof *in) == 0);
    }
    free(in);
    fuzz_free_output(out);
}

void fuzz_call_patience(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    const uint8_t calls = fuzz_byte(&p->input);
    s->watcher.calls_left = calls == 255 ? UINT32_MAX : calls;
}
