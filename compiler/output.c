/* output.c: writing under a hidden name, which a rename makes the right one. */
#define _POSIX_C_SOURCE 200809L
#include "compiler/output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as in Linux */
#define TARGET_MAX 4096

static const int fatal_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

#define FATAL_SIGNALS (sizeof fatal_signals / sizeof fatal_signals[0])

/* What the handler removes; changed only while the signals are blocked. */
static const char *volatile unfinished;

/* The signal, blocked while this runs, has its default action by then (SA_RESETHAND) and ends the process after it. */
static void remove_unfinished(int number)
{
    if (unfinished != NULL)
        unlink(unfinished);
    raise(number);
}

static void block_signals(sigset_t *before)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < FATAL_SIGNALS; i++)
        sigaddset(&blocked, fatal_signals[i]);
    sigprocmask(SIG_BLOCK, &blocked, before);
}

static void set_unfinished(const char *path)
{
    sigset_t before;
    block_signals(&before);
    unfinished = path;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void catch_signals(void)
{
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(fatal_signals[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            memset(&action, 0, sizeof action);
            action.sa_handler = remove_unfinished;
            action.sa_flags = (int)SA_RESETHAND;
            sigemptyset(&action.sa_mask);
            sigaction(fatal_signals[i], &action, NULL);
        }
    }
    signal(SIGXFSZ, SIG_IGN);
}

/* The length of a path up to its last slash, that included. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* The first folder bytes of path, then name; malloc'd. */
static char *join(const char *path, size_t folder, const char *name)
{
    char *joined = malloc(folder + strlen(name) + 1);
    if (joined != NULL) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, name, strlen(name) + 1);
    }
    return joined;
}

/* What path is a symbolic link to, in the end; malloc'd. The target need not be there. */
static char *follow_links(const char *path, mbt_error *error)
{
    char target[TARGET_MAX];
    char *current = join(path, 0, path);
    for (int i = 0; current != NULL && i <= LINKS_MAX; i++) {
        const ssize_t length = readlink(current, target, sizeof target - 1);
        if (length < 0)
            return current;
        target[length] = '\0';
        char *next = join(current, target[0] == '/' ? 0 : folder_length(current), target);
        free(current);
        current = next;
    }
    mbt_fail_file(error, path, "%s", current == NULL ? "out of memory" : strerror(ELOOP));
    free(current);
    return NULL;
}

/* The permissions of the file that is replaced, or those that any new file gets. */
static bool find_mode(const char *path, mode_t *mode, mbt_error *error)
{
    struct stat existing;
    if (stat(path, &existing) == 0) {
        *mode = existing.st_mode & 0777;
        if (!S_ISREG(existing.st_mode))
            return mbt_fail_file(error, path, "not an ordinary file");
        return access(path, W_OK) == 0 || mbt_fail_file(error, path, "cannot be replaced: %s", strerror(errno));
    }
    if (errno != ENOENT)
        return mbt_fail_file(error, path, "%s", strerror(errno));
    const mode_t mask = umask(0);
    umask(mask);
    *mode = 0666 & ~mask;
    return path[folder_length(path)] != '\0' || mbt_fail_file(error, path, "names a folder, not a file");
}

/* Creates output->temporary with that mode and opens it. */
static bool open_temporary(mbt_output *output, mode_t mode)
{
    sigset_t before;
    block_signals(&before);
    catch_signals();
    const int descriptor = mkstemp(output->temporary);
    int reason = errno;
    if (descriptor >= 0)
        unfinished = output->temporary;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (descriptor >= 0) {
        output->stream = fchmod(descriptor, mode) == 0 ? fdopen(descriptor, "wb") : NULL;
        if (output->stream == NULL) {
            reason = errno;
            close(descriptor);
            unlink(output->temporary);
            set_unfinished(NULL);
        }
    }
    errno = reason;
    return output->stream != NULL;
}

bool mbt_output_open(const char *path, mbt_output *output, mbt_error *error)
{
    mode_t mode = 0;
    *output = (mbt_output){.path = follow_links(path, error)};
    if (output->path == NULL)
        return false;
    if (find_mode(output->path, &mode, error)) {
        output->temporary = join(output->path, folder_length(output->path), ".mambac-XXXXXX");
        if (output->temporary == NULL)
            mbt_fail_file(error, path, "out of memory");
        else if (open_temporary(output, mode))
            return true;
        else
            mbt_fail_file(error, path, "cannot write to its folder: %s", strerror(errno));
    }
    free(output->temporary);
    free(output->path);
    return false;
}

static void release(mbt_output *output)
{
    set_unfinished(NULL);
    free(output->temporary);
    free(output->path);
    *output = (mbt_output){0};
}

bool mbt_output_commit(mbt_output *output, mbt_error *error)
{
    const bool done = fclose(output->stream) == 0 && rename(output->temporary, output->path) == 0;
    if (!done) {
        mbt_fail_file(error, output->path, "%s", strerror(errno));
        unlink(output->temporary);
    }
    release(output);
    return done;
}

void mbt_output_discard(mbt_output *output)
{
    fclose(output->stream);
    unlink(output->temporary);
    release(output);
}
