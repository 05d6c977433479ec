/* result_file.h: the command's results, each of which appears whole or not at all, with its error lines. */
#ifndef MBT_TOOLS_BASE_RESULT_FILE_H
#define MBT_TOOLS_BASE_RESULT_FILE_H

#include "common/output_file.h"

/* As mbt_output_create, but a link that leads to nothing is refused. A signal that removes the file prints a line. On
 * failure prints one error line and returns false. */
bool mbt_result_create(mbt_output_file *file, const char *path);

/* As mbt_output_commit. path is for the error line. */
bool mbt_result_commit(mbt_output_file *file, const char *path);

/* For a process whose end another one reports: signals print no line. */
void mbt_result_be_silent_on_signal(void);

/* Removes what a process of this command has left that was killed while it wrote to path. */
void mbt_result_remove_left(const char *path, long process);

#endif
