/* cores.c: the affinity mask of the thread, and the quotas of the control groups that it is in. A quota is kept by
 * stopping all threads for the rest of a period. So more threads than it pays for wait for one another. */
#define _GNU_SOURCE      /* sched_getaffinity */
#define _DARWIN_C_SOURCE /* macOS declares _SC_NPROCESSORS_ONLN only with it */

#include "runtime/system/cores.h"

#include "runtime/port.h"

#if MBT_THREADS
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#endif
#if MBT_HAS_LINUX_CORES
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#endif

#if MBT_THREADS

/* The whole part of quota / period and what is left of it as one more. */
static unsigned round_up(unsigned long long quota, unsigned long long period)
{
    const unsigned long long most = (unsigned)-1;
    if (quota == 0 || period == 0)
        return 0;
    const unsigned long long cores = quota / period + (quota % period != 0);
    return cores < most ? (unsigned)cores : (unsigned)most;
}

/* A number without a sign, up to a blank, a line's end or the text's. */
static bool parse_number(const char *text, unsigned long long *number, const char **rest)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *number = strtoull(text, &end, 10);
    *rest = end;
    return *end == ' ' || *end == '\n' || *end == '\0';
}

unsigned mbt_quota_parse(const char *cpu_max)
{
    unsigned long long quota, period;
    const char *rest;
    if (!parse_number(cpu_max, &quota, &rest) || *rest != ' ' || !parse_number(rest + 1, &period, &rest))
        return 0;
    return round_up(quota, period);
}

unsigned mbt_quota_parse_v1(const char *quota, const char *period)
{
    unsigned long long q, p;
    const char *rest;
    return parse_number(quota, &q, &rest) && parse_number(period, &p, &rest) ? round_up(q, p) : 0;
}

/* Whether the list, with commas between them, has "cpu". */
static bool has_cpu(const char *controllers)
{
    for (const char *at = controllers; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0'))
            return true;
    }
    return false;
}

bool mbt_quota_find_group(char *line, const char **controllers, const char **path)
{
    char *first = strchr(line, ':'), *second = first != NULL ? strchr(first + 1, ':') : NULL;
    if (second == NULL || second[1] != '/')
        return false;
    *second = '\0';
    *controllers = first + 1;
    *path = second + 1;
    return first[1] == '\0' || has_cpu(*controllers);
}

#endif

#if MBT_HAS_LINUX_CORES

enum { LONGEST_PATH = 4096 + 256, LONGEST_NUMBERS = 64, LONGEST_LIST = 8192 };

static unsigned least(unsigned a, unsigned b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The beginning of a file as a string: what does not fit is left out. stdio would allocate. */
static bool read_text(const char *path, char *text, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t held = 0;
    ssize_t got = fd >= 0 ? 1 : -1;
    while (got > 0 && held < size - 1) {
        got = read(fd, text + held, size - 1 - held);
        held += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    text[held] = '\0';
    return held > 0;
}

static bool read_in_group(const char *group, const char *name, char text[LONGEST_NUMBERS])
{
    char path[LONGEST_PATH + 32];
    snprintf(path, sizeof path, "%s/%s", group, name);
    return read_text(path, text, LONGEST_NUMBERS);
}

static unsigned quota_of(const char *group, bool version1)
{
    char quota[LONGEST_NUMBERS], period[LONGEST_NUMBERS];
    if (!version1)
        return read_in_group(group, "cpu.max", quota) ? mbt_quota_parse(quota) : 0;
    return read_in_group(group, "cpu.cfs_quota_us", quota) && read_in_group(group, "cpu.cfs_period_us", period)
               ? mbt_quota_parse_v1(quota, period)
               : 0;
}

/* The least quota of a group and of those above it, up to the mount. In a container the path may be one of the host's,
 * which is not there; the mount itself is then the container's group. */
static unsigned quota_along(const char *mount, const char *path, bool version1)
{
    char group[LONGEST_PATH];
    const size_t top = strlen(mount);
    if ((size_t)snprintf(group, sizeof group, "%s%s", mount, path) >= sizeof group)
        return 0;
    unsigned cores = 0;
    for (;;) {
        cores = least(cores, quota_of(group, version1));
        char *slash = strrchr(group + top, '/');
        if (slash == NULL)
            return cores;
        *slash = '\0';
    }
}

/* Version 1 is mounted under the names of its controllers, and mostly "cpu" is a link to that. */
static unsigned quota_of_line(const char *root, char *line)
{
    const char *controllers, *path;
    char mount[LONGEST_PATH];
    if (!mbt_quota_find_group(line, &controllers, &path))
        return 0;
    const bool version1 = controllers[0] != '\0';
    snprintf(mount, sizeof mount, "%s/sys/fs/cgroup%s%.200s", root, version1 ? "/" : "", controllers);
    const unsigned cores = quota_along(mount, path, version1);
    if (cores != 0 || !version1)
        return cores;
    snprintf(mount, sizeof mount, "%s/sys/fs/cgroup/cpu", root);
    return quota_along(mount, path, true);
}

unsigned mbt_quota_cores(const char *root)
{
    char list[LONGEST_LIST], file[LONGEST_PATH];
    snprintf(file, sizeof file, "%s/proc/self/cgroup", root);
    if (!read_text(file, list, sizeof list))
        return 0;
    unsigned cores = 0;
    for (char *line = list, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        cores = least(cores, quota_of_line(root, line));
    }
    return cores;
}

/* The kernel refuses a set that is smaller than its own: this one has room for 8192 cores. */
static unsigned allowed_cores(void)
{
    cpu_set_t sets[8192 / CPU_SETSIZE];
    return sched_getaffinity(0, sizeof sets, sets) == 0 ? (unsigned)CPU_COUNT_S(sizeof sets, sets) : 0;
}

#elif MBT_THREADS

unsigned mbt_quota_cores(const char *root)
{
    (void)root;
    return 0;
}

static unsigned allowed_cores(void)
{
    return 0;
}

#endif

#if MBT_THREADS

static unsigned online_cores(void)
{
#ifdef _SC_NPROCESSORS_ONLN
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : (unsigned)cores;
#else
    return 1;
#endif
}

unsigned mbt_cores(void)
{
    unsigned cores = allowed_cores();
    const unsigned granted = mbt_quota_cores("");
    if (cores == 0)
        cores = online_cores();
    return granted != 0 && granted < cores ? granted : cores;
}

#else

unsigned mbt_cores(void)
{
    return 1;
}

#endif
