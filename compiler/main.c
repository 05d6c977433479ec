/* main.c: mambac, the offline compiler: reads a checkpoint and writes C source. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/output_file.h"
#include "common/stream_path.h"
#include "compiler/write/emit.h"
#include "compiler/network.h"
#include "compiler/options.h"
#include "compiler/storage/precision.h"
#include "compiler/provenance.h"
#include "compiler/random.h"
#include "compiler/read/config.h"
#include "compiler/read/files.h"
#include "compiler/read/tensors.h"
#include "compiler/storage/rounding_table.h"

#define EXIT_USAGE 2
#define WINOGRAD_CHANNELS 32u
#define CONFIG_LIMIT ((size_t)1 << 20)
#define CHECKPOINT_LIMIT ((size_t)1 << 31)

/* Everything that was read. */
typedef struct input {
    void *config_bytes, *rules_bytes, *checkpoint_bytes;
    size_t config_size, rules_size, checkpoint_size;
    mbt_config config;
    const mbt_family *family;
    mbt_storage storage;
    mbt_tensors tensors;
} input;

/* The form of the dense blocks' convolutions: as asked for, or else the faster one. Below WINOGRAD_CHANNELS,
 * Winograd's transforms cost more than the products that they save. f16 and int8 weights are meant to be small, so
 * Winograd's form, which doubles them, is not chosen for them. */
static mbt_form choose_form(const mbt_arguments *arguments, uint32_t channels)
{
    const bool f32 = arguments->rules == NULL && arguments->type == MBT_WEIGHT_F32;
    const bool faster = f32 && channels >= WINOGRAD_CHANNELS;
    const bool winograd = arguments->convolution != NULL ? strcmp(arguments->convolution, "winograd") == 0 : faster;
    return winograd ? MBT_FORM_WINOGRAD : MBT_FORM_DIRECT;
}

/* Needs the configuration, which must have been read. */
static bool read_rules(const mbt_arguments *arguments, input *in, mbt_error *error)
{
    mbt_error reason = {""};
    in->storage.form = choose_form(arguments, in->config.hid_feature);
    in->storage.rules.otherwise = arguments->type;
    if (arguments->rules == NULL)
        return true;
    return mbt_file_read(arguments->rules, CONFIG_LIMIT, &in->rules_bytes, &in->rules_size, error) &&
           (mbt_rules_parse(in->rules_bytes, in->rules_size, &in->storage.rules, &reason) ||
            mbt_fail_file(error, arguments->rules, "%s", reason.text));
}

/* Reads or makes the tensors, and finds the family that they belong to. */
static bool read_tensors(const mbt_arguments *arguments, const mbt_family *named, input *in, mbt_error *error)
{
    mbt_error reason = {""};
    if (arguments->random_weights) {
        in->family = mbt_family_choose(named, NULL, &reason);
        return mbt_random_weights(&in->config, in->family, arguments->seed, &in->tensors, &reason) ||
               mbt_fail_file(error, arguments->config, "%s", reason.text);
    }
    if (!mbt_file_read(arguments->checkpoint, CHECKPOINT_LIMIT, &in->checkpoint_bytes, &in->checkpoint_size, error) ||
        !mbt_checkpoint_read(in->checkpoint_bytes, in->checkpoint_size, arguments->checkpoint, arguments->key,
                             &in->tensors, error))
        return false;
    in->family = mbt_family_trim_names(&in->tensors, &reason) ? mbt_family_choose(named, &in->tensors, &reason) : NULL;
    return in->family != NULL || mbt_fail_file(error, arguments->checkpoint, "%s", reason.text);
}

/* Whether the rules can be applied to the layers of the network. */
static bool check_rules(const mbt_arguments *arguments, const input *in, mbt_error *error)
{
    mbt_parts parts;
    mbt_layer_names names = {.list = NULL};
    mbt_error reason = {""};
    if (!mbt_parts_init(&parts, in->family, &in->config, error))
        return false;
    const bool done = mbt_parts_layer_names(&parts, &names, &reason) &&
                      mbt_rules_check(&in->storage.rules, &names, in->storage.form == MBT_FORM_WINOGRAD, &reason);
    mbt_layer_names_free(&names);
    mbt_parts_free(&parts);
    if (done)
        return true;
    return arguments->rules != NULL ? mbt_fail_file(error, arguments->rules, "%s", reason.text)
                                    : mbt_fail(error, "%s", reason.text);
}

/* Whether the family has what it needs in the configuration, and the form that was asked for. */
static bool check_family(const mbt_arguments *arguments, input *in, mbt_error *error)
{
    mbt_error reason = {""};
    if (!mbt_family_check(in->family, &in->config, &reason))
        return mbt_fail_file(error, arguments->config, "%s", reason.text);
    if (in->family->causal && in->storage.form == MBT_FORM_WINOGRAD && arguments->convolution != NULL)
        return mbt_fail(error, "--convolution winograd: a causal network has the direct form only");
    return true;
}

static bool read_input(const mbt_arguments *arguments, input *in, mbt_error *error)
{
    const mbt_family *named = NULL;
    mbt_error reason = {""};
    if (!mbt_file_read(arguments->config, CONFIG_LIMIT, &in->config_bytes, &in->config_size, error))
        return false;
    if (!mbt_config_parse(in->config_bytes, in->config_size, &in->config, &reason) ||
        !mbt_family_named(&in->config, &named, &reason))
        return mbt_fail_file(error, arguments->config, "%s", reason.text);
    return read_rules(arguments, in, error) && read_tensors(arguments, named, in, error) &&
           check_family(arguments, in, error) && check_rules(arguments, in, error);
}

static bool build_network(const mbt_arguments *arguments, input *in, mbt_network *network, mbt_error *error)
{
    const mbt_source config = {arguments->config, in->config_bytes, in->config_size};
    const mbt_source checkpoint = {arguments->checkpoint, in->checkpoint_bytes, in->checkpoint_size};
    const mbt_source rules = {arguments->rules, in->rules_bytes, in->rules_size};
    const mbt_recipe recipe = {.checkpoint = arguments->random_weights ? NULL : &checkpoint,
                               .seed = arguments->seed,
                               .config = &config,
                               .key = arguments->key,
                               .rules = arguments->rules != NULL ? &rules : NULL,
                               .precision = arguments->rules != NULL ? "mixed" : mbt_precision_name(arguments->type),
                               .convolution = arguments->convolution,
                               .name = arguments->name};
    char *provenance = mbt_provenance(&recipe, error);
    if (provenance == NULL)
        return false;
    mbt_error reason = {""};
    const bool done = mbt_network_build(&in->config, in->family, &in->tensors, &in->storage, arguments->name,
                                        provenance, network, &reason);
    free(provenance);
    if (!done) {
        return mbt_fail_file(error, arguments->random_weights ? arguments->config : arguments->checkpoint, "%s",
                             reason.text);
    }
    return true;
}

/* Reads the input, builds the network, and writes the C. */
static bool write_model(const mbt_arguments *arguments, mbt_network *network, FILE *stream, mbt_error *error)
{
    input in = {0};
    mbt_error reason = {""};
    bool done = read_input(arguments, &in, error) && build_network(arguments, &in, network, error);
    if (done && !mbt_emit(network, stream, &reason)) {
        mbt_network_free(network);
        done = mbt_fail_file(error, arguments->output, "%s", reason.text);
    }
    mbt_tensors_free(&in.tensors);
    mbt_rules_free(&in.storage.rules);
    free(in.config_bytes);
    free(in.rules_bytes);
    free(in.checkpoint_bytes);
    return done;
}

/* Beside a model that goes to a stream, which may be standard output, they go to standard error. */
static bool print_tables(const mbt_arguments *arguments, const mbt_network *network, bool beside, mbt_error *error)
{
    FILE *to = beside ? stderr : stdout;
    mbt_parts_print(to, &network->parts);
    if (arguments->rules != NULL || arguments->type != MBT_WEIGHT_F32) {
        fputc('\n', to);
        mbt_rounding_print(to, &network->arrays);
    }
    return fflush(to) == 0 || mbt_fail(error, "standard %s: %s", beside ? "error" : "output", strerror(errno));
}

static bool open_output(mbt_output_file *output, const char *path, bool stream)
{
    return (stream ? mbt_output_use_stream(output, path) : mbt_output_create(output, path, "mambac")) &&
           mbt_output_open_stream(output);
}

static bool compile(const mbt_arguments *arguments, mbt_error *error)
{
    mbt_output_file output;
    mbt_network network;
    if (mbt_same_file(arguments->output, arguments->config) ||
        (arguments->checkpoint != NULL && mbt_same_file(arguments->output, arguments->checkpoint)) ||
        (arguments->rules != NULL && mbt_same_file(arguments->output, arguments->rules)))
        return mbt_fail_file(error, arguments->output, "is an input; it would be overwritten");
    const bool stream = mbt_is_stream_path(arguments->output);
    if (!open_output(&output, arguments->output, stream))
        return mbt_fail_file(error, arguments->output, "%s", output.reason);
    if (!write_model(arguments, &network, output.stream, error)) {
        mbt_output_discard(&output);
        return false;
    }
    const bool done = (mbt_output_commit(&output) || mbt_fail_file(error, arguments->output, "%s", output.reason)) &&
                      (arguments->quiet || print_tables(arguments, &network, stream, error));
    mbt_network_free(&network);
    return done;
}

/* Prints the text of --help or --version. */
static int print_text(const char *text, const char *end)
{
    if (printf("%s%s", text, end) < 0 || fflush(stdout) != 0) {
        fprintf(stderr, "mambac: standard output: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    mbt_arguments arguments;
    mbt_error error = {""};
    if (!mbt_arguments_parse(argc, argv, &arguments, &error)) {
        fprintf(stderr, "mambac: %s (mambac --help says more)\n", error.text);
        return EXIT_USAGE;
    }
    if (arguments.help)
        return print_text(mbt_usage, "");
    if (arguments.version)
        return print_text(mbt_mambac_version, "\n");
    if (!compile(&arguments, &error)) {
        fprintf(stderr, "mambac: %s\n", error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
