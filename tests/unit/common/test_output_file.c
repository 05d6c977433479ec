/* test_output_file.c: files that appear whole or not at all. */
#define _POSIX_C_SOURCE 200809L
#include "common/output_file.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit_main.h"

/* The outputs' folder: made anew for each test, and empty at its end but for what the test removes. */
static char folder[] = "/tmp/mbt-test-XXXXXX";

static void make_folder(void)
{
    umask(022);
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    ck_assert_msg(rmdir(folder) == 0, "%s is not empty", folder);
}

/* The path of a file in the folder; the next two calls leave it as it is. */
static const char *in_folder(const char *name)
{
    static char paths[3][512];
    static int turn;
    turn = (turn + 1) % 3;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

/* Those with hidden names included. */
static int count_files(void)
{
    int count = -2; /* . and .. */
    DIR *open_folder = opendir(folder);
    ck_assert_ptr_nonnull(open_folder);
    while (readdir(open_folder) != NULL)
        count++;
    closedir(open_folder);
    return count;
}

/* Begins a file, with a stream. */
static bool begin(mbt_output_file *output, const char *path)
{
    return mbt_output_create(output, path, "unit") && mbt_output_open_stream(output);
}

static void write_output(const char *path, const char *text)
{
    mbt_output_file output;
    ck_assert_msg(begin(&output, path), "%s", output.reason);
    fputs(text, output.stream);
    ck_assert_msg(mbt_output_commit(&output), "%s", output.reason);
}

static void check_file(const char *path, const char *text, unsigned mode)
{
    char bytes[100];
    struct stat status;
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert(size == strlen(text) && memcmp(bytes, text, size) == 0);
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert(S_ISREG(status.st_mode));
    ck_assert_uint_eq(status.st_mode & 0777, mode);
}

START_TEST(output_appears_when_complete)
{
    const char *path = in_folder("out.c");
    mbt_output_file output;
    ck_assert(begin(&output, path));
    fputs("text", output.stream);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert(mbt_output_commit(&output));
    check_file(path, "text", 0644);
    ck_assert(begin(&output, path));
    fputs("other", output.stream);
    mbt_output_discard(&output);
    mbt_output_discard(&output);
    check_file(path, "text", 0644);
    ck_assert_int_eq(count_files(), 1);
    unlink(path);
}
END_TEST

START_TEST(output_takes_the_place_of_a_file)
{
    const char *file = in_folder("file.c"), *link = in_folder("link.c"), *chain = in_folder("chain.c");
    write_output(file, "old");
    ck_assert_int_eq(chmod(file, 0600), 0);
    ck_assert_int_eq(symlink("file.c", link), 0);
    ck_assert_int_eq(symlink(link, chain), 0);
    write_output(chain, "new");
    check_file(file, "new", 0600);
    unlink(file);
    write_output(link, "again"); /* a link to what is not there yet */
    check_file(file, "again", 0644);
    ck_assert_int_eq(count_files(), 3);
    unlink(file);
    unlink(link);
    ck_assert_int_eq(symlink("chain.c", link), 0); /* a circle */
    mbt_output_file output;
    ck_assert(!begin(&output, link));
    ck_assert_str_eq(output.reason, "Too many levels of symbolic links");
    unlink(link);
    unlink(chain);
}
END_TEST

START_TEST(output_may_have_the_longest_name)
{
    char name[256];
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    write_output(in_folder(name), "text");
    check_file(in_folder(name), "text", 0644);
    unlink(in_folder(name));
}
END_TEST

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

START_TEST(signals_leave_nothing_behind)
{
    const char *path = in_folder("out.c");
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        mbt_output_file output;
        setrlimit(RLIMIT_CORE, &no_core);
        signal(signals[_i], SIG_DFL); /* Check handles some */
        if (begin(&output, path) && count_files() == 1)
            raise(signals[_i]);
        _exit(1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == signals[_i], "status %d", status);
    ck_assert_int_eq(count_files(), 0);
}
END_TEST

START_TEST(ignored_signals_stay_ignored)
{
    mbt_output_file output;
    signal(SIGHUP, SIG_IGN); /* as under nohup */
    ck_assert(begin(&output, in_folder("out.c")));
    raise(SIGHUP);
    fputs("text", output.stream);
    ck_assert(mbt_output_commit(&output));
    signal(SIGHUP, SIG_DFL);
    check_file(in_folder("out.c"), "text", 0644);
    unlink(in_folder("out.c"));
}
END_TEST

/* As with `ulimit -f`: a failed write, and no death by SIGXFSZ. */
START_TEST(a_file_above_the_limit_is_an_error)
{
    const char *path = in_folder("out.c");
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        const struct rlimit limit = {1000, 1000};
        mbt_output_file output;
        setrlimit(RLIMIT_FSIZE, &limit);
        if (begin(&output, path)) {
            fprintf(output.stream, "%02000d", 1);
            _exit(!mbt_output_commit(&output) && strstr(output.reason, "File too large") != NULL ? 0 : 2);
        }
        _exit(1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(count_files(), 0);
}
END_TEST

START_TEST(bad_outputs)
{
    static const char *const cases[][2] = {
        {"/dev/null", "not a regular file, cannot be written as a file"},
        {"/tmp", "a folder, cannot be written as a file"},
        {"/nowhere/at/all.c", "cannot write to its folder: No such file or directory"},
        {"/tmp/mbt-nowhere/", "names a folder, not a file"},
    };
    mbt_output_file output;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert(!begin(&output, cases[i][0]));
        ck_assert_str_eq(output.reason, cases[i][1]);
        mbt_output_discard(&output);
    }
    char name[300];
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    ck_assert(!begin(&output, in_folder(name)));
    ck_assert_str_eq(output.reason, "File name too long");
}
END_TEST

/* What a killed process leaves is removed, and nothing of another one. */
START_TEST(leftovers)
{
    static const char *const names[] = {".unit-7-abcdef", ".unit-77-abcdef", ".other-7-abcdef"};
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(in_folder(names[i]), "wb");
        ck_assert_ptr_nonnull(file);
        fclose(file);
    }
    mbt_output_remove_left(in_folder("out.c"), "unit", 7);
    ck_assert_int_ne(access(in_folder(names[0]), F_OK), 0);
    ck_assert_int_eq(unlink(in_folder(names[1])), 0);
    ck_assert_int_eq(unlink(in_folder(names[2])), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("output_file");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, output_appears_when_complete);
    tcase_add_test(tests, output_takes_the_place_of_a_file);
    tcase_add_test(tests, output_may_have_the_longest_name);
    tcase_add_loop_test(tests, signals_leave_nothing_behind, 0, (int)(sizeof signals / sizeof signals[0]));
    tcase_add_test(tests, ignored_signals_stay_ignored);
    tcase_add_test(tests, a_file_above_the_limit_is_an_error);
    tcase_add_test(tests, bad_outputs);
    tcase_add_test(tests, leftovers);
    return unit_main(tests, "output_file");
}
