/* message.h: exit codes and error lines. */
#ifndef MBT_TOOLS_BASE_MESSAGE_H
#define MBT_TOOLS_BASE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"
#include "mambattention/mambattention.h"

enum { MBT_EXIT_OK = 0, MBT_EXIT_FAILED = 1, MBT_EXIT_USAGE = 2 };

/* Prints one line on standard error, "mambattention: ...", made printable.
 * Returns false, so that callers can `return mbt_complain("...");`. */
bool mbt_complain(const char *format, ...) MBT_PRINTF(1, 2);
#if defined(__clang_analyzer__) && !defined(MBT_MESSAGE_SOURCE) /* which does not see the other file return false */
#define mbt_complain(...) (mbt_complain(__VA_ARGS__), false)
#endif

/* The same for a wrong command line, with a hint at --help; command: NULL outside a subcommand.
 * Returns MBT_EXIT_USAGE. */
int mbt_usage_error(const char *command, const char *format, ...) MBT_PRINTF(2, 3);

/* What follows the noun: "1 channel", "2 channels". */
static inline const char *mbt_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* mbt_status_string, but MBT_ERROR_MEMORY is "out of memory": the command gives the library no memory of its own. */
const char *mbt_reason(mbt_status status);

/* Prints a failure of the library about `subject` (a file's or model's name). Returns false. */
bool mbt_complain_status(mbt_status status, const char *subject);

#endif
