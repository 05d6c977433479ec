/* test_stream_path.c: which names stand for streams, and what opening them gives. */
#define _XOPEN_SOURCE 700
#include "common/stream_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/output_file.h"
#include "tests/unit/unit_main.h"

static char folder[] = "/tmp/mbt-stream-XXXXXX";
static char file[64], fifo[64], name_link[64], device_link[64], numbered[64];

static void make_folder(void)
{
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    snprintf(name_link, sizeof name_link, "%s/name", folder);
    snprintf(device_link, sizeof device_link, "%s/stdout", folder);
    snprintf(numbered, sizeof numbered, "%s/1", folder);
}

static void remove_folder(void)
{
    unlink(file);
    unlink(fifo);
    unlink(name_link);
    unlink(device_link);
    unlink(numbered);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* A file that holds text, open for reading and writing behind it. */
static int make_file(const char *text)
{
    const int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

static void expect_text(const char *text)
{
    char bytes[64];
    FILE *opened = fopen(file, "rb");
    ck_assert_ptr_nonnull(opened);
    const size_t size = fread(bytes, 1, sizeof bytes, opened);
    fclose(opened);
    ck_assert(size == strlen(text) && memcmp(bytes, text, size) == 0);
}

START_TEST(names)
{
    static const char *const streams[] = {"/dev/null", "/dev/stdin", "/dev/stdout",     "/dev/stderr",
                                          "/dev/fd/0", "/dev/fd/77", "/dev/../dev/fd/1"};
    static const char *const others[] = {"/tmp", "/dev/fd", "/dev/fd/", "/dev/fd/x", "/dev", "/nowhere/at/all",
                                         "-",    "stdout",  "1",        ""};
    for (int i = 0; i < COUNT(streams); i++)
        ck_assert_msg(mbt_is_stream_path(streams[i]), "%s", streams[i]);
    for (int i = 0; i < COUNT(others); i++)
        ck_assert_msg(!mbt_is_stream_path(others[i]), "%s", others[i]);
    char name[6000];
    memset(name, '/', sizeof name);
    memcpy(name + sizeof name - 10, "dev/fd/11", 10); /* longer than a path may be */
    ck_assert(!mbt_is_stream_path(name));
#ifdef __linux__
    ck_assert(mbt_is_stream_path("/proc/self/fd/1") && mbt_is_stream_path("/proc/thread-self/fd/1"));
    ck_assert(!mbt_is_stream_path("/proc/self/fdinfo/1") && !mbt_is_stream_path("/proc/self/stat"));
#endif
}
END_TEST

START_TEST(files_and_links)
{
    close(make_file("text"));
    ck_assert_int_eq(symlink("file", name_link), 0);
    ck_assert_int_eq(symlink("/dev/stdout", device_link), 0);
    ck_assert_int_eq(symlink("file", numbered), 0);
    ck_assert(!mbt_is_stream_path(file) && !mbt_is_stream_path(name_link) && !mbt_is_stream_path(numbered));
    ck_assert(mbt_is_stream_path(device_link));
    unlink(name_link);
    ck_assert_int_eq(symlink("stdout", name_link), 0); /* a link to a link to it */
    ck_assert(mbt_is_stream_path(name_link));
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert(mbt_is_stream_path(fifo));
    unlink(name_link);
    ck_assert_int_eq(symlink("name", name_link), 0); /* a circle */
    ck_assert(!mbt_is_stream_path(name_link));
}
END_TEST

/* Written where the descriptor stands, and no file is made or renamed. */
START_TEST(a_descriptor_is_written_where_it_stands)
{
    char path[32];
    mbt_output_file output;
    const int fd = make_file("head ");
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    ck_assert_msg(mbt_output_use_stream(&output, path) && mbt_output_open_stream(&output), "%s", output.reason);
    fputs("text", output.stream);
    ck_assert(mbt_output_commit(&output));
    expect_text("head text");
    ck_assert_int_eq(write(fd, " tail", 5), 5);
    expect_text("head text tail");
    ck_assert(!mbt_output_create(&output, path, "unit"));
    ck_assert_str_eq(output.reason, "an open descriptor, cannot be written as a file");
    ck_assert(mbt_output_use_stream(&output, path));
    mbt_output_discard(&output);
    expect_text("head text tail");
    close(fd);
    ck_assert(!mbt_output_use_stream(&output, path));
    ck_assert_str_eq(output.reason, strerror(EBADF));
}
END_TEST

/* A file that another process has open would be written to from its start. */
START_TEST(a_file_of_another_process)
{
#ifdef __linux__
    int ends[2];
    char path[64], byte;
    const int fd = make_file("text");
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)child, fd);
    ck_assert(mbt_is_stream_path(path));
    ck_assert_int_eq(mbt_open_stream_path(path, O_WRONLY), -1);
    ck_assert_int_eq(errno, EINVAL);
    close(ends[1]);
    close(fd);
    expect_text("text");
#endif
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("stream_path");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, names);
    tcase_add_test(tests, files_and_links);
    tcase_add_test(tests, a_descriptor_is_written_where_it_stands);
    tcase_add_test(tests, a_file_of_another_process);
    return unit_main(tests, "stream_path");
}
