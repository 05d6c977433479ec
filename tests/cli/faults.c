/* faults.c: preloaded, makes a call of the command fail as a full disk or an empty memory does.
 *
 * MBT_FAULT=write:N   the disk is full after N bytes: write fails with ENOSPC
 *           fsync:N   fsync fails with EIO, from the Nth call on
 *           close:N   close of a file that was written fails with EDQUOT, likewise; the file is closed
 *           rename:N  rename fails with EACCES, likewise
 *           fchmod:E  fchmod fails with the error of that name: EIO, ENOSYS, ENOTSUP or EPERM
 *           fork:N    fork fails with EAGAIN, likewise
 *           malloc:N  the Nth allocation fails, and only that. Those of libsndfile, which does not check all, do not
 *                     count
 *           print:0   a line is printed on standard output, as some of libsndfile's readers do
 * At the end of the process the number of calls (of write: bytes) is written to the file that MBT_FAULT_LOG names. */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static enum { NONE, WRITE, FSYNC, CLOSE, RENAME, FCHMOD, FORK, MALLOC, PRINT } fault;
static const char *value; /* after the colon */
static unsigned long long limit;
static _Atomic unsigned long long calls; /* from any thread */
static int written_fd = -1;              /* of the last write beyond standard error */

__attribute__((constructor)) static void choose_fault(void)
{
    static const char *const names[] = {
        "", "write:", "fsync:", "close:", "rename:", "fchmod:", "fork:", "malloc:", "print:"};
    const char *text = getenv("MBT_FAULT");
    for (unsigned i = WRITE; text != NULL && i <= PRINT; i++) {
        if (strncmp(text, names[i], strlen(names[i])) == 0) {
            value = text + strlen(names[i]);
            limit = strtoull(value, NULL, 10);
            fault = i;
        }
    }
    if (fault == PRINT)
        puts("a library's line");
}

__attribute__((destructor)) static void tell_calls(void)
{
    const char *path = getenv("MBT_FAULT_LOG");
    fault = NONE;
    FILE *log = path != NULL ? fopen(path, "w") : NULL;
    if (log != NULL) {
        fprintf(log, "%llu\n", (unsigned long long)calls);
        fclose(log);
    }
}

/* From the Nth call on. */
static int fails(unsigned which, int error)
{
    if (fault != which || ++calls < limit)
        return 0;
    errno = error;
    return 1;
}

static int allocation_fails(void *caller)
{
    Dl_info about;
    if (fault != MALLOC || (dladdr(caller, &about) != 0 && strstr(about.dli_fname, "libsndfile") != NULL) ||
        ++calls != limit)
        return 0;
    errno = ENOMEM;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    ssize_t (*next)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (fd <= STDERR_FILENO)
        return next(fd, bytes, count);
    written_fd = fd;
    if (fault == WRITE && calls + count > limit) {
        count = limit - calls; /* what still fits */
        if (count == 0) {
            errno = ENOSPC;
            return -1;
        }
    }
    ssize_t written = next(fd, bytes, count);
    calls += fault == WRITE && written > 0 ? (unsigned long long)written : 0;
    return written;
}

int fsync(int fd)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return fails(FSYNC, EIO) ? -1 : next(fd);
}

int close(int fd)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
    int closed = next(fd);
    return fd == written_fd && fails(CLOSE, EDQUOT) ? -1 : closed;
}

int rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    return fails(RENAME, EACCES) ? -1 : next(from, to);
}

int fchmod(int fd, mode_t mode)
{
    int (*next)(int, mode_t) = (int (*)(int, mode_t))dlsym(RTLD_NEXT, "fchmod");
    if (fault != FCHMOD)
        return next(fd, mode);
    errno = strcmp(value, "ENOSYS") == 0    ? ENOSYS
            : strcmp(value, "ENOTSUP") == 0 ? ENOTSUP
            : strcmp(value, "EPERM") == 0   ? EPERM
                                            : EIO;
    return -1;
}

pid_t fork(void)
{
    pid_t (*next)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    return fails(FORK, EAGAIN) ? -1 : next();
}

void *malloc(size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}
