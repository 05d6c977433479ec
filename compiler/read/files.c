/* files.c: reads whole files. */
#define _POSIX_C_SOURCE 200809L
#include "compiler/read/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_READ ((size_t)1 << 16)

/* Reads to the end. The buffer doubles when it is full, because the size of a pipe is not known in advance. */
static bool read_stream(FILE *stream, const char *path, size_t limit, void **bytes, size_t *size, mbt_error *error)
{
    size_t capacity = 0, used = 0;
    char *buffer = NULL;
    do {
        capacity = capacity == 0 ? FIRST_READ : 2 * capacity;
        char *larger = realloc(buffer, capacity);
        if (larger == NULL) {
            free(buffer);
            return mbt_fail_file(error, path, "out of memory");
        }
        buffer = larger;
        used += fread(buffer + used, 1, capacity - used, stream);
    } while (used == capacity && used <= limit);
    if (ferror(stream) != 0) {
        mbt_fail_file(error, path, "%s", strerror(errno));
    } else if (used > limit) {
        mbt_fail_file(error, path, "larger than %zu bytes, the limit", limit);
    } else {
        *bytes = buffer;
        *size = used;
        return true;
    }
    free(buffer);
    return false;
}

bool mbt_file_read(const char *path, size_t limit, void **bytes, size_t *size, mbt_error *error)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return mbt_fail_file(error, path, "%s", strerror(errno));
    const bool done = read_stream(stream, path, limit, bytes, size, error);
    fclose(stream);
    return done;
}

bool mbt_same_file(const char *first, const char *second)
{
    struct stat a, b;
    return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
