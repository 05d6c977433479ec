/* info.c: the subcommand that shows version, kernels and models. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/info.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/base/message.h"
#include "tools/base/model_load.h"
#include "tools/base/options.h"
#include "weights/models.h"

enum { MEMORY_SECONDS = 10 };

static void print_help(void)
{
    puts("Usage: mambattention info [OPTION]...\n"
         "Shows the version, the kernels that run on this machine, and the models built in.\n"
         "\n"
         "Options:\n"
         "  --model NAME  show this model, with its provenance: one that is built in, or FILE.so\n"
         "  -h, --help    show this help");
}

static bool print_version_and_kernels(void)
{
    mbt_isa chosen;
    if (!mbt_choose_isa(MBT_ISA_AUTO, &chosen))
        return false;
    printf("mambattention %s\n", mbt_version());
    printf("kernels:");
    for (int isa = MBT_ISA_AUTO + 1; isa < MBT_ISA_COUNT; isa++)
        if (mbt_isa_available((mbt_isa)isa))
            printf(" %s%s", mbt_isa_name((mbt_isa)isa), isa == (int)chosen ? " (chosen)" : "");
    putchar('\n');
    return true;
}

/* Prints a line for each model built in. */
static bool print_models(void)
{
    puts("models:");
    for (const mbt_linked_model *linked = mbt_linked_models; linked->name != NULL; linked++) {
        mbt_model_info info;
        const mbt_status status = mbt_model_describe(linked->model, &info);
        if (status != MBT_OK)
            return mbt_complain_status(status, linked->name);
        printf("  %-12s %-4s %10" PRIu64 " bytes%s\n", linked->name, info.precision, info.weight_bytes,
               linked->model == mbt_model_default() ? "  (" MBT_DEFAULT_MODEL_NAME ", the default)"
               : linked->model == mbt_model_live()  ? "  (" MBT_LIVE_MODEL_NAME ", the default for --raw through pipes)"
                                                    : "");
    }
    return true;
}

static bool print_model(const char *name, const mbt_loaded_model *loaded)
{
    const mbt_model_info *info = &loaded->info;
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = (size_t)info->sample_rate * MEMORY_SECONDS;
    size_t memory;
    mbt_status status = mbt_memory_needed(loaded->model, &options, &memory);
    if (status != MBT_OK)
        return mbt_complain_status(status, name);
    printf("model: %s (%s)\n", info->name, loaded->library != NULL ? name : "built in");
    printf("  sample rate  %" PRIu32 " Hz\n", info->sample_rate);
    printf("  n_fft, hop   %" PRIu32 ", %" PRIu32 "\n", info->n_fft, info->hop);
    printf("  network      %s, %" PRIu32 " channels, %" PRIu32 " block%s\n", info->family, info->channels, info->blocks,
           mbt_plural(info->blocks));
    printf("  parameters   %" PRIu64 "\n", info->parameters);
    printf("  weights      %" PRIu64 " bytes, %s\n", info->weight_bytes, info->precision);
    printf("  work         %.3f GMAC for a second of audio\n", info->macs_per_second / 1e9);
    if (info->causal) {
        printf("  memory       %.1f MB for any length\n", (double)memory / 1e6);
        printf("  latency      %" PRIu32 " samples, %.1f ms: causal\n", info->latency,
               1e3 * info->latency / info->sample_rate);
    } else {
        printf("  memory       %.1f MB for %d s\n", (double)memory / 1e6, (int)MEMORY_SECONDS);
        printf("  latency      a window: not causal\n");
    }
    return true;
}

static void print_provenance(const char *text)
{
    puts("  provenance");
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        printf("    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static int print_info(const char *model)
{
    mbt_loaded_model loaded;
    if (!mbt_model_load(model != NULL ? model : MBT_DEFAULT_MODEL_NAME, &loaded))
        return MBT_EXIT_FAILED;
    bool done = print_version_and_kernels() && print_models() && print_model(model, &loaded);
    if (done && model != NULL)
        print_provenance(loaded.info.provenance);
    mbt_model_unload(&loaded);
    return done ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}

int mbt_command_info(int argc, char **argv)
{
    static const struct option options[] = {
        {"model", required_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *model = NULL;
    opterr = 0;
    int found;
    while ((found = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (found) {
        case 'm':
            model = optarg;
            break;
        case 'h':
            print_help();
            return MBT_EXIT_OK;
        default:
            return mbt_option_error("info", found, argv);
        }
    }
    if (optind < argc)
        return mbt_usage_error("info", "'%s' is one argument too many", argv[optind]);
    return print_info(model);
}
