/* files.h: reads whole files. */
#ifndef MBT_COMPILER_READ_FILES_H
#define MBT_COMPILER_READ_FILES_H

#include <stddef.h>

#include "compiler/error.h"

/* Reads a file of at most limit bytes. The caller frees *bytes, which is not NULL even for an empty file. */
bool mbt_file_read(const char *path, size_t limit, void **bytes, size_t *size, mbt_error *error);

/* Whether both paths lead to the same existing file. */
bool mbt_same_file(const char *first, const char *second);

#endif
