/* bench.c: the subcommand `bench`: its options and its measurements. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/message.h"
#include "tools/base/options.h"
#include "tools/bench/inputs.h"
#include "tools/bench/kernels/kernels.h"
#include "tools/bench/lists.h"
#include "tools/bench/live/live.h"
#include "tools/bench/machine/machine.h"
#include "tools/bench/network/network.h"
#include "tools/bench/options.h"
#include "tools/bench/stream.h"

typedef struct measurement {
    const char *name;
    int (*run)(const mbt_bench_options *options);
    const char *options; /* the letters, in long_options, of the options that it takes */
    bool every_isa;      /* without --isa it measures all sets that run here, not only the one that the library takes */
    bool single;         /* it takes one set of kernels and one number of threads */
} measurement;

#define MEASUREMENTS_LISTED "machine, kernels, network, inputs, stream or live"

static const measurement measurements[] = {
    {"machine", mbt_bench_machine, "ijQ", true, false},       {"kernels", mbt_bench_kernels, "mfijQs", true, false},
    {"network", mbt_bench_network, "mStirjQs", false, false}, {"inputs", mbt_bench_inputs, "mwtirjQ", false, false},
    {"stream", mbt_bench_stream, "mwtiMHjQ", false, true},    {"live", mbt_bench_live, "mibNjQ", true, false},
};

enum { MEASUREMENTS = sizeof measurements / sizeof measurements[0] };

static void print_help(void)
{
    char isas[MBT_ISA_LIST];
    mbt_list_isas(isas);
    printf(
        "Usage: mambattention bench machine|kernels|network|inputs|stream|live [OPTION]...\n"
        "Measures what a core of this machine can do, and how much of that the kernels and the network reach.\n"
        "\n"
        "machine: the peak of each instruction set: fp32 multiply-adds, int8 dot products, bandwidth.\n"
        "kernels: every kernel at the shapes of the network (C64: published size, C16: tiny). A set that has a\n"
        "         kernel from another in the list is left out there.\n"
        "network: a whole run on a synthetic recording: real-time factor, time by part, by layer and by kind of\n"
        "         kernel, memory, start-up.\n"
        "inputs:  one window of speech, of silence, of denormals and the like, and what each takes over speech.\n"
        "stream:  an endless recording in blocks of random sizes: whether it stays as fast and takes no more\n"
        "         memory, and whether windows come out, at their place, with the bits that they have by themselves:\n"
        "         each 32nd, the first and the last are compared, without the parts that are cross-faded. Exit 1 if\n"
        "         one has others, or memory grows by more than 1 %%.\n"
        "live:    the time of a hop of a causal model, with warm caches and with cold ones, and how many streams a\n"
        "         core carries.\n"
        "\n"
        "Options:\n"
        "  --isa LIST      of %s;\n"
        "                  by default all that run here (machine, kernels, live) or the fastest\n"
        "  --filter TEXT   kernels: those whose name or shape has the text\n"
        "  --model NAME    one that is built in, or FILE.so; by default tiny, for live live, and for kernels the "
        "shapes\n"
        "                  of the published size and of tiny\n"
        "  --seconds LIST  network: lengths of audio, 0.1 to 600; by default 2\n"
        "  --threads LIST  network, inputs, stream: 1 to 256; by default 1\n"
        "  --runs N        network, inputs: 1 to 1000 runs of each; by default 5 and 7, of long recordings fewer\n"
        "  --window S      inputs, stream: seconds that the network sees at once; by default 10\n"
        "  --minutes M     stream: until so much time has passed; by default 1, unless --hours is given\n"
        "  --hours H       stream: until so many hours of audio have gone through\n"
        "  --streams N     live: 1 to 1000 streams in turn, in place of the search for the most that fit\n"
        "  --block N       live: also blocks of 1 to 65536 samples, without and with mbt_options.spread\n"
        "  --json          print one JSON document in place of tables\n"
        "  --svg FILE      draw a roofline (kernels), bars (network)\n"
        "  --quick         measure so shortly that the figures mean little, to try it out\n"
        "  -h, --help      show this help\n"
        "\n"
        "Parts and layers are those of the first length and number of threads. Times are medians; outliers,\n"
        "counted beside them, lie beyond the quartiles by more than 1.5 times their distance.\n"
        "tools/bench/bench-check compares two JSON documents.\n",
        isas);
}

/* Fills in the sets of kernels: those of the list, all of which must run here; without a list, all that run here, or
 * the one that the library would take. Returns an exit code. */
static int find_isas(const char *list, bool all, mbt_bench_options *o)
{
    mbt_isa chosen;
    if (!mbt_choose_isa(MBT_ISA_AUTO, &chosen))
        return MBT_EXIT_FAILED;
    if (list != NULL && !mbt_bench_parse_isas(list, chosen, o->isas, &o->isa_count)) {
        char known[MBT_ISA_LIST];
        mbt_list_isas(known);
        return mbt_usage_error("bench", "--isa takes a list of %s, not '%s'", known, list);
    }
    for (size_t i = 0; i < o->isa_count; i++)
        if (!mbt_choose_isa(o->isas[i], &o->isas[i]))
            return MBT_EXIT_FAILED;
    if (list == NULL && !all)
        o->isas[o->isa_count++] = chosen;
    for (int isa = MBT_ISA_AUTO + 1; list == NULL && all && isa < MBT_ISA_COUNT; isa++)
        if (mbt_isa_available((mbt_isa)isa))
            o->isas[o->isa_count++] = (mbt_isa)isa;
    return MBT_EXIT_OK;
}

static const struct option long_options[] = {
    {"model", required_argument, NULL, 'm'},   {"filter", required_argument, NULL, 'f'},
    {"seconds", required_argument, NULL, 'S'}, {"threads", required_argument, NULL, 't'},
    {"isa", required_argument, NULL, 'i'},     {"runs", required_argument, NULL, 'r'},
    {"window", required_argument, NULL, 'w'},  {"minutes", required_argument, NULL, 'M'},
    {"hours", required_argument, NULL, 'H'},   {"streams", required_argument, NULL, 'N'},
    {"block", required_argument, NULL, 'b'},   {"json", no_argument, NULL, 'j'},
    {"svg", required_argument, NULL, 's'},     {"quick", no_argument, NULL, 'Q'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
};

static int take_number(const char *name, double least, double most, double *number)
{
    return mbt_bench_parse_number(optarg, least, most, number)
               ? MBT_EXIT_OK
               : mbt_usage_error("bench", "--%s takes a number from %g to %g, not '%s'", name, least, most, optarg);
}

/* Takes in one option. Returns an exit code. */
static int take_option(int found, char **argv, mbt_bench_options *o, const char **isas)
{
    switch (found) {
    case 'm':
        o->model = optarg;
        return MBT_EXIT_OK;
    case 'f':
        o->filter = optarg;
        return MBT_EXIT_OK;
    case 's':
        o->svg = optarg;
        return MBT_EXIT_OK;
    case 'i':
        *isas = optarg;
        return MBT_EXIT_OK;
    case 'j':
        o->json = true;
        return MBT_EXIT_OK;
    case 'Q':
        o->quick = true;
        return MBT_EXIT_OK;
    case 'h':
        o->help = true;
        return MBT_EXIT_OK;
    case 'S':
        return mbt_bench_parse_seconds(optarg, o->seconds, &o->second_count)
                   ? MBT_EXIT_OK
                   : mbt_usage_error("bench", "--seconds takes up to %d numbers from 0.1 to 600, not '%s'",
                                     MBT_BENCH_LIST, optarg);
    case 't':
        return mbt_bench_parse_threads(optarg, o->threads, &o->thread_count)
                   ? MBT_EXIT_OK
                   : mbt_usage_error("bench", "--threads takes up to %d numbers from 1 to 256, not '%s'",
                                     MBT_BENCH_LIST, optarg);
    case 'r':
        return mbt_parse_number("bench", "runs", optarg, 1, 1000, &o->runs) ? MBT_EXIT_OK : MBT_EXIT_USAGE;
    case 'N':
        return mbt_parse_number("bench", "streams", optarg, 1, 1000, &o->streams) ? MBT_EXIT_OK : MBT_EXIT_USAGE;
    case 'b':
        return mbt_parse_number("bench", "block", optarg, 1, 65536, &o->block) ? MBT_EXIT_OK : MBT_EXIT_USAGE;
    case 'w':
        return take_number("window", 0.1, 600, &o->window);
    case 'M':
        return take_number("minutes", 0.01, 10000, &o->minutes);
    case 'H':
        return take_number("hours", 0.0001, 10000, &o->hours);
    default:
        return mbt_option_error("bench", found, argv);
    }
}

static const measurement *find_measurement(const char *name)
{
    for (size_t i = 0; i < MEASUREMENTS; i++)
        if (strcmp(name, measurements[i].name) == 0)
            return &measurements[i];
    return NULL;
}

/* Refuses options that the measurement does not take. Returns an exit code. */
static int check_options(const measurement *wanted, const char *given)
{
    for (const char *letter = given; *letter != '\0'; letter++) {
        for (const struct option *option = long_options; option->name != NULL; option++)
            if (option->val == *letter && strchr(wanted->options, *letter) == NULL)
                return mbt_usage_error("bench", "%s takes no --%s", wanted->name, option->name);
    }
    return MBT_EXIT_OK;
}

int mbt_command_bench(int argc, char **argv)
{
    mbt_bench_options o = {.threads = {1}, .thread_count = 1, .seconds = {2}, .second_count = 1, .runs = 0};
    const char *isas = NULL;
    char given[sizeof long_options / sizeof long_options[0]] = "";
    opterr = 0;
    int found, code;
    while ((found = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        code = take_option(found, argv, &o, &isas);
        if (code != MBT_EXIT_OK)
            return code;
        if (o.help) {
            print_help();
            return MBT_EXIT_OK;
        }
        if (strchr(given, found) == NULL)
            given[strlen(given)] = (char)found;
    }
    if (optind >= argc)
        return mbt_usage_error("bench", "what to measure is missing: " MEASUREMENTS_LISTED);
    const measurement *wanted = find_measurement(argv[optind]);
    if (wanted == NULL)
        return mbt_usage_error("bench", "measures " MEASUREMENTS_LISTED ", not '%s'", argv[optind]);
    if (optind + 1 < argc)
        return mbt_usage_error("bench", "'%s' is one argument too many", argv[optind + 1]);
    code = check_options(wanted, given);
    if (code == MBT_EXIT_OK)
        code = find_isas(isas, wanted->every_isa, &o);
    if (code == MBT_EXIT_OK && wanted->single && (o.isa_count > 1 || o.thread_count > 1))
        return mbt_usage_error("bench", "%s takes one --isa and one number of --threads", wanted->name);
    return code == MBT_EXIT_OK ? wanted->run(&o) : code;
}
