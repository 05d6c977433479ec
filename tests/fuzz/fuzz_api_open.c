/* fuzz_api_open.c: opening with any options and memory of any kind, and closing. */
#include "tests/fuzz/fuzz_api.h"

#include <float.h>
#include <math.h>

#define MOST_MEMORY ((size_t)4 << 20)
#define ALIGN 64u
#define GUARD 64u     /* bytes before and after a block of the caller's */
#define UNTOUCHED 255 /* its bytes, guards and all: floats that are NaN */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Memory of the caller's. Block is the one given to the library. */

static unsigned char *block_of(const fuzz_memory *m)
{
    return m->base + GUARD + m->past;
}

static size_t bytes_of(const fuzz_memory *m)
{
    return (GUARD + m->past + m->size + GUARD + ALIGN - 1) / ALIGN * ALIGN;
}

static void make_block(fuzz_memory *m, size_t size)
{
    FUZZ_CHECK(m->base == NULL);
    m->size = size;
    m->base = aligned_alloc(ALIGN, bytes_of(m));
    FUZZ_CHECK(m->base != NULL);
    memset(m->base, UNTOUCHED, bytes_of(m));
}

static void free_block(fuzz_memory *m)
{
    const size_t before = GUARD + m->past, end = before + m->size;
    for (size_t i = 0; m->base != NULL && i < bytes_of(m); i++) {
        i = i == before ? end : i;
        FUZZ_CHECK(m->base[i] == UNTOUCHED);
    }
    free(m->base);
    m->base = NULL;
}

static void *allocate(void *cookie, size_t bytes)
{
    fuzz_memory *m = cookie;
    m->allocations++;
    if (m->empty)
        return NULL;
    make_block(m, bytes);
    return block_of(m);
}

static void release(void *cookie, void *block)
{
    fuzz_memory *m = cookie;
    m->releases++;
    FUZZ_CHECK(m->base != NULL && block == block_of(m));
    free_block(m);
}

/* What a progress callback may not call is refused, and changes nothing. */
static void meddle(const fuzz_session *s)
{
    const size_t pending = mbt_pending(s->enhancer);
    size_t taken = SIZE_MAX, given = SIZE_MAX;
    float in = 1, out = 2;
    FUZZ_CHECK(mbt_enhance(s->enhancer, &in, &out, 1) == MBT_ERROR_STREAM);
    FUZZ_CHECK(mbt_push(s->enhancer, &in, 1, &taken) == MBT_ERROR_STREAM && taken == 0);
    FUZZ_CHECK(mbt_pull(s->enhancer, &out, 1, &given) == MBT_ERROR_STREAM && given == 0);
    FUZZ_CHECK(mbt_process(s->enhancer, &in, &out, 1) == MBT_ERROR_STREAM);
    FUZZ_CHECK(mbt_flush(s->enhancer) == MBT_ERROR_STREAM);
    mbt_reset(s->enhancer);
    mbt_close(s->enhancer);
    FUZZ_CHECK(out == 2 && mbt_pending(s->enhancer) == pending && mbt_latency(s->enhancer) == s->window);
}

static int watch(void *cookie, double done)
{
    fuzz_session *s = cookie;
    fuzz_watcher *w = &s->watcher;
    FUZZ_CHECK(done >= w->done && done <= 1 && !w->stopped);
    if (w->meddles)
        meddle(s);
    w->done = done;
    w->stopped = w->calls_left == 0;
    w->calls_left -= w->calls_left != 0;
    return w->stopped;
}

/* Options */

static size_t take_length(fuzz_input *in)
{
    static const size_t odd[] = {1,           SIZE_MAX, SIZE_MAX / 2,    SIZE_MAX / 4,   SIZE_MAX / 16, SIZE_MAX - 1,
                                 PTRDIFF_MAX, 160000,   (size_t)1 << 20, PTRDIFF_MAX / 4};
    const uint8_t byte = fuzz_byte(in);
    return byte < 64 ? 0 : byte >= 240 ? odd[byte % COUNT(odd)] : 1 + byte % FUZZ_MOST_SAMPLES;
}

static size_t take_window(fuzz_input *in)
{
    static const size_t odd[] = {SIZE_MAX,     SIZE_MAX - 1,    PTRDIFF_MAX,    PTRDIFF_MAX / 4, PTRDIFF_MAX / 4 + 1,
                                 SIZE_MAX / 8, (size_t)1 << 20, SIZE_MAX / 512, 160001};
    const uint8_t byte = fuzz_byte(in);
    return byte < 16 ? 0 : byte >= 240 ? odd[byte % COUNT(odd)] : 1u + byte % 32u;
}

static size_t take_overlap(fuzz_input *in)
{
    static const size_t odd[] = {SIZE_MAX - 1, PTRDIFF_MAX, PTRDIFF_MAX / 4, SIZE_MAX / 4, 8000, 100};
    const uint8_t byte = fuzz_byte(in);
    return byte < 64 ? 0 : byte < 112 ? MBT_OVERLAP_NONE : byte >= 248 ? odd[byte % COUNT(odd)] : 1u + byte % 16u;
}

static unsigned take_threads(fuzz_input *in)
{
    static const unsigned counts[] = {2, 3, 5, 2, 0, 256, 257, UINT32_MAX};
    const uint8_t byte = fuzz_byte(in);
    return byte < 240 ? 1 : byte < 255 ? counts[byte % 4] : counts[fuzz_byte(in) % 8];
}

/* The machine's own, most often, for the scalar kernels are slow; or any, or one beyond. */
static mbt_isa take_isa(fuzz_input *in)
{
    const uint8_t byte = fuzz_byte(in);
    return byte < 128 ? MBT_ISA_AUTO : (mbt_isa)(byte % (MBT_ISA_COUNT + 1));
}

/* An allocator, most often a good one. */
static void take_allocator(fuzz_input *in, mbt_options *options, fuzz_memory *m)
{
    const uint8_t kind = fuzz_byte(in);
    options->allocate = kind == 253 ? NULL : allocate;
    options->release = kind == 252 ? NULL : release;
    options->memory_cookie = m;
    m->past = kind % ALIGN;
    m->empty = kind >= 254;
}

/* A block, which may be too small by a byte, or not aligned. Says whether it will do. */
static bool give_memory(mbt_options *options, size_t needed, fuzz_memory *m, fuzz_input *in)
{
    const uint8_t kind = fuzz_byte(in);
    m->past = kind == 255 ? 4 : 0;
    make_block(m, needed - (kind == 254));
    options->memory = block_of(m);
    options->memory_size = m->size;
    return kind < 254;
}

static size_t round_up(size_t samples, size_t hop)
{
    return (samples + hop - 1) / hop * hop;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What the header says of options.window and options.overlap. */
static mbt_status plan_windows(fuzz_session *s, const mbt_options *options)
{
    const size_t hop = s->model->hop, rate = s->model->sample_rate, most = PTRDIFF_MAX / sizeof(float);
    if (options->window > most)
        return MBT_ERROR_TOO_LONG;
    s->window = round_up(options->window != 0 ? options->window : 10 * rate, hop);
    if (options->overlap == MBT_OVERLAP_NONE)
        s->overlap = 0;
    else if (options->overlap == 0)
        s->overlap = smaller(round_up(rate / 2, hop), s->window / 2 / hop * hop);
    else if (options->overlap > most || round_up(options->overlap, hop) > s->window / 2)
        return MBT_ERROR_ARGUMENT;
    else
        s->overlap = round_up(options->overlap, hop);
    if (s->max_samples != 0 && s->max_samples <= s->window) {
        s->window = s->max_samples;
        s->overlap = 0;
    }
    return MBT_OK;
}

/* What mbt_memory_needed may say, and finds out about the windows. */
static void check_measured(fuzz_session *s, const mbt_options *options, mbt_status measured)
{
    mbt_status expected = MBT_ERROR_ARGUMENT;
    if (options->threads <= 256 && !s->refused && !options->allocate == !options->release)
        expected = plan_windows(s, options);
    if (expected == MBT_OK && fuzz_is_causal(s)) {
        s->window = s->model->win + (options->spread ? s->model->hop : 0);
        s->overlap = 0;
    }
    if (expected == MBT_OK && s->window > PTRDIFF_MAX / 64)
        expected = MBT_ERROR_TOO_LONG;
    const bool perhaps_too_long = expected == MBT_OK && s->window > 1 << 16 && measured == MBT_ERROR_TOO_LONG;
    FUZZ_CHECK(measured == expected || perhaps_too_long);
}

/* Calls */

/* The session's place is free. */
static void open_with(fuzz_session *s, mbt_options *options, fuzz_input *in)
{
    size_t needed = 0;
    const uint8_t flags = fuzz_byte(in);
    if (flags & 4)
        take_allocator(in, options, &s->memory);
    mbt_status expected = mbt_memory_needed(s->model, options, &needed);
    check_measured(s, options, expected);
    if (expected == MBT_OK && needed > MOST_MEMORY)
        return;
    bool enough = !s->memory.empty;
    if (flags & 1 && expected == MBT_OK && options->threads != 0) {
        enough = give_memory(options, needed, &s->memory, in);
        expected = flags & 4 ? MBT_ERROR_ARGUMENT : MBT_OK; /* a block and an allocator */
        FUZZ_CHECK(mbt_memory_needed(s->model, options, &needed) == expected);
    }
    if (flags & 2) {
        s->watcher.calls_left = fuzz_byte(in);
        s->watcher.meddles = flags & 8;
        options->progress = watch;
        options->progress_cookie = s;
    }
    if (expected == MBT_OK)
        expected = !mbt_isa_available(options->isa) ? MBT_ERROR_ISA : enough ? MBT_OK : MBT_ERROR_MEMORY;
    const mbt_status status = mbt_open(s->model, options, &s->enhancer);
    FUZZ_CHECK(status == expected && (status == MBT_OK) == (s->enhancer != NULL));
    s->hooked = status == MBT_OK && options->allocate != NULL;
    FUZZ_CHECK(!s->hooked || s->memory.size == needed + ALIGN - 1);
    FUZZ_CHECK(s->hooked || s->memory.empty || s->memory.allocations == s->memory.releases);
}

/* What changes the sound. Options that are out of their ranges, for the highest kinds. */
static bool take_effects(mbt_options *options, uint8_t kind)
{
    static const float limits[] = {0, 12, 0, 200}, shares[] = {0, 0.25f, 0, 1};
    options->limit = limits[kind % 4];
    options->dry = shares[kind / 4 % 4];
    options->spread = kind / 16 % 2;
    if (kind < 248)
        return false;
    options->reserved[0] = kind == 255;
    options->limit = kind == 254 ? NAN : kind == 253 ? -1 : kind == 252 ? INFINITY : 0;
    options->dry = kind == 251 ? NAN : kind == 250 ? -FLT_TRUE_MIN : kind == 249 ? 1.5f : 0;
    options->spread = kind == 248 ? 2 : 0;
    return true;
}

void fuzz_call_open(fuzz_player *p)
{
    fuzz_input *in = &p->input;
    fuzz_session *s = fuzz_choose_session(p);
    fuzz_close_session(s);
    s->model = fuzz_models[fuzz_byte(in) % FUZZ_MODELS];
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = take_length(in);
    options.window = take_window(in);
    options.overlap = take_overlap(in);
    options.threads = take_threads(in);
    options.isa = take_isa(in);
    s->refused = take_effects(&options, fuzz_byte(in));
    s->limit = options.limit;
    s->dry = options.dry;
    s->max_samples = options.max_samples;
    open_with(s, &options, in);
    if (s->enhancer == NULL)
        fuzz_close_session(s);
}

void fuzz_call_close(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    if (fuzz_byte(&p->input) % 2) /* else in the middle of the stream */
        fuzz_check_stream(p, s);
    fuzz_close_session(s);
}

void fuzz_close_session(fuzz_session *s)
{
    mbt_close(s->enhancer);
    FUZZ_CHECK(!s->hooked || (s->memory.allocations == 1 && s->memory.releases == 1));
    free_block(&s->memory);
    *s = (fuzz_session){0};
}

void fuzz_check_session(const fuzz_session *s)
{
    FUZZ_CHECK(!s->hooked || (s->memory.allocations == 1 && s->memory.releases == 0));
    FUZZ_CHECK(mbt_latency(s->enhancer) == (s->enhancer != NULL ? s->window : 0));
    FUZZ_CHECK(mbt_pending(s->enhancer) == s->stream.pushed - s->stream.pulled);
}
