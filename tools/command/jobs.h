/* jobs.h: tasks in processes of their own, several at a time. One that crashes takes no other with it. */
#ifndef MBT_TOOLS_COMMAND_JOBS_H
#define MBT_TOOLS_COMMAND_JOBS_H

#include <stdbool.h>
#include <stddef.h>

/* How a task ended. */
typedef struct mbt_job_end {
    bool done;
    bool stopped; /* not done, for a signal has ended it all */
    int signal;   /* what ended its process, or 0 */
    long process; /* its number; 0 if it could not be begun */
} mbt_job_end;

typedef struct mbt_jobs {
    size_t count, at_once;
    bool (*run)(void *cookie, size_t index); /* in the task's process; failures are told there */
    void (*ended)(void *cookie, size_t index, const mbt_job_end *end); /* in the caller's */
    void *cookie;
} mbt_jobs;

/* Runs tasks 0 to count - 1, in that order, and waits for all. One of mbt_output_signals, unless it is ignored, is
 * handed on to the tasks that run, and a second one kills them; no others are begun, and it returns the first signal's
 * number. Else 0; or -1, told in a line, without memory. If the caller is killed by SIGKILL, tasks that run go on. A
 * task's line on a standard output that nobody reads is lost, and does not fail it. */
int mbt_jobs_run(const mbt_jobs *jobs);

#endif
