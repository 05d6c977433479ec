/* test_command.c: mambac's command line, provenance and files. */
#define _POSIX_C_SOURCE 200809L
#include "compiler/read/files.h"
#include "compiler/options.h"
#include "compiler/output.h"
#include "compiler/provenance.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
    for (char *word = strtok(copy, " "); word != NULL && argc < ARGUMENTS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
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
    ck_assert_int_eq(arguments.type, MBT_WEIGHT_F32);
    ck_assert(!arguments.quiet && !arguments.random_weights && arguments.convolution == NULL);
    ck_assert(parse("a --config b --precision f32 --convolution direct --name n -o c", &arguments, &error));
    ck_assert_str_eq(arguments.convolution, "direct");
    ck_assert(parse("a --config b --precision f16 --name n -o c", &arguments, &error));
    ck_assert_int_eq(arguments.type, MBT_WEIGHT_F16);
    ck_assert(parse("a --config b --precision int8 --name n -o c", &arguments, &error));
    ck_assert(arguments.type == MBT_WEIGHT_I8 && arguments.rules == NULL);
    ck_assert(parse("a --config b --precision mixed --rules r.yaml --name n -o c", &arguments, &error));
    ck_assert_str_eq(arguments.rules, "r.yaml");
    ck_assert(parse("-o c.c -q --name=n --precision=f32 --config=b.yaml -- -a.pth", &arguments, &error));
    ck_assert_str_eq(arguments.checkpoint, "-a.pth");
    ck_assert(arguments.quiet);
    ck_assert(
        parse("--random-weights 18446744073709551615 --config b --precision f32 --name n -o c", &arguments, &error));
    ck_assert(arguments.random_weights && arguments.seed == UINT64_MAX && arguments.checkpoint == NULL);
    ck_assert(parse("-qoc.c a.pth --conf b.yaml --prec=f32 --na n", &arguments, &error)); /* as getopt_long does */
    ck_assert_str_eq(arguments.output, "c.c");
    ck_assert_str_eq(arguments.config, "b.yaml");
    ck_assert_str_eq(arguments.checkpoint, "a.pth");
    ck_assert(arguments.quiet);
    ck_assert(parse("-V", &arguments, &error) && arguments.version);
    ck_assert(parse("-h", &arguments, &error) && arguments.help);
    ck_assert(parse("--help", &arguments, &error) && arguments.help);
    ck_assert(parse("--version", &arguments, &error) && arguments.version);
}
END_TEST

START_TEST(bad_lines)
{
    static const char *const cases[][2] = {
        {"", "no checkpoint"},
        {"a --config b --precision f32 --name n", "all needed"},
        {"a --config b --precision f16 --precision f16 --name n -o c", "--precision is there twice"},
        {"a --config b --precision f64 --name n -o c", "f64: unknown; f32, f16, int8 and mixed are known"},
        {"a --config b --precision mixed --name n -o c", "--precision mixed needs --rules"},
        {"a --config b --precision int8 --rules r --name n -o c", "--rules needs --precision mixed"},
        {"a --config b --precision mixed --rules r --rules s --name n -o c", "--rules is there twice"},
        {"a --config b --precision f32 --convolution fast --name n -o c", "--convolution fast: unknown"},
        {"a --config b --precision f32 --name 1n -o c", "C identifier"},
        {"a --config b --precision f32 --name n-m -o c", "C identifier"},
        {"a --config b --precision f32 --name= -o c", "C identifier"},
        {"a d --config b --precision f32 --name n -o c", "one checkpoint at a time"},
        {"a --config b --config b --precision f32 --name n -o c", "--config is there twice"},
        {"a --config b --precision f32 --name n -o", "-o needs a value"},
        {"a --config b --precision f32 --name n -o c --fast", "unknown option --fast"},
        {"a --config b --precision f32 --name n -o c -qz", "unknown option -z"},
        {"a --config", "option --config needs a value"},
        {"a --quiet=1 --config b --precision f32 --name n -o c", "option --quiet takes no value"},
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
    char program[] = "mambac", empty[] = "",
         *argv[] = {program, "a", "--config=b", "--precision=f32", "--name=n", "-o", empty};
    mbt_arguments arguments;
    mbt_error error = {""};
    ck_assert(!mbt_arguments_parse(sizeof argv / sizeof argv[0], argv, &arguments, &error));
    ck_assert_str_eq(error.text, "-o: the name of the file is empty");
}
END_TEST

/* The hashes are those of FIPS 180-4's examples. */
START_TEST(provenance)
{
    mbt_error error = {""};
    const mbt_source checkpoint = {"/some/where/my \"model\"*.pth", "abc", 3}, config = {"x.yaml", "", 0};
    const mbt_source rules = {"../r.yaml", "abc", 3};
    const mbt_recipe plain = {.checkpoint = &checkpoint, .config = &config, .precision = "f32", .name = "name"};
    const mbt_recipe random = {
        .seed = 42, .config = &config, .precision = "f16", .convolution = "direct", .name = "name"};
    const mbt_recipe mixed = {.checkpoint = &checkpoint,
                              .config = &config,
                              .rules = &rules,
                              .precision = "mixed",
                              .convolution = "winograd",
                              .name = "name"};
    char *text = mbt_provenance(&plain, &error);
    ck_assert_ptr_nonnull(text);
    char *command = strchr(text, '\n');
    ck_assert_ptr_nonnull(command);
    ck_assert_int_eq(strncmp(text, "mambac ", 7), 0);
    ck_assert_str_eq(command + 1,
                     "mambac my__model__.pth --config x.yaml --precision f32 --name name\n"
                     "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad my__model__.pth\n"
                     "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 x.yaml\n");
    free(text);
    text = mbt_provenance(&random, &error);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(strchr(text, '\n') + 1,
                     "mambac --random-weights 42 --config x.yaml --precision f16 --convolution direct --name name\n"
                     "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 x.yaml\n");
    free(text);
    text = mbt_provenance(&mixed, &error);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(strchr(text, '\n') + 1,
                     "mambac my__model__.pth --config x.yaml --precision mixed --rules r.yaml --convolution winograd "
                     "--name name\n"
                     "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad my__model__.pth\n"
                     "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 x.yaml\n"
                     "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad r.yaml\n");
    free(text);
}
END_TEST

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

/* Writes text to the path as mambac would. */
static void write_output(const char *path, const char *text)
{
    mbt_output output;
    mbt_error error = {""};
    ck_assert_msg(mbt_output_open(path, &output, &error), "%s", error.text);
    fputs(text, output.stream);
    ck_assert_msg(mbt_output_commit(&output, &error), "%s", error.text);
}

static void check_file(const char *path, const char *text, unsigned mode)
{
    void *bytes = NULL;
    size_t size = 0;
    mbt_error error = {""};
    struct stat status;
    ck_assert_msg(mbt_file_read(path, 100, &bytes, &size, &error), "%s", error.text);
    ck_assert(size == strlen(text) && memcmp(bytes, text, size) == 0);
    free(bytes);
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert(S_ISREG(status.st_mode));
    ck_assert_uint_eq(status.st_mode & 0777, mode);
}

START_TEST(output_appears_when_complete)
{
    const char *path = in_folder("out.c");
    mbt_error error = {""};
    mbt_output output;
    ck_assert(mbt_output_open(path, &output, &error));
    fputs("text", output.stream);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert(mbt_output_commit(&output, &error));
    check_file(path, "text", 0644);
    ck_assert(mbt_output_open(path, &output, &error));
    fputs("other", output.stream);
    mbt_output_discard(&output);
    check_file(path, "text", 0644);
    ck_assert_int_eq(count_files(), 1);
    void *bytes = NULL;
    size_t size = 0;
    ck_assert(!mbt_file_read(path, 3, &bytes, &size, &error));
    unit_check_error(&error, "out.c: larger than 3 bytes, the limit");
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
    mbt_output output;
    mbt_error error = {""};
    ck_assert(!mbt_output_open(link, &output, &error));
    unit_check_error(&error, "link.c: Too many levels of symbolic links");
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
        mbt_output output;
        mbt_error error = {""};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(signals[_i], SIG_DFL); /* Check handles some */
        if (mbt_output_open(path, &output, &error) && count_files() == 1)
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
    mbt_output output;
    mbt_error error = {""};
    signal(SIGHUP, SIG_IGN); /* as under nohup */
    ck_assert(mbt_output_open(in_folder("out.c"), &output, &error));
    raise(SIGHUP);
    fputs("text", output.stream);
    ck_assert(mbt_output_commit(&output, &error));
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
        mbt_output output;
        mbt_error error = {""};
        setrlimit(RLIMIT_FSIZE, &limit);
        if (mbt_output_open(path, &output, &error)) {
            fprintf(output.stream, "%02000d", 1);
            _exit(!mbt_output_commit(&output, &error) && strstr(error.text, "File too large") != NULL ? 0 : 2);
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
        {"/dev/null", "/dev/null: not an ordinary file"},
        {"/tmp", "/tmp: not an ordinary file"},
        {"/nowhere/at/all.c", "/nowhere/at/all.c: cannot write to its folder: No such file or directory"},
        {"/tmp/mbt-nowhere/", "/tmp/mbt-nowhere/: names a folder, not a file"},
    };
    mbt_output output;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mbt_error error = {""};
        ck_assert(!mbt_output_open(cases[i][0], &output, &error));
        ck_assert_str_eq(error.text, cases[i][1]);
    }
    char name[300];
    mbt_error error = {""};
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    ck_assert(!mbt_output_open(in_folder(name), &output, &error));
    unit_check_error(&error, "nnn: File name too long");
    ck_assert(mbt_same_file("/tmp", "/tmp/.") && !mbt_same_file("/tmp", "/") && !mbt_same_file("/nowhere", "/nowhere"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("command");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, good_lines);
    tcase_add_test(tests, bad_lines);
    tcase_add_test(tests, provenance);
    tcase_add_test(tests, output_appears_when_complete);
    tcase_add_test(tests, output_takes_the_place_of_a_file);
    tcase_add_test(tests, output_may_have_the_longest_name);
    tcase_add_loop_test(tests, signals_leave_nothing_behind, 0, (int)(sizeof signals / sizeof signals[0]));
    tcase_add_test(tests, ignored_signals_stay_ignored);
    tcase_add_test(tests, a_file_above_the_limit_is_an_error);
    tcase_add_test(tests, bad_outputs);
    return unit_main(tests, "command");
}
