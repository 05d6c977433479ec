/* options.c: reads the command line of mambac. */
#include "options.h"

#include <stddef.h>
#include <string.h>

#include "network.h"

const char mbt_usage[] =
    "usage: mambac CHECKPOINT --config FILE.yaml --precision f32 --name NAME -o FILE.c\n"
    "       mambac --random-weights SEED --config FILE.yaml --precision f32 --name NAME -o FILE.c\n"
    "\n"
    "Compiles the weights of a MambAttention network into C source, and prints what its parts cost.\n"
    "\n"
    "  CHECKPOINT             weights: a file of torch.save, or safetensors\n"
    "  --config FILE.yaml     the network's configuration, as published with the weights\n"
    "  --precision f32        how weights are stored\n"
    "  --name NAME            a C identifier: the model becomes mbt_model_NAME\n"
    "  -o FILE.c              where the C goes\n"
    "  --random-weights SEED  random weights in place of a checkpoint, for measuring\n"
    "  -q, --quiet            no table\n"
    "  --help, --version\n";

typedef struct option {
    const char *name;
    const char **value; /* where the value goes, or NULL for a flag */
    bool *flag;
} option;

/* Decimal digits only: no sign, no space. */
static bool parse_seed(const char *text, uint64_t *seed)
{
    *seed = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9') {
            return false;
        }
        const uint64_t digit = (uint64_t)(*c - '0');
        if (*seed > (UINT64_MAX - digit) / 10) {
            return false;
        }
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

/* Takes argv[*at], and the argument after it where the option has a value apart from it. */
static bool take_option(const option *options, size_t count, int argc, char *const *argv, int *at, mbt_error *error)
{
    const char *text = argv[*at], *equals = strncmp(text, "--", 2) == 0 ? strchr(text, '=') : NULL;
    const size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    for (size_t i = 0; i < count; i++) {
        const option *found = &options[i];
        if (strlen(found->name) != length || strncmp(found->name, text, length) != 0) {
            continue;
        }
        if (found->value == NULL) {
            *found->flag = true;
            return equals == NULL || mbt_fail(error, "option %s takes no value", found->name);
        }
        if (*found->value != NULL) {
            return mbt_fail(error, "option %s is there twice", found->name);
        }
        if (equals == NULL && *at + 1 >= argc) {
            return mbt_fail(error, "option %s needs a value", found->name);
        }
        *found->value = equals != NULL ? equals + 1 : argv[++*at];
        return true;
    }
    return mbt_fail(error, "unknown option %s", text);
}

static bool check(mbt_arguments *arguments, const char *seed, mbt_error *error)
{
    arguments->random_weights = seed != NULL;
    if (arguments->random_weights == (arguments->checkpoint != NULL)) {
        return mbt_fail(error, seed != NULL ? "give either a checkpoint or --random-weights, not both"
                                            : "no checkpoint given");
    }
    if (seed != NULL && !parse_seed(seed, &arguments->seed)) {
        return mbt_fail(error, "--random-weights %s: not a whole number from 0 to 18446744073709551615", seed);
    }
    if (arguments->config == NULL || arguments->precision == NULL || arguments->name == NULL ||
        arguments->output == NULL) {
        return mbt_fail(error, "--config, --precision, --name and -o are all needed");
    }
    if (strcmp(arguments->precision, "f16") == 0 || strcmp(arguments->precision, "int8") == 0) {
        return mbt_fail(error, "--precision %s: this version writes f32 only", arguments->precision);
    }
    if (strcmp(arguments->precision, "f32") != 0) {
        return mbt_fail(error, "--precision %s: unknown; this version writes f32 only", arguments->precision);
    }
    if (!is_identifier(arguments->name)) {
        return mbt_fail(error, "--name %s: not a C identifier of at most %d characters", arguments->name, MBT_NAME_MAX);
    }
    return true;
}

bool mbt_arguments_parse(int argc, char *const *argv, mbt_arguments *arguments, mbt_error *error)
{
    memset(arguments, 0, sizeof *arguments);
    const char *seed = NULL;
    const option options[] = {
        {"--config", &arguments->config, NULL}, {"--precision", &arguments->precision, NULL},
        {"--name", &arguments->name, NULL},     {"-o", &arguments->output, NULL},
        {"--random-weights", &seed, NULL},      {"-q", NULL, &arguments->quiet},
        {"--quiet", NULL, &arguments->quiet},   {"-h", NULL, &arguments->help},
        {"--help", NULL, &arguments->help},     {"--version", NULL, &arguments->version},
    };
    bool only_files = false;
    for (int at = 1; at < argc; at++) {
        if (!only_files && strcmp(argv[at], "--") == 0) {
            only_files = true;
        } else if (!only_files && argv[at][0] == '-' && argv[at][1] != '\0') {
            if (!take_option(options, sizeof options / sizeof options[0], argc, argv, &at, error)) {
                return false;
            }
        } else if (arguments->checkpoint != NULL) {
            return mbt_fail(error, "one checkpoint at a time: %s, %s", arguments->checkpoint, argv[at]);
        } else {
            arguments->checkpoint = argv[at];
        }
    }
    return arguments->help || arguments->version || check(arguments, seed, error);
}
