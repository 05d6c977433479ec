/* stream.c: `bench stream`: an endless recording through mbt_push and mbt_pull. Checks that the memory does not
 * grow, and that the output has the right bits at the right place; measures whether the speed stays the same. Windows
 * are compared with themselves alone, and the samples of a causal model with a twin of the stream. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/stream.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/live/twin.h"
#include "tools/bench/memory.h"
#include "tools/bench/report.h"
#include "tools/bench/speech.h"
#include "tools/bench/soak.h"
#include "tools/base/message.h"
#include "runtime/enhancer.h"
#include "tools/base/model_load.h"

enum {
    MOST_BLOCK = 5000, /* samples pushed or pulled at once */
    CHECK_EVERY = 32,  /* windows: a check takes as long as a window, so checks take 3% of the time */
    DEFAULT_MINUTES = 1,
    QUICK_WINDOWS = 5,
};

/* s, as in the library; but at most a quarter of a window, so that there are samples without a cross-fade to check. */
#define DEFAULT_OVERLAP 0.5

#define PROGRESS_EVERY_NS 30e9

/* How much the memory may grow: a share of it, or so many bytes if that is more, for pages of code that ran late. */
#define MOST_GROWTH 0.01
#define SMALL_GROWTH 262144.0

typedef struct stream {
    const mbt_bench_options *options;
    const mbt_loaded_model *loaded;
    double rate;
    size_t window, overlap, step; /* samples; without windows, these are stretches of time */
    bool causal, ended;           /* the model is; all has been pushed */
    mbt_twin twin;                /* of a causal model's stream */
    mbt_enhancer *enhancer;
    mbt_enhancer *reference; /* enhances single windows, which the stream is compared with, or is the twin's */
    float *block, *in, *out; /* [MOST_BLOCK], [window], [window] */
    float *ring;             /* [ring_size] the last samples that came out, sample i at i % ring_size */
    size_t ring_size, block_size, block_used;
    uint64_t pushed, given, windows; /* samples, samples, windows whose output is complete */
    uint64_t checked;                /* windows compared */
    uint64_t draws;                  /* random numbers drawn so far */
    double begin, next_progress;     /* ns */
    double busy, processor;          /* ns in the stream's calls: by the clock, and of all threads */
    size_t memory_early, memory;     /* bytes: the peak after two windows, and at the end */
    mbt_soak_pace pace, processor_pace;
} stream;

static size_t random_size(stream *s)
{
    return 1 + (size_t)((mbt_bench_noise(s->draws++) + 1) / 2 * MOST_BLOCK);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Enhances the window that begins at `start` and is `size` long on its own, and checks that samples first .. end - 1 of
 * the stream have the same bits. */
static bool check_window(stream *s, uint64_t start, size_t size, uint64_t first, uint64_t end)
{
    mbt_bench_speech(s->in, size, start, s->rate);
    const mbt_status status = mbt_enhance(s->reference, s->in, s->out, size);
    if (status != MBT_OK)
        return mbt_complain_status(status, "stream: a window by itself");
    for (uint64_t i = first; i < end; i++) {
        if (bits_of(s->ring[i % s->ring_size]) != bits_of(s->out[i - start])) {
            return mbt_complain("stream: sample %" PRIu64 " is %.9g; in the window from %" PRIu64
                                " by itself it is %.9g",
                                i, (double)s->ring[i % s->ring_size], start, (double)s->out[i - start]);
        }
    }
    s->checked++;
    return true;
}

/* Checks full window k without its cross-faded parts: it fades out from (k + 1) step on; all but the first fade in. */
static bool check_full_window(stream *s, uint64_t k)
{
    const uint64_t start = k * s->step;
    return check_window(s, start, s->window, k > 0 ? start + s->overlap : 0, start + s->step);
}

/* The size of the last window, which ends with the recording and covers its last `rest` samples: whole overlaps, at
 * least half a window, at most a window. */
static size_t last_window_size(const stream *s, uint64_t rest)
{
    size_t size = s->overlap;
    while (size < rest || 2 * size < s->window)
        size += s->overlap;
    return size < s->window ? size : s->window;
}

/* Checks the last full window, and what follows: the end of that window, or of one more that is shorter. */
static bool check_end(stream *s)
{
    if (s->given <= s->window) {
        s->windows = 1;
        return check_window(s, 0, (size_t)s->given, 0, s->given);
    }
    const uint64_t last = (s->given - s->window) / s->step;
    const uint64_t end = last * s->step + s->window;
    const bool more = s->given > end;
    const size_t size = more ? last_window_size(s, s->given - (last + 1) * s->step) : s->window;
    s->windows = last + 1 + more;
    return check_full_window(s, last) && check_window(s, s->given - size, size, end, s->given);
}

/* Counts a window, and marks the time that all so far have taken. */
static void mark_window(stream *s)
{
    s->windows++;
    const double seconds = (double)(s->windows * s->step) / s->rate;
    mbt_soak_mark(&s->pace, seconds, s->busy);
    mbt_soak_mark(&s->processor_pace, seconds, s->processor);
}

/* Checks a causal model's samples, all of them. */
static bool check_samples(stream *s)
{
    if (!mbt_twin_check(&s->twin, s->ring, s->ring_size, s->pushed, s->given, s->ended))
        return false;
    while ((s->windows + 1) * s->step <= s->given)
        mark_window(s);
    if (s->memory_early == 0 && s->windows > 1)
        s->memory_early = mbt_bench_memory_peak();
    return true;
}

/* Counts the full windows whose output is complete up to the fade into the next one, checks one in CHECK_EVERY, and
 * marks the time. */
static bool check_windows(stream *s)
{
    while (s->windows * s->step + s->window <= s->pushed && (s->windows + 1) * s->step < s->given) {
        if (s->windows % CHECK_EVERY == 0 && !check_full_window(s, s->windows))
            return false;
        mark_window(s);
    }
    if (s->memory_early == 0 && s->windows > 0) /* only now: the second window fills all buffers */
        s->memory_early = mbt_bench_memory_peak();
    return true;
}

static bool check_pending(const stream *s)
{
    return mbt_pending(s->enhancer) == s->pushed - s->given ||
           mbt_complain("stream: %" PRIu64 " samples went in, %" PRIu64 " came out, %zu are said to be in between",
                        s->pushed, s->given, mbt_pending(s->enhancer));
}

static void start_clocks(stream *s)
{
    s->busy -= mbt_bench_now();
    s->processor -= mbt_bench_processor();
}

static void stop_clocks(stream *s)
{
    s->processor += mbt_bench_processor();
    s->busy += mbt_bench_now();
}

/* Pushes as much of the block as fits. */
static bool push(stream *s)
{
    size_t taken;
    start_clocks(s);
    const mbt_status status = mbt_push(s->enhancer, s->block + s->block_used, s->block_size - s->block_used, &taken);
    stop_clocks(s);
    if (status != MBT_OK)
        return mbt_complain_status(status, "stream: push");
    s->block_used += taken;
    s->pushed += taken;
    return check_pending(s);
}

/* Asks for a random number of samples, at least one; *given: how many came. */
static bool pull(stream *s, size_t *given)
{
    float out[MOST_BLOCK];
    const size_t room = random_size(s);
    start_clocks(s);
    const mbt_status status = mbt_pull(s->enhancer, out, room, given);
    stop_clocks(s);
    if (status != MBT_OK)
        return mbt_complain_status(status, "stream: pull");
    for (size_t i = 0; i < *given; i++)
        s->ring[(s->given + i) % s->ring_size] = out[i];
    s->given += *given;
    return check_pending(s) && (s->causal ? check_samples(s) : check_windows(s));
}

static double seconds_pushed(const stream *s)
{
    return (double)s->pushed / s->rate;
}

/* How many samples to push; UINT64_MAX where the time limit alone ends the run. */
static uint64_t find_total(const stream *s)
{
    const mbt_bench_options *o = s->options;
    if (o->hours > 0)
        return (uint64_t)(o->hours * 3600 * s->rate);
    return o->quick ? QUICK_WINDOWS * (uint64_t)s->window : UINT64_MAX;
}

static double find_time_limit(const stream *s, uint64_t total)
{
    const double minutes = s->options->minutes;
    return 60e9 * (minutes > 0 ? minutes : total < UINT64_MAX ? (double)INFINITY : DEFAULT_MINUTES);
}

static void print_progress(stream *s, double now)
{
    if (now - s->begin >= s->next_progress && !s->options->json) {
        printf("%8.0f s of audio in %6.0f s: real-time factor %.4f, %.1f MB, ", seconds_pushed(s),
               (now - s->begin) / 1e9, s->busy / 1e9 / seconds_pushed(s), (double)mbt_bench_memory_peak() / 1e6);
        if (s->causal)
            printf("%" PRIu64 " samples checked\n", s->twin.checked);
        else
            printf("%" PRIu64 " windows, %" PRIu64 " of them checked\n", s->windows, s->checked);
        fflush(stdout);
        s->next_progress += PROGRESS_EVERY_NS;
    }
}

static bool run_stream(stream *s)
{
    const uint64_t total = find_total(s);
    const double limit = find_time_limit(s, total);
    size_t given;
    if (s->causal && !mbt_twin_begin(&s->twin, s->reference, s->rate, s->in, s->out, s->window, total))
        return false;
    s->begin = mbt_bench_now();
    s->next_progress = PROGRESS_EVERY_NS;
    while (s->pushed < total) {
        const double now = mbt_bench_now();
        print_progress(s, now);
        if (s->block_used == s->block_size) {
            if (now - s->begin >= limit)
                break;
            s->block_size = random_size(s);
            s->block_size = total - s->pushed < s->block_size ? (size_t)(total - s->pushed) : s->block_size;
            s->block_used = 0;
            (s->causal ? mbt_bench_talk : mbt_bench_speech)(s->block, s->block_size, s->pushed, s->rate);
        }
        if (!push(s) || !pull(s, &given))
            return false;
    }
    if (mbt_flush(s->enhancer) != MBT_OK)
        return mbt_complain("stream: flush failed");
    s->ended = true;
    do {
        if (!pull(s, &given))
            return false;
    } while (given > 0);
    if (s->given != s->pushed)
        return mbt_complain("stream: %" PRIu64 " samples went in, and %" PRIu64 " came out", s->pushed, s->given);
    if (!s->causal && !check_end(s))
        return false;
    s->memory = mbt_bench_memory_peak();
    s->memory_early = s->memory_early > 0 ? s->memory_early : s->memory;
    return true;
}

static void add_pace(mbt_table *table, const char *part, double busy, double processor)
{
    mbt_table_text(table, "%s", part);
    mbt_table_number(table, busy, 4);
    mbt_table_number(table, processor, 4);
}

/* What was checked. */
static void print_checked(const stream *s)
{
    if (s->causal) {
        printf(
            "%" PRIu64 " samples went in, %.1f s of them digital silence, and as many came out. All %" PRIu64
            " were compared with\nthose of mbt_process in other blocks, and the first %zu with mbt_enhance: the same "
            "bits.\n",
            s->given, (double)s->twin.silent / s->rate, s->twin.checked, s->twin.whole_size);
        return;
    }
    printf("%" PRIu64 " samples went in, and as many came out. %" PRIu64 " window%s, %" PRIu64
           " of them checked: each has its own bits at its own place.\n",
           s->given, s->windows, mbt_plural(s->windows), s->checked);
}

static void print_settings(const stream *s, double wall)
{
    const unsigned threads = s->options->threads[0];
    if (s->causal) {
        printf("%s, hop by hop: %.1f s of audio in %.1f s\n\n", mbt_isa_name(s->options->isas[0]), seconds_pushed(s),
               wall / 1e9);
        return;
    }
    printf("%s, %u %s, windows of %g s that overlap by %g s: %.1f s of audio in %.1f s\n\n",
           mbt_isa_name(s->options->isas[0]), threads, threads == 1 ? "thread" : "threads", (double)s->window / s->rate,
           (double)s->overlap / s->rate, seconds_pushed(s), wall / 1e9);
}

static void print_report(const stream *s, double wall)
{
    mbt_table table;
    print_settings(s, wall);
    mbt_table_begin(&table, "|real-time factor|processor time over audio");
    add_pace(&table, "all", s->busy / 1e9 / seconds_pushed(s), s->processor / 1e9 / seconds_pushed(s));
    add_pace(&table, "first tenth", mbt_soak_first_tenth(&s->pace), mbt_soak_first_tenth(&s->processor_pace));
    add_pace(&table, "last tenth", mbt_soak_last_tenth(&s->pace), mbt_soak_last_tenth(&s->processor_pace));
    mbt_table_print(&table);
    printf("\nMemory: %.1f MB at most after two %s, %.1f MB at the end.\n", (double)s->memory_early / 1e6,
           s->causal ? "stretches of time" : "windows", (double)s->memory / 1e6);
    print_checked(s);
    printf("Times are those of the stream's calls alone; where other processes run, processor time is the one to go "
           "by.\n");
}

static bool print_json(const stream *s, double wall)
{
    cJSON *root = mbt_report_begin("stream");
    cJSON_AddStringToObject(root, "model", s->loaded->info.name);
    cJSON_AddStringToObject(root, "isa", mbt_isa_name(s->options->isas[0]));
    mbt_report_number(root, "threads", s->options->threads[0]);
    if (!s->causal) {
        mbt_report_number(root, "window_seconds", (double)s->window / s->rate);
        mbt_report_number(root, "overlap_seconds", (double)s->overlap / s->rate);
    }
    mbt_report_number(root, "audio_seconds", seconds_pushed(s));
    mbt_report_number(root, "wall_seconds", wall / 1e9);
    mbt_report_number(root, "real_time_factor", s->busy / 1e9 / seconds_pushed(s));
    mbt_report_number(root, "first_tenth", mbt_soak_first_tenth(&s->pace));
    mbt_report_number(root, "last_tenth", mbt_soak_last_tenth(&s->pace));
    mbt_report_number(root, "processor_factor", s->processor / 1e9 / seconds_pushed(s));
    mbt_report_number(root, "processor_first_tenth", mbt_soak_first_tenth(&s->processor_pace));
    mbt_report_number(root, "processor_last_tenth", mbt_soak_last_tenth(&s->processor_pace));
    mbt_report_number(root, "memory_bytes", (double)s->memory_early);
    mbt_report_number(root, "memory_bytes_at_end", (double)s->memory);
    if (s->causal) {
        mbt_report_number(root, "silent_seconds", (double)s->twin.silent / s->rate);
        mbt_report_number(root, "samples_checked", (double)s->twin.checked);
        mbt_report_number(root, "samples_checked_at_once", (double)s->twin.whole_size);
    } else {
        mbt_report_number(root, "windows", (double)s->windows);
        mbt_report_number(root, "windows_checked", (double)s->checked);
    }
    return mbt_report_print(root);
}

static bool print_results(const stream *s)
{
    const double wall = mbt_bench_now() - s->begin;
    if (s->options->json)
        return print_json(s, wall);
    print_report(s, wall);
    return true;
}

static bool check_growth(const stream *s)
{
    const double early = (double)s->memory_early, allowed = early * MOST_GROWTH;
    return (double)s->memory <= early + (allowed > SMALL_GROWTH ? allowed : SMALL_GROWTH) ||
           mbt_complain("stream: memory grew from %.1f MB after two windows to %.1f MB", early / 1e6,
                        (double)s->memory / 1e6);
}

/* Memory that has been written to: it is resident from now on, and does not count as growth later. */
static float *new_samples(size_t count)
{
    float *samples = malloc(count * sizeof *samples);
    for (size_t i = 0; samples != NULL && i < count; i++)
        samples[i] = -1;
    return samples;
}

static bool open_stream(stream *s)
{
    const mbt_model *model = s->loaded->model;
    mbt_options options;
    mbt_options_init(&options);
    options.threads = s->options->threads[0];
    options.isa = s->options->isas[0];
    options.window = (size_t)(s->options->window * s->rate);
    mbt_options_windows(&options, model, &s->window, &s->overlap);
    const size_t standard = (size_t)(DEFAULT_OVERLAP * s->rate), quarter = s->window / 4;
    options.overlap = standard < quarter ? standard : quarter;
    mbt_status status = mbt_open(model, &options, &s->enhancer);
    if (status == MBT_OK)
        status = mbt_open(model, &options, &s->reference);
    if (status != MBT_OK)
        return mbt_complain_status(status, "stream");
    mbt_options_windows(&options, model, &s->window, &s->overlap);
    s->step = s->causal ? s->window : s->window - s->overlap;
    s->ring_size = 2 * s->window + MOST_BLOCK;
    s->block = new_samples(MOST_BLOCK);
    s->in = new_samples(s->window);
    s->out = new_samples(s->window);
    s->ring = new_samples(s->ring_size);
    return (s->block != NULL && s->in != NULL && s->out != NULL && s->ring != NULL) || mbt_complain("out of memory");
}

int mbt_bench_stream(const mbt_bench_options *options)
{
    mbt_loaded_model loaded;
    if (!mbt_model_load(options->model != NULL ? options->model : MBT_DEFAULT_MODEL_NAME, &loaded))
        return MBT_EXIT_FAILED;
    stream s = {
        .options = options, .loaded = &loaded, .rate = loaded.info.sample_rate, .causal = loaded.info.causal != 0};
    if (!options->json)
        printf("model %s\n", loaded.info.name);
    const bool done = open_stream(&s) && run_stream(&s) && print_results(&s) && check_growth(&s);
    mbt_close(s.enhancer);
    mbt_close(s.reference);
    free(s.block);
    free(s.in);
    free(s.out);
    free(s.ring);
    mbt_model_unload(&loaded);
    return done ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}
