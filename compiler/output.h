/* output.h: a file that appears under its name when it is whole, or not at all. */
#ifndef MBT_COMPILER_OUTPUT_H
#define MBT_COMPILER_OUTPUT_H

#include <stdio.h>

#include "compiler/error.h"

typedef struct mbt_output {
    FILE *stream;
    char *path;      /* where it goes: symbolic links followed */
    char *temporary; /* where it is until then: a hidden name in the same folder */
} mbt_output;

/* Opens it, one at a time. It gets the permissions of the file that it will replace, if there is one. SIGINT, SIGTERM,
 * SIGHUP, SIGQUIT and SIGPIPE remove it before they end the process, unless they are ignored or handled already;
 * SIGXFSZ is ignored from here on, so that a file above the size limit is a failed write like others.
 * Fails where path is there and is not an ordinary file, or may not be written to. */
bool mbt_output_open(const char *path, mbt_output *output, mbt_error *error);

/* Closes it and gives it its name. On failure it is removed. */
bool mbt_output_commit(mbt_output *output, mbt_error *error);

/* Closes and removes it. */
void mbt_output_discard(mbt_output *output);

#endif
