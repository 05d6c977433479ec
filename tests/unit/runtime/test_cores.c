/* test_cores.c: the quotas of control groups, in trees of files as Linux has them. What a quota means is in the
 * kernel's Documentation/admin-guide/cgroup-v2.rst and Documentation/scheduler/sched-bwc.rst: so many microseconds of
 * all cores together in a period of so many. */
#define _XOPEN_SOURCE 700
#include "runtime/system/cores.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit_main.h"

static const struct {
    const char *quota, *period; /* period: NULL for version 2 */
    unsigned cores;
} quotas[] = {
    {"max 100000\n", NULL, 0},
    {"200000 100000\n", NULL, 2},
    {"200001 100000\n", NULL, 3},
    {"150000 100000\n", NULL, 2},
    {"50000 100000\n", NULL, 1},
    {"1000 100000\n", NULL, 1},
    {"64000000 1000000", NULL, 64},
    {"300000 50000\n", NULL, 6},
    {"18446744073709551615 1", NULL, 4294967295u},
    {"", NULL, 0},
    {"\n", NULL, 0},
    {"max", NULL, 0},
    {"200000", NULL, 0},
    {"200000 ", NULL, 0},
    {"200000 0", NULL, 0},
    {"0 100000", NULL, 0},
    {"-200000 100000", NULL, 0},
    {"200000 -1", NULL, 0},
    {"2e5 100000", NULL, 0},
    {"-1\n", "100000\n", 0},
    {"200000\n", "100000\n", 2},
    {"250000\n", "100000\n", 3},
    {"5000\n", "100000\n", 1},
    {"200000\n", "0\n", 0},
    {"", "100000\n", 0},
    {"200000\n", "", 0},
};

START_TEST(a_quota_is_rounded_up)
{
    const unsigned cores = quotas[_i].period != NULL ? mbt_quota_parse_v1(quotas[_i].quota, quotas[_i].period)
                                                     : mbt_quota_parse(quotas[_i].quota);
    ck_assert_msg(cores == quotas[_i].cores, "%s: %u", quotas[_i].quota, cores);
}
END_TEST

static const struct {
    const char *line, *controllers, *path; /* path: NULL if the line is passed over */
} lines[] = {
    {"0::/user.slice/session.scope", "", "/user.slice/session.scope"},
    {"4:cpu,cpuacct:/docker/abc", "cpu,cpuacct", "/docker/abc"},
    {"4:cpuacct,cpu:/a:b", "cpuacct,cpu", "/a:b"},
    {"1:cpu:/", "cpu", "/"},
    {"2:cpuacct:/", NULL, NULL},
    {"3:cpuset:/", NULL, NULL},
    {"9:name=systemd:/", NULL, NULL},
    {"0::", NULL, NULL},
    {"0", NULL, NULL},
    {"", NULL, NULL},
};

START_TEST(the_line_of_the_group)
{
    char line[64];
    const char *controllers = NULL, *path = NULL;
    strcpy(line, lines[_i].line);
    ck_assert_int_eq(mbt_quota_find_group(line, &controllers, &path), lines[_i].path != NULL);
    if (lines[_i].path != NULL) {
        ck_assert_str_eq(controllers, lines[_i].controllers);
        ck_assert_str_eq(path, lines[_i].path);
    }
}
END_TEST

static char root[] = "/tmp/mbt-cores-XXXXXX";

static void make_root(void)
{
    strcpy(root + sizeof root - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void remove_root(void)
{
    ck_assert_int_eq(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Makes a file and the folders above it. */
static void put(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(version_2)
{
    ck_assert_uint_eq(mbt_quota_cores(root), 0); /* no control groups at all */
    put("/proc/self/cgroup", "0::/a/b\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 0); /* no files in them */
    put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 0);
    put("/sys/fs/cgroup/a/cpu.max", "350000 100000\n"); /* a group above is a limit too */
    ck_assert_uint_eq(mbt_quota_cores(root), 4);
    put("/sys/fs/cgroup/a/b/cpu.max", "800000 100000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 4);
    put("/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 2);
    put("/sys/fs/cgroup/c/cpu.max", "50000 100000\n"); /* of others */
    ck_assert_uint_eq(mbt_quota_cores(root), 2);
}
END_TEST

/* The group is the mount, and either the path is that of a namespace or one of the host's that is not there. */
START_TEST(version_2_in_a_container)
{
    put("/sys/fs/cgroup/cpu.max", "250000 100000\n");
    put("/proc/self/cgroup", "0::/\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 3);
    put("/proc/self/cgroup", "0::/docker/0123456789abcdef\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 3);
    put("/proc/self/cgroup", "0::/../other");
    ck_assert_uint_eq(mbt_quota_cores(root), 3);
}
END_TEST

/* As the kernel lists them where systemd runs both versions. */
START_TEST(version_1)
{
    put("/proc/self/cgroup", "12:cpuset:/x\n9:name=systemd:/x\n4:cpu,cpuacct:/docker/abc\n1:memory:/y\n0::/z\n");
    put("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpuset/x/cpu.cfs_quota_us", "100000\n");
    put("/sys/fs/cgroup/cpuset/x/cpu.cfs_period_us", "100000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 0);
    put("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "450000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 5);
    put("/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "75000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us", "50000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 2);
}
END_TEST

START_TEST(version_1_mounted_as_cpu)
{
    put("/proc/self/cgroup", "4:cpuacct,cpu:/docker/abc\n");
    put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "600000\n"); /* the container's own */
    put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 6);
}
END_TEST

/* Neither a path that is too long nor what is no text is a quota, or goes beyond memory. */
START_TEST(damaged_lists)
{
    static char list[20000];
    memset(list, 'x', sizeof list - 1);
    memcpy(list, "0::/", 4);
    put("/proc/self/cgroup", list);
    ck_assert_uint_eq(mbt_quota_cores(root), 0);
    memcpy(list, "4:cpu,", 6);
    put("/proc/self/cgroup", list);
    ck_assert_uint_eq(mbt_quota_cores(root), 0);
    put("/proc/self/cgroup", "\n\n::\n:\n0::/\n");
    put("/sys/fs/cgroup/cpu.max", "999999999999999999999999999999999999999999999999999999999999999999999999 1\n");
    ck_assert_uint_eq(mbt_quota_cores(root), 0);
}
END_TEST

START_TEST(there_is_a_core)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    ck_assert_uint_ge(mbt_cores(), 1);
    ck_assert_int_le((long)mbt_cores(), online);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("cores");
    tcase_add_checked_fixture(tests, make_root, remove_root);
    tcase_add_loop_test(tests, a_quota_is_rounded_up, 0, COUNT(quotas));
    tcase_add_loop_test(tests, the_line_of_the_group, 0, COUNT(lines));
#ifdef __linux__
    tcase_add_test(tests, version_2);
    tcase_add_test(tests, version_2_in_a_container);
    tcase_add_test(tests, version_1);
    tcase_add_test(tests, version_1_mounted_as_cpu);
    tcase_add_test(tests, damaged_lists);
#endif
    tcase_add_test(tests, there_is_a_core);
    return unit_main(tests, "cores");
}
