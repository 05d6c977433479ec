/* message.c: error lines. */
#define MBT_MESSAGE_SOURCE
#include "tools/base/message.h"

#include <stdarg.h>
#include <stdio.h>

static void print_line(const char *format, va_list arguments, const char *hint)
{
    char line[4096];
    if (vsnprintf(line, sizeof line, format, arguments) < 0)
        line[0] = '\0';
    mbt_make_printable(line);
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

const char *mbt_reason(mbt_status status)
{
    return status == MBT_ERROR_MEMORY ? "out of memory" : mbt_status_string(status);
}

bool mbt_complain_status(mbt_status status, const char *subject)
{
    return mbt_complain("%s: %s", subject, mbt_reason(status));
}
