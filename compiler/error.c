/* error.c: the one line that says what went wrong. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

bool mbt_fail(mbt_error *error, const char *format, ...)
{
    if (error->text[0] != '\0') {
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    if (length <= 0) {
        snprintf(error->text, sizeof error->text, "unknown error");
    }
    for (char *c = error->text; *c != '\0'; ++c) {
        const unsigned char byte = (unsigned char)*c;
        if (byte < 0x20 || byte == 0x7f) {
            *c = '?';
        }
    }
    return false;
}
