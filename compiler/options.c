/* options.c: reads the command line of mambac. */
#include "compiler/options.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "compiler/network.h"
#include "compiler/storage/precision.h"

const char mbt_usage[] =
    "usage: mambac CHECKPOINT --config FILE.yaml --precision TYPE --name NAME -o FILE.c\n"
    "       mambac --random-weights SEED --config FILE.yaml --precision TYPE --name NAME -o FILE.c\n"
    "\n"
    "Compiles the weights of a MambAttention network, or of one of its relatives, into C source, and prints what\n"
    "its parts cost.\n"
    "\n"
    "  CHECKPOINT             weights: a file of torch.save, or safetensors\n"
    "  --key NAME             for a file of several networks: the one whose tensors are under this name, or whose\n"
    "                         names begin with it and a dot; if not given, what is under generator, state_dict or\n"
    "                         model, or at the top level. NAME may have dots: state.generator\n"
    "  --config FILE.yaml     the network's configuration, as published with the weights\n"
    "  --precision TYPE       how weights are stored: f32; f16, half the bytes; int8, a quarter, where the\n"
    "                         runtime can compute in int8, and f16 or f32 elsewhere; mixed: as --rules says\n"
    "  --rules FILE.yaml      for mixed: `rules:`, a list of {layers: PATTERN, precision: f32|f16|int8}; the\n"
    "                         first one that matches a layer's name in the table decides; and `default:`,\n"
    "                         the precision of all other layers, int8 if not given\n"
    "  --name NAME            a C identifier: the model becomes mbt_model_NAME\n"
    "  --convolution FORM     of the dense blocks: winograd (half the products, twice the bytes) or direct;\n"
    "                         if not given, winograd in f32 if hid_feature is 32 or more, otherwise direct\n"
    "  -o FILE.c              the C file to write, or a pipe, a device or /dev/stdout\n"
    "  --random-weights SEED  random weights in place of a checkpoint, for measuring\n"
    "  -q, --quiet            no table\n"
    "  -h, --help\n"
    "  -V, --version\n";

/* Decimal digits only: no sign, no space. */
static bool parse_seed(const char *text, uint64_t *seed)
{
    *seed = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9')
            return false;
        const uint64_t digit = (uint64_t)(*c - '0');
        if (*seed > (UINT64_MAX - digit) / 10)
            return false;
        *seed = *seed * 10 + digit;
    }
    return text[0] != '\0';
}

static bool is_identifier(const char *name)
{
    const size_t length = strlen(name);
    const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    return length > 0 && length <= MBT_NAME_MAX && strspn(name, letters) == length && (name[0] < '0' || name[0] > '9');
}

/* The values of long options. Those without an argument have the value of their letter. */
enum { OPTION_CONFIG = 256, OPTION_KEY, OPTION_PRECISION, OPTION_RULES, OPTION_CONVOLUTION, OPTION_NAME, OPTION_SEED };

static const struct option options[] = {
    {"key", required_argument, NULL, OPTION_KEY},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"precision", required_argument, NULL, OPTION_PRECISION},
    {"rules", required_argument, NULL, OPTION_RULES},
    {"convolution", required_argument, NULL, OPTION_CONVOLUTION},
    {"name", required_argument, NULL, OPTION_NAME},
    {"random-weights", required_argument, NULL, OPTION_SEED},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* Stores the value of an option that may be given once. */
static bool set_value(const char **value, const char *name, mbt_error *error)
{
    if (*value != NULL)
        return mbt_fail(error, "option %s is given twice", name);
    *value = optarg;
    return true;
}

static bool set_checkpoint(mbt_arguments *arguments, const char *path, mbt_error *error)
{
    if (arguments->checkpoint != NULL)
        return mbt_fail(error, "more than one checkpoint: %.200s, %.200s", arguments->checkpoint, path);
    arguments->checkpoint = path;
    return true;
}

/* Reports why getopt_long rejected a word. getopt_long leaves the letter in optopt, or 0 for an unknown long option. */
static bool report_bad_option(int found, const char *word, mbt_error *error)
{
    if (found == ':') {
        return optopt == 'o' ? mbt_fail(error, "option -o needs a value")
                             : mbt_fail(error, "option %.100s needs a value", word);
    }
    if (optopt == 'q' || optopt == 'h' || optopt == 'V')
        return mbt_fail(error, "option %.*s takes no value", (int)strcspn(word, "="), word);
    return optopt != 0 ? mbt_fail(error, "unknown option -%c", optopt) : mbt_fail(error, "unknown option %.100s", word);
}

static bool read_option(int found, char *const *argv, mbt_arguments *arguments, const char **seed,
                        const char **precision, mbt_error *error)
{
    switch (found) {
    case 1: /* not an option: "-" at the start of getopt_long's string asks for this */
        return set_checkpoint(arguments, optarg, error);
    case OPTION_CONFIG:
        return set_value(&arguments->config, "--config", error);
    case OPTION_KEY:
        return set_value(&arguments->key, "--key", error);
    case OPTION_PRECISION:
        return set_value(precision, "--precision", error);
    case OPTION_RULES:
        return set_value(&arguments->rules, "--rules", error);
    case OPTION_CONVOLUTION:
        return set_value(&arguments->convolution, "--convolution", error);
    case OPTION_NAME:
        return set_value(&arguments->name, "--name", error);
    case OPTION_SEED:
        return set_value(seed, "--random-weights", error);
    case 'o':
        return set_value(&arguments->output, "-o", error);
    case 'q':
        arguments->quiet = true;
        return true;
    case 'h':
        arguments->help = true;
        return true;
    case 'V':
        arguments->version = true;
        return true;
    default:
        return report_bad_option(found, argv[optind - 1], error);
    }
}

static bool check_precision(mbt_arguments *arguments, const char *precision, mbt_error *error)
{
    if (strcmp(precision, "mixed") == 0)
        return arguments->rules != NULL || mbt_fail(error, "--precision mixed needs --rules");
    if (!mbt_precision_parse(precision, &arguments->type))
        return mbt_fail(error, "--precision %.100s: unknown; f32, f16, int8 and mixed are known", precision);
    return arguments->rules == NULL || mbt_fail(error, "--rules needs --precision mixed");
}

static bool check(mbt_arguments *arguments, const char *seed, const char *precision, mbt_error *error)
{
    arguments->random_weights = seed != NULL;
    if (arguments->random_weights == (arguments->checkpoint != NULL)) {
        return mbt_fail(error, seed != NULL ? "give either a checkpoint or --random-weights, not both"
                                            : "no checkpoint given");
    }
    if (seed != NULL && !parse_seed(seed, &arguments->seed))
        return mbt_fail(error, "--random-weights %.100s: not a whole number from 0 to 18446744073709551615", seed);
    if (arguments->key != NULL && (seed != NULL || arguments->key[0] == '\0'))
        return mbt_fail(error, seed != NULL ? "--key is for a checkpoint" : "--key: the name is empty");
    const char *missing = arguments->config == NULL   ? "--config"
                          : precision == NULL         ? "--precision"
                          : arguments->name == NULL   ? "--name"
                          : arguments->output == NULL ? "-o"
                                                      : NULL;
    if (missing != NULL)
        return mbt_fail(error, "option %s is missing", missing);
    if (arguments->output[0] == '\0')
        return mbt_fail(error, "-o: the name of the file is empty");
    if (!check_precision(arguments, precision, error))
        return false;
    if (arguments->convolution != NULL && strcmp(arguments->convolution, "direct") != 0 &&
        strcmp(arguments->convolution, "winograd") != 0)
        return mbt_fail(error, "--convolution %.100s: unknown; direct and winograd are known", arguments->convolution);
    if (!is_identifier(arguments->name)) {
        return mbt_fail(error, "--name %.100s: not a C identifier of at most %d characters", arguments->name,
                        MBT_NAME_MAX);
    }
    return true;
}

bool mbt_arguments_parse(int argc, char *const *argv, mbt_arguments *arguments, mbt_error *error)
{
    memset(arguments, 0, sizeof *arguments);
    const char *seed = NULL, *precision = NULL;
    int found;
    optind = 0; /* starts again, also if another command line was parsed before */
    while ((found = getopt_long(argc, argv, "-:o:qhV", options, NULL)) != -1)
        if (!read_option(found, argv, arguments, &seed, &precision, error))
            return false;
    for (int at = optind; at < argc; at++) /* words after "--" */
        if (!set_checkpoint(arguments, argv[at], error))
            return false;
    return arguments->help || arguments->version || check(arguments, seed, precision, error);
}
