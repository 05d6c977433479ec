/* stream_path.h: names of what is read and written as a stream, and not as a file.
 *
 * A result gets its name by a rename. A pipe or a device would be replaced by a file, and /dev/stdout would lead to the
 * file that the shell has opened there, with what it holds already. */
#ifndef MBT_COMMON_STREAM_PATH_H
#define MBT_COMMON_STREAM_PATH_H

#include <stdbool.h>

/* Whether path is a pipe or a character device, or the name of a process's open descriptor, whatever that is:
 * /dev/stdout, /dev/fd/3, /proc/self/fd/3, or the shell's <(...) and >(...). Links are followed. */
bool mbt_is_stream_path(const char *path);

/* Opens such a path with flags O_RDONLY or O_WRONLY. A descriptor of this process is duplicated, with its place in the
 * file; one of another process is opened unless it is a file. A pipe waits for its other end. Returns the new
 * descriptor, or -1 with errno set. */
int mbt_open_stream_path(const char *path, int flags);

#endif
