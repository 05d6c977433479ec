/* command.h: what the parts of the mambattention command share: exit codes, subcommands, and how failures are told. */
#ifndef MBT_TOOLS_BASE_COMMAND_H
#define MBT_TOOLS_BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"
#include "mambattention/mambattention.h"

enum { MBT_EXIT_OK = 0, MBT_EXIT_FAILED = 1, MBT_EXIT_USAGE = 2 };

/* A subcommand: argv[0] is its name. Returns the exit code, with everything that went wrong already told. */
typedef struct mbt_command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} mbt_command;

int mbt_command_enhance(int argc, char **argv);
int mbt_command_compare(int argc, char **argv);
int mbt_command_bench(int argc, char **argv);
int mbt_command_info(int argc, char **argv);

/* One line on stderr, "mambattention: ...", made printable.
 * Returns false, so that callers can `return mbt_complain("...");`. */
bool mbt_complain(const char *format, ...) MBT_PRINTF(1, 2);
#if defined(__clang_analyzer__) && !defined(MBT_COMMAND_SOURCE) /* which looks at one file at a time */
#define mbt_complain(...) (mbt_complain(__VA_ARGS__), false)
#endif

/* The same for a wrong command line, with a hint at --help; command: NULL outside a subcommand.
 * Returns MBT_EXIT_USAGE. */
int mbt_usage_error(const char *command, const char *format, ...) MBT_PRINTF(2, 3);

/* The message for '?' and ':' from getopt_long, called with opterr = 0 and short options that start with ':'. */
int mbt_option_error(const char *command, int found, char **argv);

/* "auto, scalar, avx2" and so on: every name of a set of kernels, whether it runs here or not. */
#define MBT_ISA_LIST 128
void mbt_list_isas(char list[MBT_ISA_LIST]);

/* The arguments of an option that takes a whole number, of --threads and of --isa. On failure false, with the usage
 * error told. */
bool mbt_parse_number(const char *command, const char *option, const char *text, unsigned least, unsigned most,
                      unsigned *number);
bool mbt_parse_threads(const char *command, const char *text, unsigned *threads);
bool mbt_parse_isa(const char *command, const char *text, mbt_isa *isa);

/* The kernels to run: those wanted, or for MBT_ISA_AUTO those that MBT_ISA names, else the fastest. If they do not run
 * on this machine, false, told in a line. */
bool mbt_choose_isa(mbt_isa wanted, mbt_isa *chosen);

/* What follows the noun: "1 channel", "2 channels". */
static inline const char *mbt_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* mbt_status_string in the terms of the command, which gives the library no memory of its own. */
const char *mbt_reason(mbt_status status);

/* Tells a failure of the library about `subject` (a file's or model's name). Returns false. */
bool mbt_complain_status(mbt_status status, const char *subject);

#endif
