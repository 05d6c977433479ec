/* output_file.h: a file that appears under its name when it is whole, or not at all. */
#ifndef MBT_TOOLS_BASE_OUTPUT_FILE_H
#define MBT_TOOLS_BASE_OUTPUT_FILE_H

#include <stdbool.h>

typedef struct mbt_output_file {
    char *path;      /* where it goes, links followed */
    char *temporary; /* where it is until then: a hidden name in the same folder */
    int fd;          /* open for reading and writing; -1 when closed */
} mbt_output_file;

/* Creates the temporary file, which a signal that ends the process (but for SIGKILL and those of a crash) removes on
 * its way, and tells so in a line. One at a time. A link is followed; one that leads to nothing is refused.
 * On failure false, told in a line. */
bool mbt_output_create(mbt_output_file *file, const char *path);

/* Closes it and gives it its name. On failure false, told in a line, and nothing remains. */
bool mbt_output_commit(mbt_output_file *file);

/* Removes the temporary file. Fine after any of the above, and more than once. */
void mbt_output_discard(mbt_output_file *file);

/* Removes what a process that was killed while it wrote to `path` has left. */
void mbt_output_remove_left(const char *path, long process);

/* Without that line: for processes whose end another one tells. */
void mbt_output_be_silent_on_signal(void);

/* The signals that end a process from outside: the one of that index, 0 if it is ignored, -1 past the last. */
int mbt_fatal_signal(int index);

#endif
