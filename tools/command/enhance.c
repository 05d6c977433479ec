/* enhance.c: the subcommand that removes the noise from a recording. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/enhance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/stream_path.h"
#include "common/text.h"
#include "runtime/enhancer.h"
#include "tools/audio/format.h"
#include "tools/audio/recording.h"
#include "tools/audio/resample.h"
#include "tools/audio/writer.h"
#include "tools/base/message.h"
#include "tools/base/model_load.h"
#include "tools/base/options.h"
#include "tools/base/result_file.h"
#include "tools/command/enhance_channels.h"
#include "tools/command/enhance_folder.h"
#include "tools/command/enhance_request.h"
#include "tools/command/interrupt.h"
#include "tools/command/progress.h"

/* Samples that are read at a time. A pipe may give fewer. */
enum { BLOCK_SAMPLES = 65536 };

static bool write_block(void *writer, const float *samples, size_t frames)
{
    return mbt_writer_write(writer, samples, frames);
}

/* Reads, enhances and writes block by block, until the input ends. */
static bool enhance_blocks(mbt_channels *channels, mbt_recording *recording)
{
    size_t width = (size_t)recording->info.channels, most = BLOCK_SAMPLES / width > 0 ? BLOCK_SAMPLES / width : 1,
           frames;
    float *block = malloc(most * width * sizeof *block);
    if (block == NULL)
        return mbt_complain("%s: out of memory for %zu channel%s", recording->path, width, mbt_plural(width));
    bool good;
    do {
        good = mbt_recording_next(recording, block, most, &frames) &&
               (frames > 0 ? mbt_channels_put(channels, block, frames) : mbt_channels_finish(channels));
    } while (good && frames > 0);
    free(block);
    return good;
}

/* Whether it ends by itself. */
static bool is_file(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

/* Whoever sends samples through a pipe and waits for the result wants to know for how long. */
static void print_latency(const mbt_enhance_request *r, const mbt_loaded_model *loaded, const mbt_recording *recording,
                          const mbt_channels *channels)
{
    const size_t latency = mbt_channels_latency(channels);
    char line[4096];
    snprintf(line, sizeof line, "%s: model %s%s, latency %zu samples, %.1f ms%s", recording->path, r->model,
             r->live_by_default ? " (the default for --raw through pipes)" : "", latency,
             1e3 * (double)latency / recording->info.samplerate, loaded->info.causal ? "" : ": a window");
    mbt_make_printable(line);
    fprintf(stderr, "%s\n", line);
}

static bool enhance_recording(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_recording *recording,
                              mbt_writer *writer)
{
    mbt_progress_bar bar;
    mbt_progress_bar_begin(&bar, r->quiet || r->no_bar);
    mbt_channels_format format = {
        .path = recording->path,
        .rate = (uint32_t)recording->info.samplerate,
        .channels = (size_t)recording->info.channels,
        .frames = mbt_recording_length(recording),
        .emit = write_block,
        .cookie = writer,
        .bar = &bar,
    };
    mbt_channels *channels = mbt_channels_open(r, loaded, &format);
    if (channels != NULL && r->out_stream && !r->quiet && !is_file(recording->fd))
        print_latency(r, loaded, recording, channels);
    bool done = channels != NULL && enhance_blocks(channels, recording);
    mbt_channels_close(channels);
    mbt_progress_bar_end(&bar);
    if (done)
        mbt_recording_warn_if_cut(recording);
    return done;
}

/* Ignores SIGPIPE and SIGXFSZ: a reader that went away, or a file above the size limit, is then a failed write, which
 * prints an error line. */
static bool enhance_to_pipe(const mbt_enhance_request *r, const mbt_loaded_model *loaded, int out,
                            mbt_recording *recording)
{
    mbt_writer writer;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    const char *name = mbt_is_dash(r->out) ? mbt_stdout_name : r->out;
    bool done = mbt_writer_open_stream(&writer, out, name, recording, r->raw, r->format) &&
                enhance_recording(r, loaded, recording, &writer);
    if (done) {
        mbt_writer_warn_if_left(&writer);
        mbt_writer_warn_if_clipped(&writer);
    }
    mbt_writer_close(&writer);
    return done;
}

/* Creates the output before the work, so that a file that cannot be written is known at once. */
static bool enhance_to_file(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_recording *recording)
{
    SF_INFO format;
    mbt_output_file output;
    mbt_writer writer;
    if (!mbt_choose_format(&recording->info, r->out, r->format, &format) ||
        !mbt_check_size(mbt_recording_length(recording), &format, r->out) || !mbt_result_create(&output, r->out))
        return false;
    bool done = false;
    if (mbt_writer_open(&writer, recording, &format, output.fd, r->out)) {
        done = enhance_recording(r, loaded, recording, &writer) && mbt_writer_finish(&writer) &&
               mbt_recording_is_unchanged(recording) && mbt_result_commit(&output, r->out);
        if (done) {
            mbt_writer_warn_if_left(&writer);
            mbt_writer_warn_if_clipped(&writer);
        }
        mbt_writer_close(&writer);
    }
    mbt_output_discard(&output);
    return done;
}

/* Prints on standard error where the samples go to a stream, which may be standard output. */
static void print_factor(const mbt_enhance_request *r, const mbt_recording *recording, double taken)
{
    FILE *to = r->out_stream ? stderr : stdout;
    double audio = (double)recording->frames / recording->info.samplerate;
    char name[4096];
    snprintf(name, sizeof name, "%s", r->out_stream ? recording->path : r->out);
    mbt_make_printable(name);
    fprintf(to, "%s: %.2f s of audio", name, audio);
    if (recording->info.channels > 1)
        fprintf(to, " in %d channels", recording->info.channels);
    fprintf(to, ", %.2f s taken", taken);
    if (recording->frames > 0)
        fprintf(to, ", real-time factor %.3f", taken / audio);
    fputc('\n', to);
}

static bool let_signals_end(int input)
{
    return is_file(input) || mbt_interrupt_ends_input();
}

static bool open_input(const mbt_enhance_request *r, uint32_t model_rate, mbt_recording *recording)
{
    const mbt_raw_layout raw = {r->raw, r->channels > 0 ? r->channels : 1, r->rate > 0 ? r->rate : model_rate};
    if (!r->in_stream)
        return mbt_recording_open(recording, r->in);
    if (mbt_is_dash(r->in))
        return let_signals_end(STDIN_FILENO) && mbt_recording_open_stdin(recording, &raw);
    const int fd = mbt_open_stream_path(r->in, O_RDONLY);
    if (fd < 0)
        return mbt_complain("%s: %s", r->in, strerror(errno));
    return let_signals_end(fd) && mbt_recording_open_stream(recording, fd, r->in, &raw);
}

/* Opens OUT, a stream. It may be standard output, so that what is printed goes to standard error from now on. Returns a
 * descriptor; on failure prints one error line and returns -1. */
static int open_output(const mbt_enhance_request *r)
{
    if (mbt_is_dash(r->out))
        return mbt_keep_stdout();
    const int fd = mbt_open_stream_path(r->out, O_WRONLY);
    if (fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        mbt_complain("%s: %s", r->out, strerror(errno));
        return -1;
    }
    return fd;
}

static bool enhance_file(const mbt_enhance_request *r, const mbt_loaded_model *loaded)
{
    double start = mbt_seconds();
    mbt_recording recording;
    uint32_t model_rate = loaded->info.sample_rate;
    int out = r->out_stream ? open_output(r) : -1; /* closed when the process ends */
    if ((r->out_stream && out < 0) || !open_input(r, model_rate, &recording))
        return false;
    uint32_t rate = (uint32_t)recording.info.samplerate;
    bool done =
        mbt_can_resample(rate, model_rate) ||
        mbt_complain("%s: its rate of %u Hz is too far from the model's %u Hz", recording.path, rate, model_rate);
    done = done && (out >= 0 ? enhance_to_pipe(r, loaded, out, &recording) : enhance_to_file(r, loaded, &recording));
    if (done && recording.frames == 0)
        mbt_complain("warning: %s: there are no samples in it", recording.path);
    if (done && !r->quiet)
        print_factor(r, &recording, mbt_seconds() - start);
    mbt_recording_close(&recording);
    return done;
}

/* Finds whether IN is a folder, and whether the other arguments fit that. Returns an exit code; MBT_EXIT_OK: go on. */
static int check_folder(const mbt_enhance_request *r, bool *folder)
{
    struct stat about;
    bool exists = !r->in_stream && stat(r->in, &about) == 0;
    *folder = exists && S_ISDIR(about.st_mode);
    if (*folder && r->out_stream)
        return mbt_usage_error("enhance", "%s is a folder, and '%s' takes one recording", r->in, r->out);
    if (*folder || (r->jobs == 0 && !r->resume))
        return MBT_EXIT_OK;
    if (!exists && !r->in_stream) {
        mbt_complain("%s: %s", r->in, strerror(errno));
        return MBT_EXIT_FAILED;
    }
    return mbt_usage_error("enhance", "--jobs and --resume are for folders, and %s is none", r->in);
}

/* Samples that come through a pipe without a header and go on in one are live: somebody waits for them. */
static void choose_model(mbt_enhance_request *r)
{
    struct stat about;
    if (r->model != NULL)
        return;
    const bool pipes = r->in_stream && r->out_stream && r->raw != MBT_FORMAT_AS_INPUT;
    const bool live = pipes && !mbt_wants_windows(r) && mbt_model_live() != NULL &&
                      (mbt_is_dash(r->in) ? fstat(STDIN_FILENO, &about) : stat(r->in, &about)) == 0 &&
                      !S_ISREG(about.st_mode);
    r->live_by_default = live;
    r->model = live ? MBT_LIVE_MODEL_NAME : MBT_DEFAULT_MODEL_NAME;
}

/* Checks that the model goes with the other options, and that the window, the model's by default, has room for the
 * overlap. Returns an exit code as above. */
static int check_model(const mbt_enhance_request *r, const mbt_loaded_model *loaded)
{
    if (loaded->info.causal && mbt_wants_windows(r)) {
        return mbt_usage_error("enhance",
                               "--window and --overlap are for models that see a recording window by window, "
                               "and '%s' is causal: it has none",
                               r->model);
    }
    mbt_options options;
    mbt_enhance_set_options(r, loaded->info.sample_rate, &options);
    const mbt_status status = mbt_options_check(&options, loaded->model);
    if (status == MBT_OK)
        return MBT_EXIT_OK;
    return mbt_usage_error("enhance", status == MBT_ERROR_TOO_LONG ? "--window is more than memory can hold"
                                                                   : "--overlap is more than half of the window");
}

int mbt_command_enhance(int argc, char **argv)
{
    mbt_enhance_request r;
    int code = mbt_enhance_parse(argc, argv, &r);
    if (code != MBT_EXIT_OK)
        return code;
    if (r.help) {
        mbt_enhance_print_help();
        return MBT_EXIT_OK;
    }
    bool folder;
    code = check_folder(&r, &folder);
    if (code != MBT_EXIT_OK)
        return code;
    mbt_loaded_model loaded;
    choose_model(&r);
    if (!mbt_choose_isa(r.isa, &r.isa) || !mbt_model_load(r.model, &loaded))
        return MBT_EXIT_FAILED;
    code = check_model(&r, &loaded);
    if (code == MBT_EXIT_OK) {
        code = folder                      ? mbt_enhance_folder(&r, &loaded, enhance_file)
               : enhance_file(&r, &loaded) ? MBT_EXIT_OK
                                           : MBT_EXIT_FAILED;
    }
    mbt_model_unload(&loaded);
    return code;
}
