/* test_command.c: mambac's command line, provenance and files. */
#define _POSIX_C_SOURCE 200809L
#include "compiler_fixture.h"
#include "files.h"
#include "options.h"
#include "provenance.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGUMENTS_MAX 16

/* Splits text at spaces and parses it. */
static bool parse(const char *text, mbt_arguments *arguments, mbt_error *error)
{
    static char copy[512];
    static char program[] = "mambac";
    char *argv[ARGUMENTS_MAX] = {program};
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word != NULL && argc < ARGUMENTS_MAX; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    return mbt_arguments_parse(argc, argv, arguments, error);
}

START_TEST(good_lines)
{
    mbt_arguments arguments;
    mbt_error error = {""};
    ck_assert(parse("a.pth --config b.yaml --precision f32 --name n_1 -o c.c", &arguments, &error));
    ck_assert_str_eq(arguments.checkpoint, "a.pth");
    ck_assert_str_eq(arguments.config, "b.yaml");
    ck_assert_str_eq(arguments.name, "n_1");
    ck_assert_str_eq(arguments.output, "c.c");
    ck_assert(!arguments.quiet && !arguments.random_weights);
    ck_assert(parse("-o c.c -q --name=n --precision=f32 --config=b.yaml -- -a.pth", &arguments, &error));
    ck_assert_str_eq(arguments.checkpoint, "-a.pth");
    ck_assert(arguments.quiet);
    ck_assert(
        parse("--random-weights 18446744073709551615 --config b --precision f32 --name n -o c", &arguments, &error));
    ck_assert(arguments.random_weights && arguments.seed == UINT64_MAX && arguments.checkpoint == NULL);
    ck_assert(parse("--help", &arguments, &error) && arguments.help);
    ck_assert(parse("--version", &arguments, &error) && arguments.version);
}
END_TEST

START_TEST(bad_lines)
{
    static const char *const cases[][2] = {
        {"", "no checkpoint"},
        {"a --config b --precision f32 --name n", "all needed"},
        {"a --config b --precision f16 --name n -o c", "f16: this version writes f32 only"},
        {"a --config b --precision int8 --name n -o c", "int8: this version writes f32 only"},
        {"a --config b --precision f64 --name n -o c", "f64: unknown"},
        {"a --config b --precision f32 --name 1n -o c", "C identifier"},
        {"a --config b --precision f32 --name n-m -o c", "C identifier"},
        {"a --config b --precision f32 --name= -o c", "C identifier"},
        {"a d --config b --precision f32 --name n -o c", "one checkpoint at a time"},
        {"a --config b --config b --precision f32 --name n -o c", "--config is there twice"},
        {"a --config b --precision f32 --name n -o", "-o needs a value"},
        {"a --config b --precision f32 --name n -o c --fast", "unknown option --fast"},
        {"a --quiet=1 --config b --precision f32 --name n -o c", "takes no value"},
        {"a --random-weights 1 --config b --precision f32 --name n -o c", "not both"},
        {"--random-weights -1 --config b --precision f32 --name n -o c", "not a whole number"},
        {"--random-weights 1x --config b --precision f32 --name n -o c", "not a whole number"},
        {"--random-weights 18446744073709551616 --config b --precision f32 --name n -o c", "not a whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mbt_arguments arguments;
        mbt_error error = {""};
        ck_assert_msg(!parse(cases[i][0], &arguments, &error), "%s", cases[i][0]);
        ck_assert_msg(strstr(error.text, cases[i][1]) != NULL, "%s: %s", cases[i][0], error.text);
    }
}
END_TEST

/* The hashes are those of FIPS 180-4's examples. */
START_TEST(provenance)
{
    mbt_error error = {""};
    const mbt_source checkpoint = {"/some/where/my \"model\"*.pth", "abc", 3}, config = {"x.yaml", "", 0};
    char *text = mbt_provenance(&checkpoint, 0, &config, "name", &error);
    ck_assert_ptr_nonnull(text);
    char *command = strchr(text, '\n');
    ck_assert_ptr_nonnull(command);
    ck_assert_int_eq(strncmp(text, "mambac ", 7), 0);
    ck_assert_str_eq(command + 1,
                     "mambac my__model__.pth --config x.yaml --precision f32 --name name\n"
                     "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad my__model__.pth\n"
                     "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 x.yaml\n");
    free(text);
    text = mbt_provenance(NULL, 42, &config, "name", &error);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(strchr(text, '\n') + 1,
                     "mambac --random-weights 42 --config x.yaml --precision f32 --name name\n"
                     "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 x.yaml\n");
    free(text);
}
END_TEST

static int count_files(const char *folder)
{
    int count = 0;
    DIR *open_folder = opendir(folder);
    ck_assert_ptr_nonnull(open_folder);
    for (const struct dirent *entry = readdir(open_folder); entry != NULL; entry = readdir(open_folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(open_folder);
    return count;
}

START_TEST(output_appears_when_complete)
{
    char folder[] = "/tmp/mbt-test-XXXXXX", path[64];
    mbt_error error = {""};
    mbt_output output;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out.c", folder);
    umask(022);
    ck_assert(mbt_output_open(path, &output, &error));
    fputs("text", output.stream);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert(mbt_output_commit(&output, &error));
    void *bytes = NULL;
    size_t size = 0;
    ck_assert(mbt_file_read(path, 4, &bytes, &size, &error));
    ck_assert(size == 4 && memcmp(bytes, "text", 4) == 0);
    free(bytes);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0644);
    ck_assert(mbt_output_open(path, &output, &error));
    fputs("other", output.stream);
    mbt_output_discard(&output);
    ck_assert_int_eq(count_files(folder), 1);
    ck_assert(!mbt_file_read(path, 3, &bytes, &size, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "out.c: too large"));
    unlink(path);
    rmdir(folder);
}
END_TEST

START_TEST(bad_outputs)
{
    mbt_output output;
    mbt_error error = {""};
    ck_assert(!mbt_output_open("/dev/null", &output, &error));
    ck_assert_str_eq(error.text, "/dev/null: not an ordinary file");
    error.text[0] = '\0';
    ck_assert(!mbt_output_open("/nowhere/at/all.c", &output, &error));
    ck_assert_str_eq(error.text, "/nowhere/at/all.c: No such file or directory");
    error.text[0] = '\0';
    ck_assert(!mbt_output_open("/tmp", &output, &error));
    ck_assert(mbt_same_file("/tmp", "/tmp/.") && !mbt_same_file("/tmp", "/") && !mbt_same_file("/nowhere", "/nowhere"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("command");
    tcase_add_test(tests, good_lines);
    tcase_add_test(tests, bad_lines);
    tcase_add_test(tests, provenance);
    tcase_add_test(tests, output_appears_when_complete);
    tcase_add_test(tests, bad_outputs);
    return fixture_run(tests, "command");
}
