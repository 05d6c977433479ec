/* enhance.c: the subcommand that removes the noise from a recording. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio.h"
#include "command.h"
#include "enhance_request.h"
#include "model_load.h"
#include "output_file.h"
#include "progress.h"
#include "resample.h"

/* One channel after the other goes through here. */
typedef struct channel_work {
    mbt_enhancer *enhancer;
    uint32_t rate, model_rate;
    float *channel, *at_model_rate; /* [frames], [model_frames]; the same block if the rates are the same */
    size_t frames, model_frames;
    size_t index, channels;
    mbt_progress_bar *bar;
} channel_work;

static int show_progress(void *cookie, double done)
{
    const channel_work *work = cookie;
    mbt_progress_bar_draw(work->bar, ((double)work->index + done) / (double)work->channels);
    return 0;
}

/* The system hands out memory that it does not have and kills the process when that comes to light: asked before. */
static bool check_memory(const mbt_enhance_request *r, const mbt_model *model, const mbt_options *options,
                         double seconds)
{
    size_t bytes;
    mbt_status status = mbt_memory_needed(model, options, &bytes);
    if (status == MBT_ERROR_ARGUMENT) {
        return mbt_complain("--overlap is more than half of the window");
    }
    if (status != MBT_OK) {
        return mbt_complain_status(status, r->in);
    }
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    double machine = (double)pages * (double)page;
    if (pages > 0 && page > 0 && (double)bytes > machine) {
        return mbt_complain("%s: %.1f s need %.1f GB of memory, and this machine has %.1f GB", r->in, seconds,
                            (double)bytes / 1e9, machine / 1e9);
    }
    return true;
}

static bool open_enhancer(const mbt_enhance_request *r, const mbt_loaded_model *loaded, channel_work *work)
{
    mbt_options options;
    mbt_enhance_set_options(r, work->model_rate, &options);
    options.max_samples = work->model_frames;
    options.progress = show_progress;
    options.progress_cookie = work;
    if (!check_memory(r, loaded->model, &options, (double)work->frames / work->rate)) {
        return false;
    }
    mbt_status status = mbt_open(loaded->model, &options, &work->enhancer);
    return status == MBT_OK || mbt_complain_status(status, status == MBT_ERROR_MODEL ? r->model : r->in);
}

/* The one channel of a mono recording is worked on where it is. */
static bool allocate(const mbt_enhance_request *r, const mbt_recording *recording, channel_work *work)
{
    bool same = work->rate == work->model_rate;
    if (work->model_frames > SIZE_MAX / sizeof(float)) {
        return mbt_complain("%s: too long for this machine's memory", r->in);
    }
    work->channel = work->channels == 1 ? recording->samples : malloc(work->frames * sizeof(float));
    work->at_model_rate = same ? work->channel : malloc(work->model_frames * sizeof(float));
    return (work->channel != NULL && work->at_model_rate != NULL) ||
           mbt_complain("%s: out of memory for %zu frames", r->in, work->frames);
}

/* The bar goes first, so that the message has a line of its own. */
static bool channel_failed(const mbt_enhance_request *r, channel_work *work, const char *what, const char *why)
{
    mbt_progress_bar_end(work->bar);
    return mbt_complain("%s: channel %zu: %s%s", r->in, work->index + 1, what, why);
}

/* From work->channel, back into it. */
static bool enhance_channel(const mbt_enhance_request *r, channel_work *work)
{
    const char *reason = NULL;
    bool same = work->channel == work->at_model_rate;
    if (!same && !mbt_resample(work->channel, work->frames, work->rate, work->at_model_rate, work->model_frames,
                               work->model_rate, &reason)) {
        return channel_failed(r, work, "cannot change the rate: ", reason);
    }
    mbt_status status = mbt_enhance(work->enhancer, work->at_model_rate, work->at_model_rate, work->model_frames);
    if (status != MBT_OK) {
        return channel_failed(r, work, "", mbt_status_string(status));
    }
    if (!same && !mbt_resample(work->at_model_rate, work->model_frames, work->model_rate, work->channel, work->frames,
                               work->rate, &reason)) {
        return channel_failed(r, work, "cannot change the rate back: ", reason);
    }
    for (size_t i = 0; i < work->frames; i++) {
        if (!isfinite(work->channel[i])) {
            return channel_failed(r, work, "the result is beyond the range of float", "");
        }
    }
    return true;
}

static bool enhance_channels(const mbt_enhance_request *r, mbt_recording *recording, channel_work *work)
{
    for (work->index = 0; work->index < work->channels; work->index++) {
        for (size_t i = 0; work->channels > 1 && i < work->frames; i++) {
            work->channel[i] = recording->samples[i * work->channels + work->index];
        }
        if (!enhance_channel(r, work)) {
            return false;
        }
        for (size_t i = 0; work->channels > 1 && i < work->frames; i++) {
            recording->samples[i * work->channels + work->index] = work->channel[i];
        }
    }
    return true;
}

static bool enhance_recording(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_recording *recording)
{
    mbt_progress_bar bar;
    mbt_progress_bar_begin(&bar, r->quiet);
    channel_work work = {
        .rate = (uint32_t)recording->info.samplerate,
        .model_rate = loaded->info.sample_rate,
        .frames = recording->frames,
        .channels = (size_t)recording->info.channels,
        .bar = &bar,
    };
    work.model_frames = mbt_resampled_length(work.frames, work.rate, work.model_rate);
    bool done =
        allocate(r, recording, &work) && open_enhancer(r, loaded, &work) && enhance_channels(r, recording, &work);
    mbt_close(work.enhancer);
    if (work.at_model_rate != work.channel) {
        free(work.at_model_rate);
    }
    if (work.channel != recording->samples) {
        free(work.channel);
    }
    mbt_progress_bar_end(&bar);
    return done;
}

static bool read_and_enhance(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_recording *recording,
                             const SF_INFO *format)
{
    if (!mbt_recording_read(recording) || !mbt_check_size(recording, format, r->out)) {
        return false;
    }
    if (recording->ended_early) {
        mbt_complain("warning: %s: damaged or cut short; the first %zu frames were read", r->in, recording->frames);
    }
    return recording->frames == 0 || enhance_recording(r, loaded, recording);
}

/* The output is begun before the work, so that what cannot be written is known at once. */
static bool write_enhanced(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_recording *recording,
                           const SF_INFO *format)
{
    mbt_output_file output;
    if (!mbt_output_create(&output, r->out)) {
        return false;
    }
    bool done = false;
    SNDFILE *writer = mbt_writer_open(recording, format, output.fd, r->out);
    if (writer != NULL && read_and_enhance(r, loaded, recording, format)) {
        done = mbt_writer_finish(writer, recording, format, output.fd, r->out) && mbt_output_commit(&output);
    } else if (writer != NULL) {
        sf_close(writer);
    }
    mbt_output_discard(&output);
    return done;
}

static void print_factor(const mbt_enhance_request *r, const mbt_recording *recording, double taken)
{
    double audio = (double)recording->frames / recording->info.samplerate;
    printf("%s: %.2f s of audio", r->out, audio);
    if (recording->info.channels > 1) {
        printf(" in %d channels", recording->info.channels);
    }
    printf(", %.2f s taken", taken);
    if (recording->frames > 0) {
        printf(", real-time factor %.3f", taken / audio);
    }
    putchar('\n');
}

static bool enhance_file(const mbt_enhance_request *r, const mbt_loaded_model *loaded)
{
    double start = mbt_seconds();
    mbt_recording recording;
    SF_INFO format;
    if (!mbt_recording_open(&recording, r->in)) {
        return false;
    }
    uint32_t rate = (uint32_t)recording.info.samplerate, model_rate = loaded->info.sample_rate;
    bool done = (mbt_can_resample(rate, model_rate) ||
                 mbt_complain("%s: its rate of %u Hz is too far from the model's %u Hz", r->in, rate, model_rate)) &&
                mbt_choose_format(&recording.info, r->out, r->format, &format) &&
                write_enhanced(r, loaded, &recording, &format);
    if (done && recording.frames == 0) {
        mbt_complain("warning: %s: there are no samples in it", r->in);
    }
    if (done && !r->quiet) {
        print_factor(r, &recording, mbt_seconds() - start);
    }
    mbt_recording_close(&recording);
    return done;
}

int mbt_command_enhance(int argc, char **argv)
{
    mbt_enhance_request r;
    int code = mbt_enhance_parse(argc, argv, &r);
    if (code != MBT_EXIT_OK) {
        return code;
    }
    if (r.help) {
        mbt_enhance_print_help();
        return MBT_EXIT_OK;
    }
    mbt_loaded_model loaded;
    if (!mbt_choose_isa(r.isa, &r.isa) || !mbt_model_load(r.model, &loaded)) {
        return MBT_EXIT_FAILED;
    }
    bool done = enhance_file(&r, &loaded);
    mbt_model_unload(&loaded);
    return done ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}
