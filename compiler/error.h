/* error.h: how the compiler's functions say what went wrong: false, and one line of text. */
#ifndef MBT_COMPILER_ERROR_H
#define MBT_COMPILER_ERROR_H

#include <stdbool.h>

typedef struct mbt_error {
    char text[512]; /* one line, no newline; empty while all is well */
} mbt_error;

/* Writes the line (the first failure stays: a later one does not replace it) and returns false, so that callers can
 * `return mbt_fail(error, "...");`. Control characters of names that come from files are replaced by '?'. */
bool mbt_fail(mbt_error *error, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#endif
