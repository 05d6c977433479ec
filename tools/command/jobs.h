/* jobs.h: runs tasks in processes of their own, several at a time. One that crashes ends no other. */
#ifndef MBT_TOOLS_COMMAND_JOBS_H
#define MBT_TOOLS_COMMAND_JOBS_H

#include <stdbool.h>
#include <stddef.h>

/* How a task ended. */
typedef struct mbt_job_end {
    bool done;
    bool stopped; /* not done, because a signal ended all tasks */
    int signal;   /* the signal that ended its process, or 0 */
    long process; /* its number; 0 if it could not be started */
} mbt_job_end;

typedef struct mbt_jobs {
    size_t count, at_once;
    bool (*run)(void *cookie, size_t index); /* in the task's process; prints its own error lines */
    void (*ended)(void *cookie, size_t index, const mbt_job_end *end); /* in the caller's */
    void *cookie;
} mbt_jobs;

/* Runs tasks 0 to count - 1, in that order, waits for all, and returns 0. When memory runs out, prints one error line
 * and returns -1.
 *
 * A signal of mbt_output_signals, unless it is ignored, is passed on to the running tasks, and a second one kills
 * them. No task is started after it, and its number is returned. After other signals that end the caller, running tasks
 * go on. Tasks ignore SIGPIPE: they do not fail when nobody reads their standard output. */
int mbt_jobs_run(const mbt_jobs *jobs);

#endif
