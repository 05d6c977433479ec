/* stream_path.c: finds descriptors behind names by the folders that systems list them in. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "common/stream_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINKS = 40, LONGEST = 4096 }; /* as in Linux */

typedef struct descriptor {
    long process, number;
} descriptor;

/* The end of a whole number at `text`, or NULL. */
static const char *read_number(const char *text, long *number)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return NULL;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && *number <= INT_MAX ? end : NULL;
}

/* Whether a folder, by its true name, lists descriptors, and whose: /dev/fd, or in Linux /proc/PID/fd, also of a
 * thread, /proc/PID/task/TID/fd. */
static bool lists_descriptors(const char *folder, long *process)
{
    *process = (long)getpid();
    if (strcmp(folder, "/dev/fd") == 0)
        return true;
    long thread;
    const char *rest = strncmp(folder, "/proc/", 6) == 0 ? read_number(folder + 6, process) : NULL;
    if (rest != NULL && strncmp(rest, "/task/", 6) == 0)
        rest = read_number(rest + 6, &thread);
    return rest != NULL && strcmp(rest, "/fd") == 0;
}

/* The three that have names of their own in /dev, whatever the system has there: links, devices, or nothing. */
static bool is_standard(const char *folder, const char *name, descriptor *found)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    for (int i = 0; i < 3 && strcmp(folder, "/dev") == 0; i++) {
        if (strcmp(name, names[i]) == 0) {
            *found = (descriptor){.process = (long)getpid(), .number = i};
            return true;
        }
    }
    return false;
}

/* Whether the last part of the path, which is not followed, is the name of a descriptor. */
static bool names_descriptor(const char *path, descriptor *found)
{
    char folder[LONGEST];
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *end = read_number(name, &found->number);
    const bool number = end != NULL && *end == '\0';
    if (!number && strncmp(name, "std", 3) != 0)
        return false;
    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(name - path) : 1, slash != NULL ? path : ".");
    char *whole = realpath(folder, NULL);
    const bool named =
        whole != NULL && (number ? lists_descriptors(whole, &found->process) : is_standard(whole, name, found));
    free(whole);
    return named;
}

/* Replaces a link's path by what it leads to. Returns false at what is no link. */
static bool follow_link(char path[LONGEST])
{
    char target[LONGEST], next[LONGEST];
    const ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    const char *slash = target[0] == '/' ? NULL : strrchr(path, '/');
    const size_t folder = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    if (folder + (size_t)length >= sizeof next)
        return false;
    memcpy(next, path, folder);
    memcpy(next + folder, target, (size_t)length + 1);
    memcpy(path, next, folder + (size_t)length + 1);
    return true;
}

/* A descriptor is itself a link in Linux, to the name of its file: it is looked for before each step. */
static bool find_descriptor(const char *path, descriptor *found)
{
    char at[LONGEST];
    const size_t size = strlen(path) + 1;
    if (size > sizeof at)
        return false;
    memcpy(at, path, size);
    for (int i = 0; i <= MOST_LINKS; i++) {
        if (names_descriptor(at, found))
            return true;
        if (!follow_link(at))
            return false;
    }
    return false;
}

bool mbt_is_stream_path(const char *path)
{
    struct stat about;
    descriptor found;
    return (stat(path, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode))) ||
           find_descriptor(path, &found);
}

/* What is no stream to another process is a file, which this one would write to from its start. */
static int open_path(const char *path, int flags)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return -1;
    if (!S_ISFIFO(about.st_mode) && !S_ISCHR(about.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    return open(path, flags | O_NOCTTY);
}

int mbt_open_stream_path(const char *path, int flags)
{
    descriptor found;
    if (find_descriptor(path, &found) && found.process == (long)getpid())
        return dup((int)found.number);
    return open_path(path, flags);
}
