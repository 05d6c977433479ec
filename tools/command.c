/* command.c: failures told in one line, and the options that subcommands share. */
#define _POSIX_C_SOURCE 200809L

#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_line(const char *format, va_list arguments, const char *hint)
{
    char line[4096];
    if (vsnprintf(line, sizeof line, format, arguments) < 0) {
        line[0] = '\0';
    }
    for (char *c = line; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *c = '?';
        }
    }
    fprintf(stderr, "mambattention: %s%s\n", line, hint);
}

bool mbt_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments, "");
    va_end(arguments);
    return false;
}

int mbt_usage_error(const char *command, const char *format, ...)
{
    char hint[64];
    snprintf(hint, sizeof hint, " (see mambattention %s%s--help)", command ? command : "", command ? " " : "");
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments, hint);
    va_end(arguments);
    return MBT_EXIT_USAGE;
}

int mbt_option_error(const char *command, int found, char **argv)
{
    const char *word = argv[optind - 1];
    if (found == ':') {
        return mbt_usage_error(command, "option '%s' needs an argument", word);
    }
    if (optopt != 0 && strncmp(word, "--", 2) != 0) {
        return mbt_usage_error(command, "unknown option '-%c'", optopt);
    }
    return mbt_usage_error(command, "unknown, incomplete or misused option '%s'", word);
}

bool mbt_parse_threads(const char *command, const char *text, unsigned *threads)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value > 256) {
        mbt_usage_error(command, "--threads takes a number from 0 to 256, not '%s'", text);
        return false;
    }
    *threads = (unsigned)value;
    return true;
}

bool mbt_parse_isa(const char *command, const char *text, mbt_isa *isa)
{
    if (mbt_isa_from_name(text, isa) != MBT_OK) {
        mbt_usage_error(command, "--isa takes auto, scalar, avx2, avx512 or neon, not '%s'", text);
        return false;
    }
    return true;
}

bool mbt_complain_status(mbt_status status, const char *subject)
{
    if (status == MBT_ERROR_ISA) {
        char names[64] = "";
        for (int isa = MBT_ISA_AUTO + 1; isa < MBT_ISA_COUNT; isa++) {
            if (mbt_isa_available((mbt_isa)isa)) {
                strncat(names, " ", sizeof names - strlen(names) - 1);
                strncat(names, mbt_isa_name((mbt_isa)isa), sizeof names - strlen(names) - 1);
            }
        }
        return mbt_complain("%s; kernels that run here:%s", mbt_status_string(status), names);
    }
    return mbt_complain("%s: %s", subject, mbt_status_string(status));
}
