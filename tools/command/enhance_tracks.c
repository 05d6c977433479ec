/* enhance_tracks.c: one enhancer, which gets the windows of all tracks in turn, so that memory is needed for one window
 * of the network. A causal network has no windows but a state, so that each track has an enhancer of its own; it works
 * at the recording's rate if that can be served, and then keeps what lies above the model's frequencies. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/enhance_tracks.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/callback_sample.h"
#include "runtime/enhancer.h"
#include "runtime/signal/windows.h"
#include "tools/audio/resample.h"
#include "tools/base/message.h"
#include "tools/command/enhance_aligned.h"

typedef enum track_kind {
    WINDOWS,    /* not causal */
    CAUSAL,     /* at the model's rate */
    CAUSAL_HOST /* at the recording's */
} track_kind;

typedef struct track_state {
    mbt_enhancer *causal;
    mbt_aligned *host;
    uint64_t taken; /* samples */
    mbt_windows windows;
    void *memory; /* of the windows */
} track_state;

struct mbt_tracks {
    mbt_tracks_format format;
    track_kind kind;
    uint32_t rate;          /* Hz */
    size_t samples;         /* of each track at that rate, 0 if unknown */
    mbt_enhancer *enhancer; /* of all windows */
    size_t window, overlap; /* samples */
    size_t windows_done, windows_all;
    uint64_t given;     /* samples of all tracks, of a causal network */
    track_state *track; /* [format.count] */
};

static int show_progress(void *cookie, double done)
{
    const mbt_tracks *t = cookie;
    if (t->windows_all > 0)
        mbt_progress_bar_draw(t->format.bar, ((double)t->windows_done + done) / (double)t->windows_all);
    return 0;
}

/* Linux grants memory that it does not have, and kills a process that uses it. So the need of all jobs together is
 * compared with the machine's memory first. */
static bool check_memory(const mbt_tracks *t, const mbt_enhance_request *r, double bytes, const char *what)
{
    const unsigned jobs = r->jobs > 1 ? r->jobs : 1;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    double machine = (double)pages * (double)page;
    if (pages <= 0 || page <= 0 || bytes * jobs <= machine)
        return true;
    char times[64] = "";
    if (jobs > 1)
        snprintf(times, sizeof times, ", %u jobs need %.1f GB", jobs, bytes * jobs / 1e9);
    return mbt_complain("%s: %s %.1f GB of memory%s, and this machine has %.1f GB", t->format.path, what, bytes / 1e9,
                        times, machine / 1e9);
}

/* The most samples that a window holds. */
static size_t window_samples(const mbt_tracks *t)
{
    return t->samples > 0 && t->samples < t->window ? t->samples : t->window;
}

static void plan_windows(const mbt_tracks *t, mbt_windows *windows, mbt_arena *arena)
{
    float *result = mbt_arena_floats(arena, window_samples(t));
    mbt_windows_plan(windows, t->window, t->overlap, t->samples, result, arena);
}

static bool is_open(const mbt_tracks *t, const mbt_enhance_request *r, mbt_status status)
{
    return status == MBT_OK || mbt_complain_status(status, status == MBT_ERROR_MODEL ? r->model : t->format.path);
}

static bool open_enhancer(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_options *options,
                          mbt_tracks *t)
{
    mbt_windows windows;
    mbt_arena counted = {0};
    plan_windows(t, &windows, &counted);
    size_t bytes;
    mbt_status status = mbt_memory_needed(loaded->model, options, &bytes);
    if (status == MBT_OK) {
        const double seconds = (double)window_samples(t) / loaded->info.sample_rate;
        double all = (double)bytes + (double)counted.peak * (double)t->format.count + t->format.waiting * seconds;
        char what[64];
        snprintf(what, sizeof what, "a window of %.1f s needs", seconds);
        if (!check_memory(t, r, all, what))
            return false;
        status = mbt_open(loaded->model, options, &t->enhancer);
    }
    return is_open(t, r, status);
}

/* The enhancer gets one window after the other, each as if it were a whole recording. */
static void set_options(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_options *options,
                        mbt_tracks *t)
{
    mbt_enhance_set_options(r, loaded->info.sample_rate, options);
    mbt_options_windows(options, loaded->model, &t->window, &t->overlap);
    options->window = t->window;
    options->overlap = MBT_OVERLAP_NONE;
    options->max_samples = window_samples(t);
    options->progress = show_progress;
    options->progress_cookie = t;
}

/* Returns false. */
static bool out_of_memory(const mbt_tracks_format *format)
{
    return mbt_complain("%s: out of memory for %zu channel%s", format->path, format->count, mbt_plural(format->count));
}

static void set_rate(mbt_tracks *t, track_kind kind, uint32_t rate)
{
    t->kind = kind;
    t->rate = rate;
    t->samples = mbt_resampled_length(t->format.frames, t->format.rate, rate);
}

static bool open_windows(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_tracks *t)
{
    mbt_options options;
    set_rate(t, WINDOWS, loaded->info.sample_rate);
    set_options(r, loaded, &options, t);
    if (!open_enhancer(r, loaded, &options, t))
        return false;
    for (size_t i = 0; i < t->format.count; i++) {
        track_state *track = &t->track[i];
        mbt_arena arena = {0};
        plan_windows(t, &track->windows, &arena);
        track->memory = arena.overflow ? NULL : aligned_alloc(MBT_ARENA_ALIGN, arena.peak);
        if (track->memory == NULL)
            return out_of_memory(&t->format);
        arena = (mbt_arena){.base = track->memory};
        plan_windows(t, &track->windows, &arena);
    }
    t->windows_all = mbt_windows_count(&t->track[0].windows, t->samples) * t->format.count;
    return true;
}

/* MBT_ERROR_ARGUMENT: the recording's rate cannot be served. */
static mbt_status open_host(const mbt_enhance_request *r, const mbt_loaded_model *loaded, const mbt_options *options,
                            mbt_tracks *t)
{
    mbt_status status = MBT_OK;
    for (size_t i = 0; status == MBT_OK && i < t->format.count; i++)
        status = mbt_aligned_open(loaded->model, options, t->format.rate, r->high_band, &t->track[i].host);
    if (status == MBT_OK)
        set_rate(t, CAUSAL_HOST, t->format.rate);
    return status;
}

static bool open_causal(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_tracks *t)
{
    mbt_options options;
    mbt_enhance_set_options(r, loaded->info.sample_rate, &options);
    size_t bytes;
    mbt_status status = mbt_memory_needed(loaded->model, &options, &bytes);
    if (status == MBT_OK) {
        char what[64];
        snprintf(what, sizeof what, "%zu channel%s", t->format.count, t->format.count == 1 ? " needs" : "s need");
        if (!check_memory(t, r, (double)bytes * (double)t->format.count, what))
            return false;
    }
    set_rate(t, CAUSAL, loaded->info.sample_rate);
    if (status == MBT_OK && t->format.rate != t->rate) {
        status = open_host(r, loaded, &options, t);
        if (status != MBT_ERROR_ARGUMENT)
            return is_open(t, r, status);
        status = MBT_OK;
    }
    for (size_t i = 0; status == MBT_OK && i < t->format.count; i++)
        status = mbt_open(loaded->model, &options, &t->track[i].causal);
    return is_open(t, r, status);
}

mbt_tracks *mbt_tracks_open(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                            const mbt_tracks_format *format)
{
    mbt_tracks *t = calloc(1, sizeof *t);
    track_state *track = calloc(format->count, sizeof *track);
    if (t == NULL || track == NULL) {
        free(t);
        free(track);
        out_of_memory(format);
        return NULL;
    }
    t->format = *format;
    t->track = track;
    if (loaded->info.causal ? open_causal(request, loaded, t) : open_windows(request, loaded, t))
        return t;
    mbt_tracks_close(t);
    return NULL;
}

void mbt_tracks_close(mbt_tracks *tracks)
{
    if (tracks == NULL)
        return;
    for (size_t i = 0; i < tracks->format.count; i++) {
        mbt_close(tracks->track[i].causal);
        mbt_aligned_close(tracks->track[i].host);
        free(tracks->track[i].memory);
    }
    mbt_close(tracks->enhancer);
    free(tracks->track);
    free(tracks);
}

uint32_t mbt_tracks_rate(const mbt_tracks *tracks)
{
    return tracks->rate;
}

size_t mbt_tracks_latency(const mbt_tracks *tracks)
{
    switch (tracks->kind) {
    case CAUSAL:
        return mbt_latency(tracks->track[0].causal);
    case CAUSAL_HOST:
        return mbt_aligned_latency(tracks->track[0].host);
    default:
        return tracks->window;
    }
}

/* Wipes the bar away first, so that the message has a line of its own. */
static bool is_done(const mbt_tracks *t, size_t track, mbt_status status)
{
    if (status == MBT_OK)
        return true;
    mbt_progress_bar_end(t->format.bar);
    return mbt_complain("%s: channel %zu: %s", t->format.path, track + 1, mbt_reason(status));
}

/* At another rate than its own a causal model takes no more than 8 times full scale. */
static bool complain_of_loud(const mbt_tracks *t, size_t track, const float *in, size_t samples)
{
    size_t at = 0;
    while (at + 1 < samples && fabsf(in[at]) <= MBT_LOUDEST_SAMPLE)
        at++;
    const uint64_t frame = t->track[track].taken + at;
    mbt_progress_bar_end(t->format.bar);
    return mbt_complain(
        "%s: channel %zu, %.6f s (frame %llu): the sample is %.9g, and a causal model takes at %u Hz at "
        "most %g",
        t->format.path, track + 1, (double)frame / t->rate, (unsigned long long)frame, (double)in[at], t->rate,
        (double)MBT_LOUDEST_SAMPLE);
}

bool mbt_tracks_put(mbt_tracks *tracks, size_t track, const float *in, size_t samples, size_t *taken)
{
    track_state *state = &tracks->track[track];
    size_t loud = 0;
    mbt_status status = MBT_OK;
    switch (tracks->kind) {
    case CAUSAL:
        status = mbt_push(state->causal, in, samples, taken);
        break;
    case CAUSAL_HOST:
        *taken = mbt_aligned_put(state->host, in, samples, &loud);
        break;
    default:
        *taken = mbt_windows_put(&state->windows, in, samples);
    }
    if (!is_done(tracks, track, status) || (loud > 0 && !complain_of_loud(tracks, track, in, *taken)))
        return false;
    state->taken += *taken;
    return true;
}

bool mbt_tracks_finish(mbt_tracks *tracks)
{
    mbt_status status = MBT_OK;
    for (size_t i = 0; i < tracks->format.count; i++) {
        track_state *state = &tracks->track[i];
        switch (tracks->kind) {
        case CAUSAL:
            status = mbt_flush(state->causal);
            break;
        case CAUSAL_HOST:
            mbt_aligned_finish(state->host);
            break;
        default:
            mbt_windows_finish(&state->windows);
        }
        if (!is_done(tracks, i, status))
            return false;
    }
    return true;
}

static mbt_status enhance_window(void *cookie, const float *in, float *out, size_t samples)
{
    mbt_tracks *t = cookie;
    const mbt_status status = mbt_enhance(t->enhancer, in, out, samples);
    t->windows_done++;
    return status;
}

/* Of a causal stream the library reports no progress. */
static void show_given(mbt_tracks *t, size_t given)
{
    t->given += given;
    if (t->samples > 0)
        mbt_progress_bar_draw(t->format.bar, (double)t->given / ((double)t->samples * (double)t->format.count));
}

bool mbt_tracks_get(mbt_tracks *tracks, size_t track, float *out, size_t room, size_t *given)
{
    track_state *state = &tracks->track[track];
    if (tracks->kind == WINDOWS)
        return is_done(tracks, track, mbt_windows_get(&state->windows, enhance_window, tracks, out, room, given));
    mbt_status status = MBT_OK;
    if (tracks->kind == CAUSAL)
        status = mbt_pull(state->causal, out, room, given);
    else
        *given = mbt_aligned_get(state->host, out, room);
    show_given(tracks, *given);
    return is_done(tracks, track, status);
}
