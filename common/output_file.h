/* output_file.h: a result file that appears under its name only when it is complete.
 *
 * The data goes to a temporary file with a hidden name in the same folder, which is renamed at the end. SIGINT,
 * SIGTERM, SIGHUP, SIGQUIT and SIGPIPE remove the temporary file before they end the process, unless the process
 * already ignores or handles them. SIGXFSZ is ignored from the first file on, so that a file above the size limit fails
 * as any other write does. */
#ifndef MBT_COMMON_OUTPUT_FILE_H
#define MBT_COMMON_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

typedef struct mbt_output_file {
    char *path;       /* the final path, with symbolic links followed */
    char *temporary;  /* the temporary path; NULL for a stream */
    int fd;           /* open for reading and writing; -1 when closed */
    FILE *stream;     /* NULL until mbt_output_open_stream */
    char reason[128]; /* why a call failed, without the path */
} mbt_output_file;

/* Creates the temporary file, ".PROGRAM-PID-XXXXXX". Only one can be open at a time. It gets the permissions of the
 * file that it will replace, if there is one and the file system has permissions. Symbolic links are followed, also to
 * a file that does not exist yet. Fails if path exists and is not a regular file that may be written to, or if it is
 * the name of an open descriptor (common/stream_path.h). On failure returns false, and only the reason is kept. */
bool mbt_output_create(mbt_output_file *file, const char *path, const char *program);

/* The same for the name of a stream (common/stream_path.h), which is written as it goes: nothing is created, renamed or
 * removed, and fd may not be readable. */
bool mbt_output_use_stream(mbt_output_file *file, const char *path);

/* Opens file->stream on the descriptor. On failure returns false, removes the temporary file, and keeps only the
 * reason. */
bool mbt_output_open_stream(mbt_output_file *file);

/* Writes everything to the disk, closes the file and renames it. On failure returns false, and no file is left. */
bool mbt_output_commit(mbt_output_file *file);

/* Closes and removes the temporary file. May be called after any of the functions above, and more than once. The
 * reason is kept. */
void mbt_output_discard(mbt_output_file *file);

/* Removes the temporary files that a killed process of that program left while it wrote to path. process: its ID. */
void mbt_output_remove_left(const char *path, const char *program, long process);

/* Sets the line that the signal handler prints on standard error when it removes a file. NULL, the initial value: no
 * line. */
void mbt_output_set_signal_line(const char *line);

/* From now on the signal removes the file, if there is one, and ends the process. May be called in its handler. */
void mbt_output_end_by(int number);

/* The signals that remove the file. */
enum { MBT_OUTPUT_SIGNALS = 5 };
extern const int mbt_output_signals[MBT_OUTPUT_SIGNALS];

#endif
