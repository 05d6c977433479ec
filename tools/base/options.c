/* options.c: the options that subcommands share. */
#define _POSIX_C_SOURCE 200809L

#include "tools/base/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/message.h"

int mbt_option_error(const char *command, int found, char **argv)
{
    const char *word = argv[optind - 1];
    if (found == ':')
        return mbt_usage_error(command, "option '%s' needs an argument", word);
    if (optopt != 0 && strncmp(word, "--", 2) != 0)
        return mbt_usage_error(command, "unknown option '-%c'", optopt);
    return mbt_usage_error(command, "unknown, incomplete or misused option '%s'", word);
}

bool mbt_parse_number(const char *command, const char *option, const char *text, unsigned least, unsigned most,
                      unsigned *number)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < least || value > most) {
        mbt_usage_error(command, "--%s takes a number from %u to %u, not '%s'", option, least, most, text);
        return false;
    }
    *number = (unsigned)value;
    return true;
}

bool mbt_parse_threads(const char *command, const char *text, unsigned *threads)
{
    return mbt_parse_number(command, "threads", text, 0, 256, threads);
}

static void add_isa(char list[MBT_ISA_LIST], mbt_isa isa)
{
    const size_t used = strlen(list);
    snprintf(list + used, MBT_ISA_LIST - used, "%s%s", used > 0 ? ", " : "", mbt_isa_name(isa));
}

void mbt_list_isas(char list[MBT_ISA_LIST])
{
    list[0] = '\0';
    for (int isa = MBT_ISA_AUTO; isa < MBT_ISA_COUNT; isa++)
        add_isa(list, (mbt_isa)isa);
}

bool mbt_parse_isa(const char *command, const char *text, mbt_isa *isa)
{
    if (mbt_isa_from_name(text, isa) != MBT_OK) {
        char known[MBT_ISA_LIST];
        mbt_list_isas(known);
        mbt_usage_error(command, "--isa takes one of %s, not '%s'", known, text);
        return false;
    }
    return true;
}

/* "scalar, avx2": what runs on this machine. */
static void list_kernels(char list[MBT_ISA_LIST])
{
    list[0] = '\0';
    for (int isa = MBT_ISA_AUTO + 1; isa < MBT_ISA_COUNT; isa++)
        if (mbt_isa_available((mbt_isa)isa))
            add_isa(list, (mbt_isa)isa);
}

bool mbt_choose_isa(mbt_isa wanted, mbt_isa *chosen)
{
    *chosen = wanted;
    if (wanted == MBT_ISA_AUTO ? mbt_isa_chosen(chosen) == MBT_OK : mbt_isa_available(wanted))
        return true;
    char available[MBT_ISA_LIST];
    list_kernels(available);
    if (available[0] == '\0')
        return mbt_complain("%s", mbt_status_string(MBT_ERROR_ISA));
    if (wanted != MBT_ISA_AUTO)
        return mbt_complain("--isa %s: not available on this machine; there are: %s", mbt_isa_name(wanted), available);
    const char *name = getenv("MBT_ISA");
    name = name != NULL ? name : "";
    const char *wrong = mbt_isa_from_name(name, chosen) == MBT_OK ? "not available on this machine" : "no such kernels";
    return mbt_complain("MBT_ISA is '%s': %s; there are: %s", name, wrong, available);
}
