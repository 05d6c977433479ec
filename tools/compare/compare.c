/* compare.c: the subcommand that measures how far recordings are from others. */
#define _POSIX_C_SOURCE 200809L

#include "tools/compare/compare.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/audio/recording.h"
#include "tools/base/message.h"
#include "tools/base/options.h"
#include "tools/compare/lag.h"

/* The recordings of a comparison; the last only with --clean. */
enum { A = 0, B, CLEAN, RECORDINGS };

typedef struct request {
    const char *a, *b, *clean;
    bool json, help;
} request;

static void print_help(void)
{
    puts("Usage: mambattention compare [OPTION]... A B\n"
         "Measures how far the recording B is from A, which is the reference.\n"
         "\n"
         "A and B are files, or folders: recordings in them belong together if their path within the folder is\n"
         "the same, the extension aside. They must agree in sample rate, channels and length.\n"
         "\n"
         "Options:\n"
         "  --clean C   also measure A and B against the clean recording (or folder) C, and the difference B - A\n"
         "  --json      print one JSON document in place of a table\n"
         "  -h, --help  show this help\n"
         "\n"
         "Measures; more is better, but for LSD:\n"
         "  SNR         signal-to-noise ratio of the waveform, in dB\n"
         "  SI-SDR      the same, whatever the level (Le Roux et al. 2019), in dB, without the mean\n"
         "  segSNR      mean SNR of frames of 30 ms, each within -10 and 35 dB (Hansen and Pellom 1998)\n"
         "  STOI        short-time objective intelligibility (Taal et al. 2011), up to 1, at 10 kHz\n"
         "  ESTOI       extended STOI (Jensen and Taal 2016), up to 1\n"
         "  LSD         log-spectral distance in dB, of the uppermost 50 dB\n"
         "\n"
         "If B, or C, is clearly later or earlier than A, a warning names the lag, up to 10 s and half the length.\n"
         "It is where their cross-correlation is largest. All measures take the recordings as they are.\n"
         "\n"
         "n/a stands where a measure has no value: the reference is silent or too short (STOI needs 0.4 s of\n"
         "speech). Means, over channels and files, leave it out. In JSON it is null, and so is inf, which stands\n"
         "for equality.");
}

/* Returns an exit code: MBT_EXIT_OK to go on. */
static int parse_request(int argc, char **argv, request *r)
{
    static const struct option options[] = {
        {"clean", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *r = (request){.a = NULL};
    opterr = 0;
    int found;
    while ((found = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (found) {
        case 'c':
            r->clean = optarg;
            break;
        case 'j':
            r->json = true;
            break;
        case 'h':
            r->help = true;
            return MBT_EXIT_OK;
        default:
            return mbt_option_error("compare", found, argv);
        }
    }
    if (argc - optind < 2)
        return mbt_usage_error("compare", "%s is missing", argc - optind < 1 ? "A" : "B");
    if (argc - optind > 2)
        return mbt_usage_error("compare", "'%s' is one argument too many", argv[optind + 2]);
    r->a = argv[optind];
    r->b = argv[optind + 1];
    return MBT_EXIT_OK;
}

static bool read_whole(mbt_recording *recording)
{
    if (!mbt_recording_read(recording))
        return false;
    mbt_recording_warn_if_cut(recording);
    return recording->frames > 0 || mbt_complain("%s: there are no samples in it", recording->path);
}

/* Whether rate and channels agree, before the samples are read. If not, prints one error line. */
static bool same_kind(const mbt_recording *x, const mbt_recording *reference)
{
    if (x->info.samplerate != reference->info.samplerate) {
        return mbt_complain("%s: its rate is %d Hz, that of %s %d Hz", x->path, x->info.samplerate, reference->path,
                            reference->info.samplerate);
    }
    return x->info.channels == reference->info.channels ||
           mbt_complain("%s: it has %d channel%s, and %s has %d", x->path, x->info.channels,
                        mbt_plural((size_t)x->info.channels), reference->path, reference->info.channels);
}

#define LAG_TEXT 64

/* Finds how much later a recording is than A, over as many frames as both have. If it is later or earlier, text says
 * by how much. */
static bool find_lag(const mbt_recording *a, const mbt_recording *x, ptrdiff_t *lag, char text[LAG_TEXT])
{
    const size_t frames = a->frames < x->frames ? a->frames : x->frames;
    text[0] = '\0';
    if (!mbt_lag_find(a->samples, x->samples, frames, (size_t)a->info.channels, (uint32_t)a->info.samplerate, lag))
        return false;
    const size_t samples = (size_t)(*lag < 0 ? -*lag : *lag);
    if (samples > 0)
        snprintf(text, LAG_TEXT, "%zu sample%s (%.6f s) %s", samples, mbt_plural(samples),
                 (double)samples / a->info.samplerate, *lag < 0 ? "earlier" : "later");
    return true;
}

/* Whether there are as many frames as in A. If not, the error line names the lag too: a recording that was shifted is
 * often longer or shorter for it. */
static bool same_length(const mbt_recording *x, const mbt_recording *a)
{
    char text[LAG_TEXT];
    ptrdiff_t lag;
    if (x->frames == a->frames)
        return true;
    const bool shifted = find_lag(a, x, &lag, text) && lag != 0;
    return mbt_complain("%s: it has %zu frame%s, and %s has %zu%s%s%s", x->path, x->frames, mbt_plural(x->frames),
                        a->path, a->frames, shifted ? "; it is " : "", text, shifted ? " than that" : "");
}

static bool open_all(mbt_recording *recordings, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!mbt_recording_open(&recordings[i], paths[i]) || !same_kind(&recordings[i], &recordings[A]))
            return false;
    for (size_t i = 0; i < count; i++)
        if (!read_whole(&recordings[i]) || !same_length(&recordings[i], &recordings[A]))
            return false;
    return true;
}

/* Begins with one channel of a recording. The only one is used in place; of several it is copied to *own, to be
 * freed. */
static bool begin_channel(const mbt_recording *recording, size_t channel, mbt_metric_signal *signal, float **own)
{
    const size_t channels = (size_t)recording->info.channels;
    const float *samples = recording->samples;
    const char *reason = "out of memory";
    *own = NULL;
    if (channels > 1) {
        *own = malloc(recording->frames * sizeof(float));
        for (size_t i = 0; *own != NULL && i < recording->frames; i++)
            (*own)[i] = samples[i * channels + channel];
        samples = *own;
    }
    return (samples != NULL && mbt_metric_signal_begin(signal, samples, recording->frames,
                                                       (uint32_t)recording->info.samplerate, &reason)) ||
           mbt_complain("%s: channel %zu: %s", recording->path, channel + 1, reason);
}

static bool compare_channel(const mbt_recording *recordings, size_t count, size_t channel, mbt_compare_values values)
{
    mbt_metric_signal signals[RECORDINGS] = {{.samples = NULL}};
    float *own[RECORDINGS] = {NULL};
    bool begun = true;
    for (size_t i = 0; begun && i < count; i++)
        begun = begin_channel(&recordings[i], channel, &signals[i], &own[i]);
    bool done = begun && mbt_metrics(&signals[A], &signals[B], values[MBT_COMPARE_B_TO_A]);
    if (count > CLEAN) {
        done = done && mbt_metrics(&signals[CLEAN], &signals[A], values[MBT_COMPARE_A_TO_CLEAN]) &&
               mbt_metrics(&signals[CLEAN], &signals[B], values[MBT_COMPARE_B_TO_CLEAN]);
    }
    for (size_t i = 0; i < count; i++) {
        mbt_metric_signal_end(&signals[i]);
        free(own[i]);
    }
    return done || (begun && mbt_complain("%s: out of memory", recordings[B].path));
}

/* Means over the channels that have a value. */
static bool compare_channels(const mbt_recording *recordings, size_t count, mbt_compare_values means)
{
    const size_t comparisons = count > CLEAN ? MBT_COMPARE_DIFFERENCE : MBT_COMPARE_A_TO_CLEAN;
    size_t counts[MBT_COMPARISONS][MBT_METRICS] = {{0}};
    for (size_t channel = 0; channel < (size_t)recordings[A].info.channels; channel++) {
        mbt_compare_values values;
        if (!compare_channel(recordings, count, channel, values))
            return false;
        for (size_t c = 0; c < comparisons; c++) {
            for (size_t m = 0; m < MBT_METRICS; m++) {
                if (!isnan(values[c][m])) {
                    const double sum = counts[c][m]++ > 0 ? means[c][m] : 0.0;
                    means[c][m] = sum + values[c][m];
                }
            }
        }
    }
    for (size_t c = 0; c < comparisons; c++)
        for (size_t m = 0; m < MBT_METRICS; m++)
            means[c][m] = counts[c][m] > 0 ? means[c][m] / (double)counts[c][m] : NAN;
    for (size_t m = 0; m < MBT_METRICS && count > CLEAN; m++)
        means[MBT_COMPARE_DIFFERENCE][m] = means[MBT_COMPARE_B_TO_CLEAN][m] - means[MBT_COMPARE_A_TO_CLEAN][m];
    return true;
}

/* Measures take a recording as it is, so that a lag is worth a warning. */
static bool warn_of_lag(const mbt_recording *a, const mbt_recording *x, ptrdiff_t *lag)
{
    char text[LAG_TEXT];
    if (!find_lag(a, x, lag, text))
        return mbt_complain("%s: out of memory", x->path);
    if (*lag != 0)
        mbt_complain("warning: %s: %s than %s, and measured as it is", x->path, text, a->path);
    return true;
}

/* B's lag, and a warning of the clean recording's. */
static bool find_lags(const mbt_recording *recordings, size_t count, ptrdiff_t *lag)
{
    ptrdiff_t clean;
    return warn_of_lag(&recordings[A], &recordings[B], lag) &&
           (count <= CLEAN || warn_of_lag(&recordings[A], &recordings[CLEAN], &clean));
}

static bool compare_item(const mbt_compare_item *item, mbt_compare_result *result)
{
    const char *const paths[RECORDINGS] = {item->a, item->b, item->clean};
    const size_t count = item->clean != NULL ? RECORDINGS : CLEAN;
    mbt_recording recordings[RECORDINGS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    const bool done = open_all(recordings, paths, count) && compare_channels(recordings, count, result->values) &&
                      find_lags(recordings, count, &result->lag);
    result->rate = recordings[A].info.samplerate;
    result->channels = recordings[A].info.channels;
    result->frames = recordings[A].frames;
    for (size_t i = 0; i < count; i++)
        mbt_recording_close(&recordings[i]);
    return done;
}

static int compare(const request *r)
{
    mbt_compare_list list;
    if (!mbt_compare_find(r->a, r->b, r->clean, &list))
        return MBT_EXIT_FAILED;
    mbt_compare_report report;
    mbt_compare_report_begin(&report, &list, r->clean != NULL, r->json);
    size_t failed = list.left_out;
    for (size_t i = 0; i < list.count; i++) {
        mbt_compare_result result;
        if (compare_item(&list.items[i], &result))
            mbt_compare_report_add(&report, &list.items[i], &result);
        else
            failed++;
    }
    const bool printed = mbt_compare_report_end(&report, failed);
    mbt_compare_free(&list);
    return printed && failed == 0 ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}

int mbt_command_compare(int argc, char **argv)
{
    request r;
    const int code = parse_request(argc, argv, &r);
    if (code != MBT_EXIT_OK)
        return code;
    if (r.help) {
        print_help();
        return MBT_EXIT_OK;
    }
    return compare(&r);
}
