/* enhance_channels.c: recordings of any length and rate, channel by channel through one enhancer.
 * Each channel goes from the input's rate to the model's, through windows, and back to the input's rate. All channels
 * advance together, so that every stage takes as many samples of one channel as of the others, and gives as many.
 * With --mix the input waits until its place in the result is reached. It is mixed in here and not by the library, so
 * that it keeps what lies above the model's frequencies. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/enhance_channels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/mix.h"
#include "runtime/enhancer.h"
#include "runtime/signal/windows.h"
#include "tools/audio/fifo.h"
#include "tools/audio/resample.h"
#include "tools/base/message.h"

enum { BLOCK = 4096 };

typedef struct channel_state {
    mbt_resampler *to_model, *back;
    mbt_windows windows;
    void *memory;                                    /* of the windows */
    float in[BLOCK], resampled[BLOCK], clean[BLOCK]; /* at the input's rate; at the model's; enhanced */
} channel_state;

struct mbt_channels {
    mbt_channels_format format;
    mbt_enhancer *enhancer;
    size_t window, overlap, longest; /* samples; longest: the recording's length, 0 if unknown */
    uint64_t taken, given;           /* frames */
    size_t windows_done, windows_all;
    channel_state *channel;       /* [format.channels] */
    float block[BLOCK], *emitted; /* of a channel; [BLOCK][format.channels] */
    float dry;                    /* share of the input in the result */
    mbt_fifo input;               /* frames that were taken and not yet given; empty if dry is 0 */
};

static int show_progress(void *cookie, double done)
{
    const mbt_channels *c = cookie;
    if (c->windows_all > 0)
        mbt_progress_bar_draw(c->format.bar, ((double)c->windows_done + done) / (double)c->windows_all);
    return 0;
}

/* Linux grants memory that it does not have, and kills a process that uses it. So the need of all jobs together is
 * compared with the machine's memory first. */
static bool check_memory(const mbt_channels *c, unsigned jobs, double bytes, double seconds)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    double machine = (double)pages * (double)page;
    if (pages <= 0 || page <= 0 || bytes * jobs <= machine)
        return true;
    char times[64] = "";
    if (jobs > 1)
        snprintf(times, sizeof times, ", %u jobs need %.1f GB", jobs, bytes * jobs / 1e9);
    return mbt_complain("%s: a window of %.1f s needs %.1f GB of memory%s, and this machine has %.1f GB",
                        c->format.path, seconds, bytes / 1e9, times, machine / 1e9);
}

/* Of the input that waits to be mixed in, about a window of it. */
static double waiting_bytes(const mbt_channels *c, double seconds)
{
    return c->dry > 0 ? 2 * seconds * c->format.rate * (double)c->format.channels * sizeof(float) : 0;
}

/* The most samples that a window holds. */
static size_t window_samples(const mbt_channels *c)
{
    return c->longest > 0 && c->longest < c->window ? c->longest : c->window;
}

static void plan_windows(const mbt_channels *c, mbt_windows *windows, mbt_arena *arena)
{
    float *result = mbt_arena_floats(arena, window_samples(c));
    mbt_windows_plan(windows, c->window, c->overlap, c->longest, result, arena);
}

static bool open_enhancer(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_options *options,
                          mbt_channels *c)
{
    mbt_windows windows;
    mbt_arena counted = {0};
    plan_windows(c, &windows, &counted);
    size_t bytes;
    mbt_status status = mbt_memory_needed(loaded->model, options, &bytes);
    if (status == MBT_OK) {
        const double seconds = (double)window_samples(c) / loaded->info.sample_rate;
        double all = (double)bytes + (double)counted.peak * (double)c->format.channels + waiting_bytes(c, seconds);
        if (!check_memory(c, r->jobs > 1 ? r->jobs : 1, all, seconds))
            return false;
        status = mbt_open(loaded->model, options, &c->enhancer);
    }
    return status == MBT_OK || mbt_complain_status(status, status == MBT_ERROR_MODEL ? r->model : c->format.path);
}

/* The enhancer gets one window after the other, each as if it were a whole recording. */
static void set_options(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_options *options,
                        mbt_channels *c)
{
    mbt_enhance_set_options(r, loaded->info.sample_rate, options);
    mbt_options_windows(options, loaded->model, &c->window, &c->overlap);
    options->window = c->window;
    options->overlap = MBT_OVERLAP_NONE;
    options->max_samples = window_samples(c);
    options->progress = show_progress;
    options->progress_cookie = c;
}

/* Wipes the bar away first, so that the message has a line of its own. Returns false. */
static bool out_of_memory(const mbt_channels_format *format)
{
    mbt_progress_bar_end(format->bar);
    return mbt_complain("%s: out of memory for %zu channel%s", format->path, format->channels,
                        mbt_plural(format->channels));
}

static bool open_channel(mbt_channels *c, channel_state *channel, uint32_t model_rate)
{
    const char *reason = "out of memory";
    channel->to_model = mbt_resampler_open(c->format.rate, model_rate, &reason);
    channel->back = channel->to_model != NULL ? mbt_resampler_open(model_rate, c->format.rate, &reason) : NULL;
    if (channel->back == NULL)
        return mbt_complain("%s: cannot change the rate: %s", c->format.path, reason);
    mbt_arena arena = {0};
    plan_windows(c, &channel->windows, &arena);
    channel->memory = arena.overflow ? NULL : aligned_alloc(MBT_ARENA_ALIGN, arena.peak);
    if (channel->memory == NULL)
        return out_of_memory(&c->format);
    arena = (mbt_arena){.base = channel->memory};
    plan_windows(c, &channel->windows, &arena);
    return true;
}

mbt_channels *mbt_channels_open(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                                const mbt_channels_format *format)
{
    mbt_channels *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->format = *format;
        c->dry = (float)(1 - request->mix);
        c->longest = mbt_resampled_length(format->frames, format->rate, loaded->info.sample_rate);
        c->channel = calloc(format->channels, sizeof *c->channel);
        c->emitted = malloc(format->channels * BLOCK * sizeof *c->emitted);
    }
    if (c == NULL || c->channel == NULL || c->emitted == NULL) {
        out_of_memory(format);
        mbt_channels_close(c);
        return NULL;
    }
    mbt_options options;
    set_options(request, loaded, &options, c);
    bool good = open_enhancer(request, loaded, &options, c);
    for (size_t i = 0; good && i < format->channels; i++)
        good = open_channel(c, &c->channel[i], loaded->info.sample_rate);
    if (!good) {
        mbt_channels_close(c);
        return NULL;
    }
    c->windows_all = mbt_windows_count(&c->channel[0].windows, c->longest) * format->channels;
    return c;
}

void mbt_channels_close(mbt_channels *channels)
{
    mbt_channels *c = channels;
    if (c == NULL)
        return;
    for (size_t i = 0; c->channel != NULL && i < c->format.channels; i++) {
        mbt_resampler_close(c->channel[i].to_model);
        mbt_resampler_close(c->channel[i].back);
        free(c->channel[i].memory);
    }
    mbt_close(c->enhancer);
    free(c->channel);
    free(c->emitted);
    mbt_fifo_free(&c->input);
    free(c);
}

/* Wipes the bar away first, as above. Returns false. */
static bool complain_of_channel(const mbt_channels *c, size_t index, const char *what, const char *why)
{
    mbt_progress_bar_end(c->format.bar);
    return mbt_complain("%s: channel %zu: %s%s", c->format.path, index + 1, what, why);
}

/* Copies c->block to channel `index` of c->emitted. */
static bool interleave(mbt_channels *c, size_t index, size_t frames)
{
    for (size_t i = 0; i < frames; i++) {
        if (!isfinite(c->block[i]))
            return complain_of_channel(c, index, "the result is beyond the range of float", "");
        c->emitted[i * c->format.channels + index] = c->block[i];
    }
    return true;
}

/* Mixes the input into c->emitted. */
static void mix_in(mbt_channels *c, size_t frames)
{
    const size_t count = frames * c->format.channels;
    const float *input = mbt_fifo_take(&c->input, count);
    for (size_t i = 0; i < count; i++)
        c->emitted[i] = mbt_mix(c->emitted[i], input[i], c->dry);
}

/* Emits `count` enhanced samples of every channel, at the input's rate. With count 0, at the end, emits what the
 * resamplers hold back, until as many frames have come out as went in. */
static bool emit(mbt_channels *c, size_t count)
{
    size_t done = 0, used = 0, made = 0;
    const char *reason;
    do {
        for (size_t k = 0; k < c->format.channels; k++) {
            const float *clean = c->channel[k].clean + done;
            if (!mbt_resampler_run(c->channel[k].back, clean, count - done, &used, c->block, BLOCK, &made, &reason))
                return complain_of_channel(c, k, "cannot change the rate back: ", reason);
            made = made < c->taken - c->given ? made : (size_t)(c->taken - c->given);
            if (!interleave(c, k, made))
                return false;
        }
        if (c->dry > 0)
            mix_in(c, made);
        if (made > 0 && !c->format.emit(c->format.cookie, c->emitted, made))
            return false;
        done += used;
        c->given += made;
    } while (count > 0 ? done < count : made > 0 && c->given < c->taken);
    return true;
}

static mbt_status enhance_window(void *cookie, const float *in, float *out, size_t samples)
{
    mbt_channels *c = cookie;
    const mbt_status status = mbt_enhance(c->enhancer, in, out, samples);
    c->windows_done++;
    return status;
}

/* Emits all that the windows have ready. */
static bool emit_ready(mbt_channels *c)
{
    size_t count = 0;
    do {
        for (size_t k = 0; k < c->format.channels; k++) {
            channel_state *channel = &c->channel[k];
            mbt_status status = mbt_windows_get(&channel->windows, enhance_window, c, channel->clean, BLOCK, &count);
            if (status != MBT_OK)
                return complain_of_channel(c, k, "", mbt_reason(status));
        }
        if (count > 0 && !emit(c, count))
            return false;
    } while (count == BLOCK);
    return true;
}

/* Puts channel->resampled[0 .. count - 1] into the windows. */
static bool fill_windows(mbt_channels *c, size_t count)
{
    size_t done = 0, taken = 0;
    while (done < count) {
        for (size_t k = 0; k < c->format.channels; k++)
            taken = mbt_windows_put(&c->channel[k].windows, c->channel[k].resampled + done, count - done);
        done += taken;
        if (!emit_ready(c))
            return false;
    }
    return true;
}

/* Whether the library takes them: at another rate a recording may be louder. */
static bool are_sound(const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(samples[i]) <= MBT_LARGEST_SAMPLE))
            return false;
    return true;
}

/* Puts channel->in[0 .. count - 1] into the windows, at the model's rate. With count 0, at the end, puts in what the
 * resamplers hold back. */
static bool to_model_rate(mbt_channels *c, size_t count)
{
    size_t done = 0, used = 0, made = 0;
    const char *reason;
    do {
        for (size_t k = 0; k < c->format.channels; k++) {
            channel_state *channel = &c->channel[k];
            if (!mbt_resampler_run(channel->to_model, channel->in + done, count - done, &used, channel->resampled,
                                   BLOCK, &made, &reason))
                return complain_of_channel(c, k, "cannot change the rate: ", reason);
            if (!are_sound(channel->resampled, made))
                return complain_of_channel(c, k, "cannot change the rate: the samples are too large", "");
        }
        if (!fill_windows(c, made))
            return false;
        done += used;
    } while (count > 0 ? done < count : made == BLOCK);
    return true;
}

bool mbt_channels_put(mbt_channels *channels, const float *samples, size_t frames)
{
    const size_t width = channels->format.channels, known = channels->format.frames;
    if (known > 0 && frames > known - channels->taken)
        return mbt_complain("%s: longer than its header says", channels->format.path);
    for (size_t done = 0, count; done < frames; done += count) {
        count = frames - done < BLOCK ? frames - done : BLOCK;
        for (size_t k = 0; k < width; k++)
            for (size_t i = 0; i < count; i++)
                channels->channel[k].in[i] = samples[(done + i) * width + k];
        channels->taken += count;
        if (channels->dry > 0 && !mbt_fifo_put(&channels->input, samples + done * width, count * width))
            return out_of_memory(&channels->format);
        if (!to_model_rate(channels, count))
            return false;
    }
    return true;
}

bool mbt_channels_finish(mbt_channels *channels)
{
    if (channels->taken > 0 && !to_model_rate(channels, 0))
        return false;
    for (size_t k = 0; k < channels->format.channels; k++)
        mbt_windows_finish(&channels->channel[k].windows);
    return emit_ready(channels) && emit(channels, 0);
}
