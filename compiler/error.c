/* error.c: writes the one line that says what went wrong. */
#define MBT_ERROR_SOURCE
#include "compiler/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

#define PATH_SHOWN 200u

static bool write_line(mbt_error *error, const char *before, const char *format, va_list arguments)
{
    if (error->text[0] != '\0')
        return false;
    const size_t used = strlen(before);
    memcpy(error->text, before, used + 1);
    if (vsnprintf(error->text + used, sizeof error->text - used, format, arguments) <= 0)
        snprintf(error->text + used, sizeof error->text - used, "unknown error");
    mbt_make_printable(error->text);
    return false;
}

bool mbt_fail(mbt_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(error, "", format, arguments);
    va_end(arguments);
    return false;
}

bool mbt_fail_file(mbt_error *error, const char *path, const char *format, ...)
{
    char before[PATH_SHOWN + sizeof "...: "];
    const char *tail = path;
    const size_t length = strlen(path);
    if (length > PATH_SHOWN) {
        tail += length - PATH_SHOWN;
        while (((unsigned char)*tail & 0xc0u) == 0x80u) /* do not start in the middle of a UTF-8 character */
            ++tail;
    }
    snprintf(before, sizeof before, "%s%s: ", tail != path ? "..." : "", tail);
    va_list arguments;
    va_start(arguments, format);
    write_line(error, before, format, arguments);
    va_end(arguments);
    return false;
}
