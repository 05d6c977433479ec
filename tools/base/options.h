/* options.h: the options that subcommands share. */
#ifndef MBT_TOOLS_BASE_OPTIONS_H
#define MBT_TOOLS_BASE_OPTIONS_H

#include <stdbool.h>

#include "mambattention/mambattention.h"

/* Prints the usage error for '?' and ':' from getopt_long, which was called with opterr = 0 and short options that
 * start with ':'. Returns MBT_EXIT_USAGE. */
int mbt_option_error(const char *command, int found, char **argv);

/* "auto, scalar, avx2" and so on: every name of a set of kernels, whether it runs here or not. */
#define MBT_ISA_LIST 128
void mbt_list_isas(char list[MBT_ISA_LIST]);

/* Parse the arguments of an option that takes a whole number, of --threads and of --isa. On failure they print the
 * usage error and return false. */
bool mbt_parse_number(const char *command, const char *option, const char *text, unsigned least, unsigned most,
                      unsigned *number);
bool mbt_parse_threads(const char *command, const char *text, unsigned *threads);
bool mbt_parse_isa(const char *command, const char *text, mbt_isa *isa);

/* Chooses the kernels to run: those wanted, or for MBT_ISA_AUTO those that the environment variable MBT_ISA names, else
 * the fastest. If they do not run on this machine, prints one error line and returns false. */
bool mbt_choose_isa(mbt_isa wanted, mbt_isa *chosen);

#endif
