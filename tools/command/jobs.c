/* jobs.c: runs tasks in processes of their own, several at a time. */
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

#include "tools/base/message.h"
#include "tools/base/result_file.h"

typedef struct running_task {
    pid_t process; /* 0: the place is free */
    size_t index;
} running_task;

typedef struct job_state {
    const mbt_jobs *jobs;
    running_task *running; /* [jobs->at_once] */
    size_t count;          /* of running tasks */
    size_t next;           /* the task to start next */
    int stopped;           /* the signal that came, or 0 */
    sigset_t watched, before;
    struct sigaction child_before;
} job_state;

/* With a handler, SIGCHLD stays pending until sigwait takes it. A signal that is ignored is dropped. */
static void handle_child(int number)
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
    action.sa_handler = handle_child;
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

/* Unblocks the signals that the parent waits for, so that they end the task. */
_Noreturn static void run_in_child(const job_state *s, size_t index)
{
    signal(SIGPIPE, SIG_IGN);
    mbt_result_be_silent_on_signal();
    sigprocmask(SIG_SETMASK, &s->before, NULL);
    sigprocmask(SIG_UNBLOCK, &s->watched, NULL);
    bool done = s->jobs->run(s->jobs->cookie, index);
    fflush(stdout);
    _exit(done ? MBT_EXIT_OK : MBT_EXIT_FAILED);
}

/* Returns false if the system refuses another process for now. */
static bool start_task(job_state *s)
{
    fflush(NULL); /* else the child would write buffered output a second time */
    const pid_t process = fork();
    if (process == 0)
        run_in_child(s, s->next);
    if (process > 0) {
        *find_task(s, 0) = (running_task){process, s->next++};
        s->count++;
    }
    return process > 0;
}

static void start_tasks(job_state *s)
{
    bool room = true;
    while (room && s->count < s->jobs->at_once && s->next < s->jobs->count) {
        room = start_task(s);
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

static void pass_on(const job_state *s, int number)
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
    start_tasks(&s);
    while (s.count > 0) {
        int number = 0;
        sigwait(&s.watched, &number);
        if (number == SIGCHLD) {
            collect_ended(&s);
        } else {
            pass_on(&s, s.stopped == 0 ? number : SIGKILL);
            s.stopped = s.stopped == 0 ? number : s.stopped;
        }
        if (s.stopped == 0)
            start_tasks(&s);
    }
    unwatch_signals(&s);
    free(s.running);
    return s.stopped;
}
