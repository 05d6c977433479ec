/* output_file.c: a file that appears under its name when it is whole, or not at all. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700

#include "tools/base/output_file.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/base/command.h"

/* Those that end the process from outside; a bug's, such as SIGSEGV, are not caught. */
static const int fatal_signals[] = {
    SIGINT,    SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGPOLL,
#if defined(SIGSTKFLT)
    SIGSTKFLT,
#endif
#if defined(SIGPWR)
    SIGPWR,
#endif
};

enum { FATAL_SIGNALS = sizeof fatal_signals / sizeof fatal_signals[0] };

/* Those above and the real-time signals; -1 past the last. */
static int fatal_number(int index)
{
    if (index < FATAL_SIGNALS)
        return fatal_signals[index];
#if defined(SIGRTMIN)
    int number = SIGRTMIN + index - FATAL_SIGNALS;
    return number <= SIGRTMAX ? number : -1;
#else
    return -1;
#endif
}

static const char hidden_name[] = ".mambattention-";

/* What the handler removes. Changed only while the signals are held back, and no pool runs. */
static const char *volatile removed_on_signal;

static bool silent_on_signal, stderr_is_terminal;

void mbt_output_be_silent_on_signal(void)
{
    silent_on_signal = true;
}

static void remove_and_die(int number)
{
    static const char line[] = "\nmambattention: ended by a signal; the result is not written\n";
    size_t skipped = stderr_is_terminal ? 0 : 1; /* where a progress bar may be in the line */
    if (removed_on_signal != NULL) {
        unlink(removed_on_signal);
        ssize_t told = silent_on_signal ? 0 : write(STDERR_FILENO, line + skipped, sizeof line - 1 - skipped);
        (void)told;
    }
    signal(number, SIG_DFL);
    raise(number); /* ends the process when the handler, which holds all signals back, returns */
}

int mbt_fatal_signal(int index)
{
    struct sigaction action;
    int number = fatal_number(index);
    bool ignored = number > 0 && sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
    return ignored ? 0 : number;
}

static void hold_signals(sigset_t *before)
{
    sigset_t held;
    sigemptyset(&held);
    for (int i = 0, number; (number = fatal_number(i)) > 0; i++)
        sigaddset(&held, number);
    sigprocmask(SIG_BLOCK, &held, before);
}

static void catch_signals(void)
{
    for (int i = 0, number; (number = fatal_number(i)) > 0; i++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            memset(&action, 0, sizeof action);
            action.sa_handler = remove_and_die;
            sigfillset(&action.sa_mask); /* a second one must not end the process before the handler is through */
            sigaction(number, &action, NULL);
        }
    }
    stderr_is_terminal = isatty(STDERR_FILENO);
    signal(SIGXFSZ, SIG_IGN); /* a file above the size limit is then a failed write, told and cleaned up like others */
}

/* The permissions of the file that is replaced, or those that a new file gets. */
static bool find_mode(const char *path, bool *exists, mode_t *mode)
{
    struct stat about;
    *exists = stat(path, &about) == 0;
    if (!*exists) {
        if (errno != ENOENT)
            return mbt_complain("%s: %s", path, strerror(errno));
        if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode))
            return mbt_complain("%s: a link to a file that does not exist; remove it, or give its target", path);
        mode_t mask = umask(0);
        umask(mask);
        *mode = (mode_t)(0666 & ~mask);
        return true;
    }
    if (!S_ISREG(about.st_mode)) {
        return mbt_complain("%s: %s, cannot be written as a file", path,
                            S_ISDIR(about.st_mode) ? "a folder" : "not a regular file");
    }
    if (access(path, W_OK) != 0)
        return mbt_complain("%s: cannot be replaced: %s", path, strerror(errno));
    *mode = about.st_mode & 0777;
    return true;
}

static bool set_names(mbt_output_file *file, const char *path, bool exists)
{
    char hidden[sizeof hidden_name + 40]; /* the process's number serves mbt_output_remove_left */
    snprintf(hidden, sizeof hidden, "%s%ld-XXXXXX", hidden_name, (long)getpid());
    file->path = exists ? realpath(path, NULL) : strdup(path);
    if (file->path == NULL)
        return mbt_complain("%s: %s", path, strerror(errno));
    const char *slash = strrchr(file->path, '/');
    size_t folder = slash != NULL ? (size_t)(slash - file->path) + 1 : 0;
    if (file->path[folder] == '\0')
        return mbt_complain("'%s': names a folder, not a file", path);
    size_t hidden_size = strlen(hidden) + 1;
    file->temporary = malloc(folder + hidden_size);
    if (file->temporary == NULL)
        return mbt_complain("%s: out of memory", path);
    memcpy(file->temporary, file->path, folder);
    memcpy(file->temporary + folder, hidden, hidden_size);
    return true;
}

bool mbt_output_create(mbt_output_file *file, const char *path)
{
    bool exists;
    mode_t mode = 0;
    *file = (mbt_output_file){NULL, NULL, -1};
    if (!find_mode(path, &exists, &mode))
        return false;
    if (!set_names(file, path, exists)) {
        mbt_output_discard(file);
        return false;
    }
    sigset_t before;
    hold_signals(&before);
    catch_signals();
    file->fd = mkstemp(file->temporary);
    int error = errno;
    if (file->fd >= 0)
        removed_on_signal = file->temporary;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (file->fd < 0) {
        mbt_output_discard(file);
        return mbt_complain("%s: cannot write to its folder: %s", path, strerror(error));
    }
    if (fchmod(file->fd, mode) != 0) {
        error = errno;
        mbt_output_discard(file);
        return mbt_complain("%s: cannot set its permissions: %s", path, strerror(error));
    }
    return true;
}

bool mbt_output_commit(mbt_output_file *file)
{
    int synced = fsync(file->fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
    int closed = close(file->fd) == 0 ? 0 : errno;
    file->fd = -1;
    int error = synced != 0 ? synced : closed;
    sigset_t before;
    hold_signals(&before); /* a signal finds the temporary file, or the result in its place */
    if (error == 0 && rename(file->temporary, file->path) != 0)
        error = errno;
    if (error == 0) {
        removed_on_signal = NULL;
        free(file->temporary);
        file->temporary = NULL;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        mbt_complain("%s: %s", file->path, strerror(error));
    mbt_output_discard(file);
    return error == 0;
}

void mbt_output_discard(mbt_output_file *file)
{
    if (file->temporary != NULL) {
        sigset_t before;
        hold_signals(&before);
        if (file->temporary == removed_on_signal) {
            unlink(file->temporary);
            removed_on_signal = NULL;
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    if (file->fd >= 0)
        close(file->fd);
    free(file->temporary);
    free(file->path);
    *file = (mbt_output_file){NULL, NULL, -1};
}

void mbt_output_remove_left(const char *path, long process)
{
    char *whole = realpath(path, NULL), *folder = whole != NULL ? whole : strdup(path), start[sizeof hidden_name + 32];
    snprintf(start, sizeof start, "%s%ld-", hidden_name, process);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    if (slash != NULL)
        slash[slash == folder] = '\0';
    DIR *entries = folder != NULL ? opendir(slash != NULL ? folder : ".") : NULL;
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (strncmp(entry->d_name, start, strlen(start)) == 0)
            unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries != NULL)
        closedir(entries);
    free(folder);
}
