/* jobs.h: tasks in processes of their own, several at a time. One that crashes takes no other with it. */
#ifndef MBT_TOOLS_JOBS_H
#define MBT_TOOLS_JOBS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mbt_jobs {
    size_t count, at_once;
    bool (*run)(void *cookie, size_t index); /* in the task's process; failures are told there */
    /* In the caller's: whether it was done. signal: what ended its process, or 0. */
    void (*ended)(void *cookie, size_t index, bool done, int signal);
    void *cookie;
} mbt_jobs;

/* Runs tasks 0 to count - 1, in that order, and waits for all. SIGINT, SIGTERM, SIGHUP and SIGQUIT, unless ignored, end
 * the tasks that run, by SIGTERM; no others are begun, and it returns the signal's number. Else 0; or -1, told in a
 * line, without memory. */
int mbt_jobs_run(const mbt_jobs *jobs);

#endif
