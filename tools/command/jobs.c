/* jobs.c: tasks in processes of their own, several at a time. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/base/command.h"
#include "tools/base/result_file.h"

typedef struct running_task {
    pid_t process; /* 0: a free place */
    size_t index;
} running_task;

typedef struct job_state {
    const mbt_jobs *jobs;
    running_task *running; /* [jobs->at_once] */
    size_t count;          /* that run */
    size_t next;           /* to begin */
    int stopped;           /* the signal that came, or 0 */
    sigset_t watched, before;
    struct sigaction child_before;
} job_state;

/* Makes SIGCHLD wait for sigwait, which one that is ignored would not. */
static void wake(int number)
{
    (void)number;
}

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void watch_signals(job_state *s)
{
    struct sigaction action;
    sigemptyset(&s->watched);
    sigaddset(&s->watched, SIGCHLD);
    for (size_t i = 0; i < MBT_OUTPUT_SIGNALS; i++)
        if (!is_ignored(mbt_output_signals[i]))
            sigaddset(&s->watched, mbt_output_signals[i]);
    sigprocmask(SIG_BLOCK, &s->watched, &s->before);
    memset(&action, 0, sizeof action);
    action.sa_handler = wake;
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, &s->child_before);
}

static void unwatch_signals(const job_state *s)
{
    sigaction(SIGCHLD, &s->child_before, NULL);
    sigprocmask(SIG_SETMASK, &s->before, NULL);
}

static running_task *find_task(const job_state *s, pid_t process)
{
    for (size_t i = 0; i < s->jobs->at_once; i++)
        if (s->running[i].process == process)
            return &s->running[i];
    return NULL;
}

/* The signals that the caller waits for reach the task, also if they were blocked before. */
_Noreturn static void run_here(const job_state *s, size_t index)
{
    signal(SIGPIPE, SIG_IGN);
    mbt_result_be_silent_on_signal();
    sigprocmask(SIG_SETMASK, &s->before, NULL);
    sigprocmask(SIG_UNBLOCK, &s->watched, NULL);
    bool done = s->jobs->run(s->jobs->cookie, index);
    fflush(stdout);
    _exit(done ? MBT_EXIT_OK : MBT_EXIT_FAILED);
}

/* False if the system has no room for another process, which may pass. */
static bool begin_task(job_state *s)
{
    fflush(NULL); /* else what waits to be written would be so twice */
    const pid_t process = fork();
    if (process == 0)
        run_here(s, s->next);
    if (process > 0) {
        *find_task(s, 0) = (running_task){process, s->next++};
        s->count++;
    }
    return process > 0;
}

static void begin_tasks(job_state *s)
{
    bool room = true;
    while (room && s->count < s->jobs->at_once && s->next < s->jobs->count) {
        room = begin_task(s);
        if (!room && s->count == 0) {
            mbt_complain("cannot start another process: %s", strerror(errno));
            s->jobs->ended(s->jobs->cookie, s->next++, &(mbt_job_end){.done = false});
            room = true;
        }
    }
}

static void collect_ended(job_state *s)
{
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        running_task *task = find_task(s, process);
        if (task != NULL) {
            mbt_job_end end = {.done = WIFEXITED(status) && WEXITSTATUS(status) == MBT_EXIT_OK,
                               .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                               .process = process};
            end.stopped = !end.done && s->stopped != 0;
            task->process = 0;
            s->count--;
            s->jobs->ended(s->jobs->cookie, task->index, &end);
        }
    }
}

static void hand_on(const job_state *s, int number)
{
    for (size_t i = 0; i < s->jobs->at_once; i++)
        if (s->running[i].process > 0)
            kill(s->running[i].process, number);
}

int mbt_jobs_run(const mbt_jobs *jobs)
{
    job_state s = {.jobs = jobs, .running = calloc(jobs->at_once, sizeof *s.running)};
    if (s.running == NULL) {
        mbt_complain("out of memory for %zu jobs", jobs->at_once);
        return -1;
    }
    watch_signals(&s);
    begin_tasks(&s);
    while (s.count > 0) {
        int number = 0;
        sigwait(&s.watched, &number);
        if (number == SIGCHLD) {
            collect_ended(&s);
        } else {
            hand_on(&s, s.stopped == 0 ? number : SIGKILL);
            s.stopped = s.stopped == 0 ? number : s.stopped;
        }
        if (s.stopped == 0)
            begin_tasks(&s);
    }
    unwatch_signals(&s);
    free(s.running);
    return s.stopped;
}
