/* error.h: how the compiler's functions say what went wrong: false, and one line of text. */
#ifndef MBT_COMPILER_ERROR_H
#define MBT_COMPILER_ERROR_H

#include <stdbool.h>

#include "common/text.h"

typedef struct mbt_error {
    char text[1024]; /* one line, no newline; empty while all is well */
} mbt_error;

/* Writes the line (the first failure stays: a later one does not replace it) and returns false, so that callers can
 * `return mbt_fail(error, "...");`. Names come from files: control characters and bytes that are not UTF-8
 * become '?'. */
bool mbt_fail(mbt_error *error, const char *format, ...) MBT_PRINTF(2, 3);

/* The same with "PATH: " before it. Of a path that would leave no room for the reason the end is shown. */
bool mbt_fail_file(mbt_error *error, const char *path, const char *format, ...) MBT_PRINTF(3, 4);

#if defined(__clang_analyzer__) && !defined(MBT_ERROR_SOURCE) /* which does not see the other file return false */
#define mbt_fail(...) (mbt_fail(__VA_ARGS__), false)
#define mbt_fail_file(...) (mbt_fail_file(__VA_ARGS__), false)
#endif

#endif
