/* output_file.h: a file that appears under its name when it is whole, or not at all.
 *
 * It is written under a hidden name in the same folder, and gets its own name by a rename. SIGINT, SIGTERM, SIGHUP,
 * SIGQUIT and SIGPIPE remove it before they end the process, unless the process ignores or handles them already.
 * SIGXFSZ is ignored from the first file on: a file above the size limit is then a failed write like others. */
#ifndef MBT_COMMON_OUTPUT_FILE_H
#define MBT_COMMON_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

typedef struct mbt_output_file {
    char *path;       /* where it goes: symbolic links followed */
    char *temporary;  /* where it is until then */
    int fd;           /* open for reading and writing; -1 when closed */
    FILE *stream;     /* NULL without mbt_output_open_stream */
    char reason[128]; /* why a call failed; no path in it */
} mbt_output_file;

/* Creates the temporary file, ".PROGRAM-PID-XXXXXX"; one at a time. It gets the permissions of the file that it will
 * replace, if there is one. A link is followed, also to a file that is not there yet. Fails where path is anything but
 * a regular file that may be written to. On failure returns false, and nothing is held but the reason. */
bool mbt_output_create(mbt_output_file *file, const char *path, const char *program);

/* Opens file->stream on the descriptor. On failure returns false, as above, and the temporary file is removed. */
bool mbt_output_open_stream(mbt_output_file *file);

/* Brings it to the disk, closes it and gives it its name. On failure returns false, and nothing remains. */
bool mbt_output_commit(mbt_output_file *file);

/* Closes and removes the temporary file. Fine after any of the above, and more than once. The reason stays. */
void mbt_output_discard(mbt_output_file *file);

/* Removes what a process of that program has left that was killed while it wrote to path. */
void mbt_output_remove_left(const char *path, const char *program, long process);

/* The line that a signal which removes the file prints on standard error; NULL, as at the start: none. */
void mbt_output_set_signal_line(const char *line);

/* The signals that remove the file. */
enum { MBT_OUTPUT_SIGNALS = 5 };
extern const int mbt_output_signals[MBT_OUTPUT_SIGNALS];

#endif
