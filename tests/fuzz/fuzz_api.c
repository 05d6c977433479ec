/* fuzz_api.c: the library's calls in any order, with any options and samples, on networks so small that a run takes
 * less than a millisecond.
 *
 * An input is a row of calls: a byte says which (calls[] below), and each takes its arguments from the bytes that
 * follow. What comes out is held against what the header promises and, if the input says so, against the bits of the
 * scalar kernels in one thread. */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "fuzz.h"
#include "mambattention/mambattention.h"
#include "mambattention/model.h"

#define SESSIONS 2u
#define MOST_CALLS 16u
#define MOST_SAMPLES 32u
#define MOST_MEMORY ((size_t)4 << 20)
#define UNTOUCHED 77.0f

extern const mbt_model mbt_model_fuzz_f32, mbt_model_fuzz_f16, mbt_model_fuzz_int8;

static const mbt_model *const models[] = {&mbt_model_fuzz_f32, &mbt_model_fuzz_f16, &mbt_model_fuzz_int8};

/* What the progress callback is told and asks for. */
typedef struct watcher {
    unsigned calls_left; /* until it asks to stop */
    bool stopped;
    double done;
} watcher;

typedef struct session {
    mbt_enhancer *enhancer; /* NULL: closed */
    const mbt_model *model;
    size_t max_samples;
    void *memory; /* of the options, to be freed */
    watcher watcher;
} session;

typedef struct player {
    fuzz_input input;
    session sessions[SESSIONS];
    int rounding; /* the caller's mode, which every call must leave as it is */
} player;

static int watch(void *cookie, double done)
{
    watcher *w = cookie;
    FUZZ_CHECK(done >= w->done && done <= 1 && !w->stopped);
    w->done = done;
    w->stopped = w->calls_left == 0;
    w->calls_left -= w->calls_left != 0;
    return w->stopped;
}

static session *choose_session(player *p)
{
    return &p->sessions[fuzz_byte(&p->input) % SESSIONS];
}

static void close_session(session *s)
{
    mbt_close(s->enhancer);
    free(s->memory);
    *s = (session){0};
}

/* Options */

static size_t take_length(fuzz_input *in)
{
    static const size_t odd[] = {0,           SIZE_MAX, SIZE_MAX / 2,    SIZE_MAX / 4,   SIZE_MAX / 16, SIZE_MAX - 1,
                                 PTRDIFF_MAX, 160000,   (size_t)1 << 20, PTRDIFF_MAX / 4};
    const uint8_t byte = fuzz_byte(in);
    return byte >= 200 ? odd[byte % (sizeof odd / sizeof odd[0])] : 1 + byte % MOST_SAMPLES;
}

static unsigned take_threads(fuzz_input *in)
{
    static const unsigned counts[] = {2, 3, 5, 2, 0, 256, 257, UINT32_MAX};
    const uint8_t byte = fuzz_byte(in);
    return byte < 224 ? 1 : byte < 255 ? counts[byte % 4] : counts[fuzz_byte(in) % 8];
}

/* The machine's own, most often, for the scalar kernels are slow; or any, or one beyond. */
static mbt_isa take_isa(fuzz_input *in)
{
    const uint8_t byte = fuzz_byte(in);
    return byte < 128 ? MBT_ISA_AUTO : (mbt_isa)(byte % (MBT_ISA_COUNT + 1));
}

static bool options_are_good(const mbt_options *options)
{
    return options->threads <= 256 && options->reserved[2] == 0;
}

/* A block of the caller's, which may be too small by a byte, or not aligned. Says whether it will do. */
static bool give_memory(mbt_options *options, size_t needed, fuzz_input *in)
{
    const uint8_t kind = fuzz_byte(in);
    options->memory_size = needed - (kind == 254);
    unsigned char *block = aligned_alloc(64, (needed + 63) / 64 * 64 + 64);
    FUZZ_CHECK(block != NULL);
    options->memory = block + (kind == 255 ? 4 : 0);
    return kind < 254;
}

/* The session's place is free. */
static void open_with(session *s, mbt_options *options, fuzz_input *in)
{
    size_t needed = 0;
    const uint8_t flags = fuzz_byte(in);
    const mbt_status measured = mbt_memory_needed(s->model, options, &needed);
    FUZZ_CHECK((measured != MBT_ERROR_ARGUMENT) == options_are_good(options));
    if (measured == MBT_OK && needed > MOST_MEMORY) {
        return;
    }
    bool enough = true;
    if (flags & 1 && measured == MBT_OK && options->threads != 0) {
        enough = give_memory(options, needed, in);
        s->memory = (unsigned char *)options->memory - (uintptr_t)options->memory % 64;
    }
    if (flags & 2) {
        s->watcher.calls_left = fuzz_byte(in);
        options->progress = watch;
        options->progress_cookie = &s->watcher;
    }
    const mbt_status status = mbt_open(s->model, options, &s->enhancer);
    FUZZ_CHECK((status == MBT_OK) == (s->enhancer != NULL));
    if (measured != MBT_OK) {
        FUZZ_CHECK(status == measured);
    } else if (!mbt_isa_available(options->isa)) {
        FUZZ_CHECK(status == MBT_ERROR_ISA);
    } else {
        FUZZ_CHECK(status == (enough ? MBT_OK : MBT_ERROR_MEMORY));
    }
}

static void call_open(player *p)
{
    fuzz_input *in = &p->input;
    session *s = choose_session(p);
    close_session(s);
    s->model = models[fuzz_byte(in) % (sizeof models / sizeof models[0])];
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = take_length(in);
    options.threads = take_threads(in);
    options.isa = take_isa(in);
    options.reserved[2] = fuzz_byte(in) == 255;
    s->max_samples = options.max_samples;
    open_with(s, &options, in);
    if (s->enhancer == NULL) {
        close_session(s);
    }
}

static void call_close(player *p)
{
    close_session(choose_session(p));
}

/* Samples */

static float take_float(fuzz_input *in)
{
    const uint32_t bits = (uint32_t)fuzz_number(in, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Noise, one value, an impulse, raw floats, or noise with one odd value; at any scale. */
static void fill_signal(fuzz_input *in, float *samples, size_t count)
{
    static const float scales[] = {1,     0.1f,         32768, 1e-3f, 1e-20f, FLT_MIN, 4 * FLT_TRUE_MIN, FLT_TRUE_MIN,
                                   1e18f, FLT_MAX / 64, 1e30f, 0,     -1,     1e-38f,  FLT_MAX,          1e-10f};
    static const float odd[] = {NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, -0.0f, 1e20f};
    const uint8_t kind = fuzz_byte(in) % 5, place = fuzz_byte(in);
    const float scale = scales[fuzz_byte(in) % (sizeof scales / sizeof scales[0])];
    uint64_t state = 1 + place;
    for (size_t i = 0; i < count; i++) {
        const float noise = (float)fuzz_random(&state) * 0x1p-31f - 1;
        samples[i] = scale * (kind == 0 || kind == 4 ? noise : kind == 1 ? 1.0f : 0.0f);
        if (kind == 3) {
            samples[i] = take_float(in);
        }
    }
    if (count != 0 && kind == 2) {
        samples[place % count] = scale;
    } else if (count != 0 && kind == 4) {
        samples[place % count] = odd[fuzz_byte(in) % (sizeof odd / sizeof odd[0])];
    }
}

static bool all_finite(const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(samples[i])) {
            return false;
        }
    }
    return true;
}

static float *make_samples(size_t count, float value)
{
    float *samples = malloc(count != 0 ? count * sizeof *samples : 1);
    FUZZ_CHECK(samples != NULL);
    for (size_t i = 0; i < count; i++) {
        samples[i] = value;
    }
    return samples;
}

/* The same through the scalar kernels in one thread, to the bit. */
static void compare_with_scalar(const mbt_model *model, const float *in, const float *out, size_t count)
{
    mbt_options options;
    mbt_enhancer *enhancer = NULL;
    float *expected = make_samples(count, UNTOUCHED);
    mbt_options_init(&options);
    options.max_samples = count;
    options.threads = 1;
    options.isa = MBT_ISA_SCALAR;
    FUZZ_CHECK(mbt_open(model, &options, &enhancer) == MBT_OK);
    FUZZ_CHECK(mbt_enhance(enhancer, in, expected, count) == MBT_OK);
    mbt_close(enhancer);
    FUZZ_CHECK(memcmp(out, expected, count * sizeof *out) == 0);
    free(expected);
}

static mbt_status expected_status(const session *s, const float *in, size_t count)
{
    if (s->enhancer == NULL) {
        return MBT_ERROR_ARGUMENT;
    }
    if (count > s->max_samples) {
        return MBT_ERROR_TOO_LONG;
    }
    return !all_finite(in, count) ? MBT_ERROR_SAMPLE : s->watcher.stopped ? MBT_ERROR_CANCELLED : MBT_OK;
}

static void check_enhanced(const float *in, const float *out, size_t count, mbt_status status)
{
    FUZZ_CHECK(status != MBT_OK || all_finite(out, count));
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(status == MBT_OK || out[i] == UNTOUCHED);
        if (in[i] != 0) {
            return;
        }
    }
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(status != MBT_OK || out[i] == 0);
    }
}

static void call_enhance(player *p)
{
    session *s = choose_session(p);
    const uint8_t flags = fuzz_byte(&p->input);
    const size_t count = fuzz_byte(&p->input) % (MOST_SAMPLES + 2);
    float *in = make_samples(count, 0), *out = make_samples(count, UNTOUCHED);
    fill_signal(&p->input, in, count);
    s->watcher.done = 0;
    s->watcher.stopped = false;
    const mbt_status status = mbt_enhance(s->enhancer, in, out, count);
    FUZZ_CHECK(status == expected_status(s, in, count));
    check_enhanced(in, out, count, status);
    if (status == MBT_OK && count != 0 && flags % 32 == 7) {
        compare_with_scalar(s->model, in, out, count);
    }
    if (status == MBT_OK && flags % 4 == 2) { /* in place */
        s->watcher.done = 0;
        s->watcher.calls_left = UINT32_MAX;
        FUZZ_CHECK(mbt_enhance(s->enhancer, in, in, count) == MBT_OK);
        FUZZ_CHECK(count == 0 || memcmp(in, out, count * sizeof *in) == 0);
    }
    free(in);
    free(out);
}

/* The rest */

static void call_describe(player *p)
{
    mbt_model model = *models[fuzz_byte(&p->input) % (sizeof models / sizeof models[0])];
    const uint8_t which = fuzz_byte(&p->input) % 4;
    mbt_model_info info;
    size_t bytes;
    model.abi += which == 1;
    model.model_size += which == 2;
    model.hop *= which == 3 ? 0 : 1;
    const mbt_status expected = which == 0 ? MBT_OK : MBT_ERROR_MODEL;
    FUZZ_CHECK(mbt_model_describe(&model, &info) == expected);
    FUZZ_CHECK(mbt_memory_needed(&model, NULL, &bytes) == expected);
}

static void call_names(player *p)
{
    const int number = (int)(fuzz_byte(&p->input)) - 16;
    FUZZ_CHECK(mbt_status_string((mbt_status)number)[0] != '\0');
    const fuzz_input text = fuzz_take(&p->input, fuzz_byte(&p->input) % 16);
    char name[17] = "";
    mbt_isa isa;
    memcpy(name, text.at, text.left);
    if (mbt_isa_from_name(name, &isa) == MBT_OK) {
        FUZZ_CHECK(strcmp(mbt_isa_name(isa), name) == 0);
    }
}

static void call_pcm(player *p)
{
    float samples[8], back[8];
    int16_t pcm[8], again[8];
    for (int i = 0; i < 8; i++) {
        samples[i] = take_float(&p->input);
    }
    mbt_to_s16(samples, pcm, 8);
    mbt_from_s16(pcm, back, 8);
    mbt_to_s16(back, again, 8);
    FUZZ_CHECK(memcmp(pcm, again, sizeof pcm) == 0);
    for (int i = 0; i < 8; i++) {
        FUZZ_CHECK(!isnan(samples[i]) || pcm[i] == 0);
        FUZZ_CHECK(!(fabsf(samples[i]) <= 0.999f) || fabsf(samples[i] - back[i]) <= 0x1p-15f);
    }
}

static void call_rounding(player *p)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    p->rounding = modes[fuzz_byte(&p->input) % 4];
    FUZZ_CHECK(fesetround(p->rounding) == 0);
}

static void (*const calls[])(player *p) = {call_open,     call_enhance, call_enhance, call_enhance, call_close,
                                           call_describe, call_names,   call_pcm,     call_rounding};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    player p = {.input = {data, size}, .rounding = FE_TONEAREST};
    for (unsigned i = 0; i < MOST_CALLS && p.input.left != 0; i++) {
        calls[fuzz_byte(&p.input) % (sizeof calls / sizeof calls[0])](&p);
        FUZZ_CHECK(fegetround() == p.rounding);
    }
    for (unsigned i = 0; i < SESSIONS; i++) {
        close_session(&p.sessions[i]);
    }
    fesetround(FE_TONEAREST);
    return 0;
}
