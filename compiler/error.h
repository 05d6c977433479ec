/* error.h: how the functions of the compiler report an error: they return false and write one line of text. */
#ifndef MBT_COMPILER_ERROR_H
#define MBT_COMPILER_ERROR_H

#include <stdbool.h>

#include "common/text.h"

typedef struct mbt_error {
    char text[1024]; /* one line, no newline; empty while all is well */
} mbt_error;

/* Writes the line and returns false, so that a caller can `return mbt_fail(error, "...");`. Only the first failure is
 * kept: if there is a line already, nothing changes. Text may come from files, so control characters and bytes that
 * are not UTF-8 become '?'. */
bool mbt_fail(mbt_error *error, const char *format, ...) MBT_PRINTF(2, 3);

/* The same with "PATH: " before the text. Only the end of a long path is shown, so that there is room for the
 * reason. */
bool mbt_fail_file(mbt_error *error, const char *path, const char *format, ...) MBT_PRINTF(3, 4);

/* The analyzer sees one file at a time, so it must be told that these functions return false. */
#if defined(__clang_analyzer__) && !defined(MBT_ERROR_SOURCE)
#define mbt_fail(...) (mbt_fail(__VA_ARGS__), false)
#define mbt_fail_file(...) (mbt_fail_file(__VA_ARGS__), false)
#endif

#endif
