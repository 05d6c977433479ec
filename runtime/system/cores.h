/* cores.h: how many cores this process may use. */
#ifndef MBT_RUNTIME_SYSTEM_CORES_H
#define MBT_RUNTIME_SYSTEM_CORES_H

#include <stdbool.h>
#include <stddef.h>

/* The cores that this thread may run on, or fewer if a control group of Linux grants less time: the quota, rounded up.
 * At least 1. Always 1 in a build without threads, which reads no file. */
unsigned mbt_cores(void);

/* The rest is for tests. */

/* The cores that quotas grant, in a tree of files like that of the system: ROOT/proc/self/cgroup names the groups, and
 * ROOT/sys/fs/cgroup has their files. 0: no quota. Allocates nothing. */
unsigned mbt_quota_cores(const char *root);

/* The cores that a quota in a period comes to, rounded up; 0: no quota. Texts as in the files of a group.
 * cpu.max (version 2): "QUOTA PERIOD", or "max PERIOD". */
unsigned mbt_quota_parse(const char *cpu_max);

/* cpu.cfs_quota_us, "-1" for none, and cpu.cfs_period_us (version 1). */
unsigned mbt_quota_parse_v1(const char *quota, const char *period);

/* Finds the group that limits the processor's time in a line of /proc/self/cgroup, "ID:CONTROLLERS:PATH". Version 2 has
 * no controllers there; of version 1 it is the line that has "cpu" among them. *controllers and *path point into the
 * line, of which they become strings. Returns false for another line. */
bool mbt_quota_find_group(char *line, const char **controllers, const char **path);

#endif
