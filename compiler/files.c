/* files.c: reading and writing files whole. */
#define _POSIX_C_SOURCE 200809L
#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_READ ((size_t)1 << 16)

/* Reads to the end, in steps that double: the size of a pipe is not known before. */
static bool read_stream(FILE *stream, const char *path, size_t limit, void **bytes, size_t *size, mbt_error *error)
{
    size_t capacity = 0, used = 0;
    char *buffer = NULL;
    do {
        capacity = capacity == 0 ? FIRST_READ : 2 * capacity;
        char *larger = realloc(buffer, capacity);
        if (larger == NULL) {
            free(buffer);
            return mbt_fail(error, "%s: out of memory", path);
        }
        buffer = larger;
        used += fread(buffer + used, 1, capacity - used, stream);
    } while (used == capacity && used <= limit);
    if (ferror(stream) != 0 || used > limit) {
        const char *reason = used > limit ? "too large" : strerror(errno);
        free(buffer);
        return mbt_fail(error, "%s: %s", path, reason);
    }
    *bytes = buffer;
    *size = used;
    return true;
}

bool mbt_file_read(const char *path, size_t limit, void **bytes, size_t *size, mbt_error *error)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return mbt_fail(error, "%s: %s", path, strerror(errno));
    }
    const bool done = read_stream(stream, path, limit, bytes, size, error);
    fclose(stream);
    return done;
}

/* mkstemp gives the file to its owner alone; what is published has the permissions that any new file gets. */
static void set_usual_mode(int descriptor)
{
    const mode_t mask = umask(0);
    umask(mask);
    (void)!fchmod(descriptor, 0666 & ~mask);
}

bool mbt_output_open(const char *path, mbt_output *output, mbt_error *error)
{
    static const char suffix[] = ".XXXXXX";
    struct stat existing;
    *output = (mbt_output){.path = path};
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode)) {
        return mbt_fail(error, "%s: not an ordinary file", path);
    }
    const size_t length = strlen(path);
    output->temporary = malloc(length + sizeof suffix);
    if (output->temporary == NULL) {
        return mbt_fail(error, "out of memory");
    }
    memcpy(output->temporary, path, length);
    memcpy(output->temporary + length, suffix, sizeof suffix);
    const int descriptor = mkstemp(output->temporary);
    if (descriptor >= 0) {
        set_usual_mode(descriptor);
        output->stream = fdopen(descriptor, "wb");
    }
    if (output->stream == NULL) {
        mbt_fail(error, "%s: %s", path, strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
            unlink(output->temporary);
        }
        free(output->temporary);
        return false;
    }
    return true;
}

bool mbt_output_commit(mbt_output *output, mbt_error *error)
{
    const bool closed = fclose(output->stream) == 0;
    const bool done = closed && rename(output->temporary, output->path) == 0;
    if (!done) {
        mbt_fail(error, "%s: %s", output->path, strerror(errno));
        unlink(output->temporary);
    }
    free(output->temporary);
    return done;
}

void mbt_output_discard(mbt_output *output)
{
    fclose(output->stream);
    unlink(output->temporary);
    free(output->temporary);
}

bool mbt_same_file(const char *first, const char *second)
{
    struct stat a, b;
    return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
