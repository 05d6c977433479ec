/* files.h: whole files in, and one out that appears only when it is complete. */
#ifndef MBT_COMPILER_FILES_H
#define MBT_COMPILER_FILES_H

#include <stddef.h>
#include <stdio.h>

#include "error.h"

/* Reads a file of at most limit bytes. *bytes is malloc'd, and not NULL even for an empty file. */
bool mbt_file_read(const char *path, size_t limit, void **bytes, size_t *size, mbt_error *error);

/* A file being written under a temporary name in the folder of path. */
typedef struct mbt_output {
    FILE *stream;
    char *temporary; /* its name */
    const char *path;
} mbt_output;

/* Opens it. path is kept until the end. Fails where path is there and is not an ordinary file. */
bool mbt_output_open(const char *path, mbt_output *output, mbt_error *error);

/* Closes it and gives it its name. On failure it is removed. */
bool mbt_output_commit(mbt_output *output, mbt_error *error);

/* Closes and removes it. */
void mbt_output_discard(mbt_output *output);

/* Whether both paths name one existing file. */
bool mbt_same_file(const char *first, const char *second);

#endif
