/* jobs.c: tasks in processes of their own, several at a time. */
#define _POSIX_C_SOURCE 200809L

#include "jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

typedef struct running_task {
    pid_t process; /* 0: a free place */
    size_t index;
} running_task;

typedef struct job_state {
    const mbt_jobs *jobs;
    running_task *running; /* [jobs->at_once] */
    size_t count;          /* that run */
    size_t next;           /* to begin */
    sigset_t watched, before;
    struct sigaction child_before;
} job_state;

/* Makes a signal wait for sigwait, which one that is ignored would not. */
static void wake(int number)
{
    (void)number;
}

static void watch_signals(job_state *s)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action;
    sigemptyset(&s->watched);
    sigaddset(&s->watched, SIGCHLD);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
            sigaddset(&s->watched, ending[i]);
        }
    }
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
    for (size_t i = 0; i < s->jobs->at_once; i++) {
        if (s->running[i].process == process) {
            return &s->running[i];
        }
    }
    return NULL;
}

_Noreturn static void run_here(const job_state *s, size_t index)
{
    sigprocmask(SIG_SETMASK, &s->before, NULL);
    bool done = s->jobs->run(s->jobs->cookie, index);
    if (fflush(stdout) != 0) {
        done = mbt_complain("standard output: %s", strerror(errno));
    }
    _exit(done ? MBT_EXIT_OK : MBT_EXIT_FAILED);
}

/* False if the system has no room for another process, which may pass. */
static bool begin_task(job_state *s)
{
    fflush(NULL); /* else what waits to be written would be so twice */
    const pid_t process = fork();
    if (process == 0) {
        run_here(s, s->next);
    }
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
            s->jobs->ended(s->jobs->cookie, s->next++, false, 0);
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
            const size_t index = task->index;
            task->process = 0;
            s->count--;
            s->jobs->ended(s->jobs->cookie, index, WIFEXITED(status) && WEXITSTATUS(status) == MBT_EXIT_OK,
                           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        }
    }
}

static void end_running(const job_state *s)
{
    for (size_t i = 0; i < s->jobs->at_once; i++) {
        if (s->running[i].process > 0) {
            kill(s->running[i].process, SIGTERM);
        }
    }
}

int mbt_jobs_run(const mbt_jobs *jobs)
{
    job_state s = {.jobs = jobs, .running = calloc(jobs->at_once, sizeof *s.running)};
    if (s.running == NULL) {
        mbt_complain("out of memory for %zu jobs", jobs->at_once);
        return -1;
    }
    int stopped = 0;
    watch_signals(&s);
    begin_tasks(&s);
    while (s.count > 0) {
        int number = 0;
        sigwait(&s.watched, &number);
        if (number == SIGCHLD) {
            collect_ended(&s);
        } else if (stopped == 0) {
            stopped = number;
            end_running(&s);
        }
        if (stopped == 0) {
            begin_tasks(&s);
        }
    }
    unwatch_signals(&s);
    free(s.running);
    return stopped;
}
