/* output_file.c: writes to a temporary file, and renames it when it is complete. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700

#include "common/output_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/stream_path.h"
#include "common/text.h"

#define MAX_LINKS 40 /* as in Linux */
#define MAX_TARGET 4096

const int mbt_output_signals[MBT_OUTPUT_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

/* The file that the signal handler removes. It is changed only while the signals are blocked and no other thread
 * runs. */
static const char *volatile removed_on_signal;

static char signal_text[128]; /* a newline, the line, a newline; empty if there is no line */
static size_t signal_text_bytes;
static bool stderr_is_terminal;

void mbt_output_set_signal_line(const char *line)
{
    signal_text[0] = '\0';
    if (line != NULL)
        snprintf(signal_text, sizeof signal_text, "\n%s\n", line);
    signal_text_bytes = strlen(signal_text);
}

/* On a terminal the current line may hold a progress bar, so the text begins on a new line. */
static void print_signal_line(void)
{
    const size_t skipped = stderr_is_terminal ? 0 : 1;
    const ssize_t written = write(STDERR_FILENO, signal_text + skipped, signal_text_bytes - skipped);
    (void)written; /* nothing can be done about a failure */
}

/* All signals are blocked while this handler runs. The raised signal ends the process when the handler returns. */
static void remove_and_end(int number)
{
    if (removed_on_signal != NULL) {
        unlink(removed_on_signal);
        if (signal_text_bytes > 0)
            print_signal_line();
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void block_signals(sigset_t *before)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < MBT_OUTPUT_SIGNALS; i++)
        sigaddset(&blocked, mbt_output_signals[i]);
    sigprocmask(SIG_BLOCK, &blocked, before);
}

void mbt_output_end_by(int number)
{
    struct sigaction action = {.sa_handler = remove_and_end};
    sigfillset(&action.sa_mask); /* a second signal must not end the process before the file is removed */
    sigaction(number, &action, NULL);
}

static void catch_signals(void)
{
    for (size_t i = 0; i < MBT_OUTPUT_SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(mbt_output_signals[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL)
            mbt_output_end_by(mbt_output_signals[i]);
    }
    stderr_is_terminal = isatty(STDERR_FILENO);
    signal(SIGXFSZ, SIG_IGN);
}

/* Stores the reason, and closes and removes the temporary file. Returns false. */
static bool fail(mbt_output_file *file, const char *format, ...) MBT_PRINTF(2, 3);

static bool fail(mbt_output_file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(file->reason, sizeof file->reason, format, arguments);
    va_end(arguments);
    mbt_output_discard(file);
    return false;
}

/* The length of the folder in a path, with its last slash. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* The first `folder` bytes of path, followed by name. The caller frees it. NULL if memory ran out. */
static char *join(const char *path, size_t folder, const char *name)
{
    char *joined = malloc(folder + strlen(name) + 1);
    if (joined != NULL) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, name, strlen(name) + 1);
    }
    return joined;
}

/* Sets file->path to the end of the chain of symbolic links that starts at path. The last target need not exist. */
static bool follow_links(mbt_output_file *file, const char *path)
{
    char target[MAX_TARGET];
    file->path = join(path, 0, path);
    for (int i = 0; file->path != NULL && i <= MAX_LINKS; i++) {
        const ssize_t length = readlink(file->path, target, sizeof target - 1);
        if (length < 0)
            return true;
        target[length] = '\0';
        char *next = join(file->path, target[0] == '/' ? 0 : folder_length(file->path), target);
        free(file->path);
        file->path = next;
    }
    return fail(file, "%s", file->path == NULL ? "out of memory" : strerror(ELOOP));
}

/* Sets *mode to the permissions of the file that will be replaced, or to those of any new file. Fails if path cannot
 * be replaced. */
static bool find_mode(mbt_output_file *file, mode_t *mode)
{
    struct stat existing;
    if (stat(file->path, &existing) == 0) {
        *mode = existing.st_mode & 0777;
        if (!S_ISREG(existing.st_mode)) {
            return fail(file, "%s, cannot be written as a file",
                        S_ISDIR(existing.st_mode) ? "a folder" : "not a regular file");
        }
        return access(file->path, W_OK) == 0 || fail(file, "cannot be replaced: %s", strerror(errno));
    }
    if (errno != ENOENT)
        return fail(file, "%s", strerror(errno));
    const mode_t mask = umask(0);
    umask(mask);
    *mode = (mode_t)(0666 & ~mask);
    return file->path[folder_length(file->path)] != '\0' || fail(file, "names a folder, not a file");
}

/* The links of /dev/stdout have been followed to the file behind it, which may be one that is only added to. */
static bool refuse_stream(mbt_output_file *file, const char *path)
{
    return !mbt_is_stream_path(path) || fail(file, "an open descriptor, cannot be written as a file");
}

/* The name holds the process ID, by which mbt_output_remove_left finds what a killed process left. */
static bool set_temporary(mbt_output_file *file, const char *program)
{
    char name[64];
    snprintf(name, sizeof name, ".%s-%ld-XXXXXX", program, (long)getpid());
    file->temporary = join(file->path, folder_length(file->path), name);
    return file->temporary != NULL || fail(file, "out of memory");
}

/* Of a file system that keeps none, or sets them all itself, as those of a network, of FAT and of user space may. */
static bool has_no_permissions(int error)
{
    return error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP || error == EPERM;
}

static bool open_temporary(mbt_output_file *file, mode_t mode)
{
    sigset_t before;
    block_signals(&before);
    catch_signals();
    file->fd = mkstemp(file->temporary);
    const int error = errno;
    if (file->fd >= 0)
        removed_on_signal = file->temporary;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (file->fd < 0)
        return fail(file, "cannot write to its folder: %s", strerror(error));
    const bool set = fchmod(file->fd, mode) == 0 || has_no_permissions(errno);
    return set || fail(file, "cannot set its permissions: %s", strerror(errno));
}

bool mbt_output_create(mbt_output_file *file, const char *path, const char *program)
{
    mode_t mode = 0;
    *file = (mbt_output_file){.fd = -1};
    return follow_links(file, path) && find_mode(file, &mode) && refuse_stream(file, path) &&
           set_temporary(file, program) && open_temporary(file, mode);
}

bool mbt_output_use_stream(mbt_output_file *file, const char *path)
{
    *file = (mbt_output_file){.fd = mbt_open_stream_path(path, O_WRONLY)};
    return file->fd >= 0 || fail(file, "%s", strerror(errno));
}

bool mbt_output_open_stream(mbt_output_file *file)
{
    file->stream = fdopen(file->fd, "wb");
    return file->stream != NULL || fail(file, "%s", strerror(errno));
}

/* Closing the stream closes the descriptor. */
static int close_file(mbt_output_file *file)
{
    const int failed = file->stream != NULL ? fclose(file->stream) : close(file->fd);
    file->stream = NULL;
    file->fd = -1;
    return failed;
}

/* Of a file system without it, or a pipe. */
static bool has_no_fsync(int error)
{
    return error == EINVAL || error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP;
}

/* Returns the errno of the first step that failed, or 0. */
static int flush_and_close(mbt_output_file *file)
{
    int error = 0;
    errno = 0;
    if (file->stream != NULL && (fflush(file->stream) != 0 || ferror(file->stream) != 0))
        error = errno != 0 ? errno : EIO;
    if (error == 0 && fsync(file->fd) != 0 && !has_no_fsync(errno))
        error = errno;
    if (close_file(file) != 0 && error == 0)
        error = errno;
    return error;
}

bool mbt_output_commit(mbt_output_file *file)
{
    int error = flush_and_close(file);
    sigset_t before;
    block_signals(&before); /* a signal comes before the rename or after it */
    if (error == 0 && file->temporary != NULL && rename(file->temporary, file->path) != 0)
        error = errno;
    if (error == 0 && file->temporary != NULL) {
        removed_on_signal = NULL;
        free(file->temporary);
        file->temporary = NULL;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        return fail(file, "%s", strerror(error));
    mbt_output_discard(file);
    return true;
}

void mbt_output_discard(mbt_output_file *file)
{
    if (file->temporary != NULL) {
        sigset_t before;
        block_signals(&before);
        if (file->temporary == removed_on_signal) {
            unlink(file->temporary);
            removed_on_signal = NULL;
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    if (file->fd >= 0)
        close_file(file);
    free(file->temporary);
    free(file->path);
    file->temporary = file->path = NULL;
}

void mbt_output_remove_left(const char *path, const char *program, long process)
{
    char *whole = realpath(path, NULL), *folder = whole != NULL ? whole : join(path, 0, path), start[64];
    snprintf(start, sizeof start, ".%s-%ld-", program, process);
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
