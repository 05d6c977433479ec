/* enhance_request.c: the command line of the enhance subcommand. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/enhance_request.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/stream_path.h"
#include "tools/base/message.h"
#include "tools/base/model_load.h"
#include "tools/base/options.h"

#define PAPER_WINDOW 10.0 /* s */
#define LEAST_WINDOW 0.01
#define LEAST_LIMIT 0.1 /* dB */
#define MOST_LIMIT 200.0

enum { MOST_HERTZ = 1000000, MOST_JOBS = 256, MOST_CHANNELS = 1024 /* as in libsndfile */ };

void mbt_enhance_print_help(void)
{
    char isas[MBT_ISA_LIST], extensions[MBT_EXTENSION_LIST];
    mbt_list_isas(isas);
    mbt_list_extensions(extensions);
    printf(
        "Usage: mambattention enhance [OPTION]... IN OUT\n"
        "       mambattention enhance [OPTION]... IN_DIR OUT_DIR\n"
        "Removes the noise from the speech in IN and writes it to OUT, as long and as loud.\n"
        "\n"
        "IN is a WAV, FLAC, Ogg or other file that libsndfile reads, at any rate, with any number of channels\n"
        "(each is enhanced on its own). OUT is in the format that its extension names, else in IN's. It appears\n"
        "when it is done, and may be IN. '-' stands for standard input (WAV, if it is a pipe) and standard output\n"
        "(WAV of unknown length), where what is done appears window by window, or hop by hop with a causal model as\n"
        "live. So do the names of pipes, devices and open descriptors, as /dev/stdout and the shell's <(...) and\n"
        ">(...). The first SIGINT or SIGTERM ends a pipe that is IN, and what came until then is enhanced; a second\n"
        "one stops at once.\n"
        "\n"
        "What else IN holds, as tags, bext, iXML and cue points, goes to OUT as far as it can; a warning names what\n"
        "is left behind.\n"
        "\n"
        "Of a folder every recording is enhanced, in the folders below it too, to the same name in OUT_DIR: files\n"
        "named %s.\n"
        "One that fails does not stop the others; those that failed are listed at the end, and the exit code is 1.\n"
        "\n"
        "Options:\n"
        "  --model NAME   tiny or another that is built in (see info), or FILE.so made from the C that mambac writes.\n"
        "                 live knows only the past: in a pipe each hop of 12.5 ms comes out as soon as it is done. It\n"
        "                 is the default for --raw from a pipe to a pipe without --window; else tiny is\n"
        "  --format F     how samples are stored: s16, s24 or f32; by default as in IN\n"
        "  --raw F        samples at '-' have no header: s16, s24, s32, f32, f64, u8, alaw or ulaw, little-endian\n"
        "  --rate HZ      their rate, if '-' is IN; by default the model's\n"
        "  --channels N   how many channels they have, if '-' is IN; 1 by default\n"
        "  --window W     seconds that the network sees at once, 10 by default, or 'paper': 10 without overlap. What\n"
        "                 is longer is enhanced in windows that are cross-faded; memory is taken for one\n"
        "  --overlap S    seconds that windows overlap, at most half of one; 0.5 by default. live has no windows\n"
        "  --mix M        share of the enhanced sound in the result, 1 by default; the rest is IN, aligned to the\n"
        "                 sample: 0 gives IN itself\n"
        "  --limit DB     decibels that a frequency is attenuated by at most, 0.1 to 200; by default any number\n"
        "  --high-band B  what becomes of the frequencies above the model's, 8 kHz for tiny and live, in sound of a\n"
        "                 higher rate: keep, the default, has them follow the highest of the model's; drop leaves "
        "them\n"
        "                 out\n"
        "  --threads N    1 to 256; 0, the default, stands for one for each core that may be used\n"
        "  --isa NAME     kernels, auto by default; every choice gives the same bits:\n"
        "                 %s\n"
        "  --jobs N       recordings of a folder that are enhanced at a time, 1 by default; they share the cores\n"
        "  --resume       leave what OUT_DIR has already, unless the recording in IN_DIR is newer\n"
        "  -q, --quiet    print nothing but warnings, as of samples that were clipped, and failures\n"
        "  -h, --help     show this help\n"
        "\n"
        "The real-time factor that is printed is the time taken over the length of the recording: below 1 is\n"
        "faster than real time.\n",
        extensions, isas);
}

static bool parse_format(const char *text, mbt_sample_format *format)
{
    *format = mbt_format_named(text);
    if (*format == MBT_FORMAT_S16 || *format == MBT_FORMAT_S24 || *format == MBT_FORMAT_F32)
        return true;
    mbt_usage_error("enhance", "--format takes s16, s24 or f32, not '%s'", text);
    return false;
}

static bool parse_raw(const char *text, mbt_sample_format *format)
{
    *format = mbt_format_named(text);
    if (*format == MBT_FORMAT_AS_INPUT)
        mbt_usage_error("enhance", "--raw takes s16, s24, s32, f32, f64, u8, alaw or ulaw, not '%s'", text);
    return *format != MBT_FORMAT_AS_INPUT;
}

/* A time in seconds, at most a day. */
static bool parse_seconds(const char *option, const char *text, double least, double *seconds)
{
    char *end;
    *seconds = strtod(text, &end);
    if (end != text && *end == '\0' && *seconds >= least && *seconds <= 86400)
        return true;
    mbt_usage_error("enhance", "--%s takes %g to 86400 seconds%s, not '%s'", option, least,
                    least > 0 ? " or 'paper'" : "", text);
    return false;
}

static bool parse_amount(const char *option, const char *text, double least, double most, const char *unit,
                         double *amount)
{
    char *end;
    *amount = strtod(text, &end);
    if (end != text && *end == '\0' && *amount >= least && *amount <= most)
        return true;
    mbt_usage_error("enhance", "--%s takes %g to %g%s, not '%s'", option, least, most, unit, text);
    return false;
}

/* Of several --window the last one counts. */
static bool parse_window(const char *text, mbt_enhance_request *r)
{
    r->window = 0;
    r->paper = strcmp(text, "paper") == 0;
    return r->paper || parse_seconds("window", text, LEAST_WINDOW, &r->window);
}

static bool parse_high_band(const char *text, mbt_enhance_request *r)
{
    const bool keep = strcmp(text, "keep") == 0;
    r->high_band = keep ? MBT_HIGH_BAND_KEEP : MBT_HIGH_BAND_DROP;
    if (keep || strcmp(text, "drop") == 0)
        return true;
    mbt_usage_error("enhance", "--high-band takes keep or drop, not '%s'", text);
    return false;
}

static bool parse_overlap(const char *text, mbt_enhance_request *r)
{
    r->overlap_given = true;
    return parse_seconds("overlap", text, 0, &r->overlap);
}

bool mbt_wants_windows(const mbt_enhance_request *r)
{
    return r->window > 0 || r->paper || r->overlap_given;
}

bool mbt_is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Checks options that need or exclude one another. Returns an exit code. */
static int check_together(const mbt_enhance_request *r)
{
    if (r->paper && r->overlap_given)
        return mbt_usage_error("enhance", "--window paper is without --overlap");
    if (r->raw != MBT_FORMAT_AS_INPUT && !r->in_stream && !r->out_stream)
        return mbt_usage_error("enhance", "--raw is about '-', and neither IN nor OUT is '-' or a pipe");
    if (r->rate != 0 && (r->raw == MBT_FORMAT_AS_INPUT || !r->in_stream))
        return mbt_usage_error("enhance", "--rate is for samples without a header: --raw, and '-' as IN");
    if (r->channels != 0 && (r->raw == MBT_FORMAT_AS_INPUT || !r->in_stream))
        return mbt_usage_error("enhance", "--channels is for samples without a header: --raw, and '-' as IN");
    return MBT_EXIT_OK;
}

int mbt_enhance_parse(int argc, char **argv, mbt_enhance_request *r)
{
    static const struct option options[] = {
        {"model", required_argument, NULL, 'm'},
        {"format", required_argument, NULL, 'f'},
        {"raw", required_argument, NULL, 'r'},
        {"rate", required_argument, NULL, 'R'},
        {"channels", required_argument, NULL, 'c'},
        {"window", required_argument, NULL, 'w'},
        {"overlap", required_argument, NULL, 'o'},
        {"mix", required_argument, NULL, 'M'},
        {"limit", required_argument, NULL, 'l'},
        {"high-band", required_argument, NULL, 'b'},
        {"threads", required_argument, NULL, 't'},
        {"isa", required_argument, NULL, 'i'},
        {"jobs", required_argument, NULL, 'j'},
        {"resume", no_argument, NULL, 'e'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *r = (mbt_enhance_request){.isa = MBT_ISA_AUTO, .mix = 1, .high_band = MBT_HIGH_BAND_KEEP};
    opterr = 0;
    int found;
    while ((found = getopt_long(argc, argv, ":qh", options, NULL)) != -1) {
        bool fine = true;
        switch (found) {
        case 'm':
            r->model = optarg;
            break;
        case 'f':
            fine = parse_format(optarg, &r->format);
            break;
        case 'r':
            fine = parse_raw(optarg, &r->raw);
            break;
        case 'R':
            fine = mbt_parse_number("enhance", "rate", optarg, 1, MOST_HERTZ, &r->rate);
            break;
        case 'c':
            fine = mbt_parse_number("enhance", "channels", optarg, 1, MOST_CHANNELS, &r->channels);
            break;
        case 'w':
            fine = parse_window(optarg, r);
            break;
        case 'o':
            fine = parse_overlap(optarg, r);
            break;
        case 'M':
            fine = parse_amount("mix", optarg, 0, 1, "", &r->mix);
            break;
        case 'l':
            fine = parse_amount("limit", optarg, LEAST_LIMIT, MOST_LIMIT, " dB", &r->limit);
            break;
        case 'b':
            fine = parse_high_band(optarg, r);
            break;
        case 't':
            fine = mbt_parse_threads("enhance", optarg, &r->threads);
            break;
        case 'i':
            fine = mbt_parse_isa("enhance", optarg, &r->isa);
            break;
        case 'j':
            fine = mbt_parse_number("enhance", "jobs", optarg, 1, MOST_JOBS, &r->jobs);
            break;
        case 'e':
            r->resume = true;
            break;
        case 'q':
            r->quiet = true;
            break;
        case 'h':
            r->help = true;
            return MBT_EXIT_OK;
        default:
            return mbt_option_error("enhance", found, argv);
        }
        if (!fine)
            return MBT_EXIT_USAGE;
    }
    if (argc - optind < 2)
        return mbt_usage_error("enhance", "%s is missing", argc - optind < 1 ? "IN" : "OUT");
    if (argc - optind > 2)
        return mbt_usage_error("enhance", "'%s' is one argument too many", argv[optind + 2]);
    r->in = argv[optind];
    r->out = argv[optind + 1];
    if (r->in[0] == '\0' || r->out[0] == '\0')
        return mbt_usage_error("enhance", "%s is empty", r->in[0] == '\0' ? "IN" : "OUT");
    r->in_stream = mbt_is_dash(r->in) || mbt_is_stream_path(r->in);
    r->out_stream = mbt_is_dash(r->out) || mbt_is_stream_path(r->out);
    return check_together(r);
}

static size_t to_samples(double seconds, uint32_t rate)
{
    double samples = seconds * rate + 0.5;
    return samples < (double)(SIZE_MAX / 2) ? (size_t)samples : SIZE_MAX / 2;
}

void mbt_enhance_set_options(const mbt_enhance_request *r, uint32_t rate, mbt_options *options)
{
    mbt_options_init(options);
    options->threads = r->threads;
    options->isa = r->isa;
    options->limit = (float)r->limit;
    if (r->paper) {
        options->window = to_samples(PAPER_WINDOW, rate);
        options->overlap = MBT_OVERLAP_NONE;
    }
    if (r->window > 0)
        options->window = to_samples(r->window, rate);
    if (r->overlap_given) {
        size_t overlap = to_samples(r->overlap, rate);
        options->overlap = overlap > 0 ? overlap : MBT_OVERLAP_NONE;
    }
}
