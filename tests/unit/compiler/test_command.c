/* test_command.c: mambac's command line, provenance and files. */
#define _POSIX_C_SOURCE 200809L
#include "compiler/read/files.h"
#include "compiler/options.h"
#include "compiler/provenance.h"
#include "tests/unit/unit.h"

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
    ck_assert(parse("a --key nets.first --config b --precision f32 --name n -o c", &arguments, &error));
    ck_assert_str_eq(arguments.key, "nets.first");
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
        {"a --config b --precision f32 --name n", "option -o is missing"},
        {"a --config b --precision f32 -o c", "option --name is missing"},
        {"a --config b --name n -o c", "option --precision is missing"},
        {"a --precision f32 --name n -o c", "option --config is missing"},
        {"a --config b --precision f16 --precision f16 --name n -o c", "--precision is given twice"},
        {"a --config b --precision f64 --name n -o c", "f64: unknown; f32, f16, int8 and mixed are known"},
        {"a --config b --precision mixed --name n -o c", "--precision mixed needs --rules"},
        {"a --config b --precision int8 --rules r --name n -o c", "--rules needs --precision mixed"},
        {"a --config b --precision mixed --rules r --rules s --name n -o c", "--rules is given twice"},
        {"a --config b --precision f32 --convolution fast --name n -o c", "--convolution fast: unknown"},
        {"a --config b --precision f32 --name 1n -o c", "C identifier"},
        {"a --config b --precision f32 --name n-m -o c", "C identifier"},
        {"a --config b --precision f32 --name= -o c", "C identifier"},
        {"a d --config b --precision f32 --name n -o c", "more than one checkpoint"},
        {"a --config b --config b --precision f32 --name n -o c", "--config is given twice"},
        {"a --config b --precision f32 --name n -o", "-o needs a value"},
        {"a --config b --precision f32 --name n -o c --fast", "unknown option --fast"},
        {"a --config b --precision f32 --name n -o c -qz", "unknown option -z"},
        {"a --config", "option --config needs a value"},
        {"a --quiet=1 --config b --precision f32 --name n -o c", "option --quiet takes no value"},
        {"a --key= --config b --precision f32 --name n -o c", "--key: the name is empty"},
        {"a --key x --key y --config b --precision f32 --name n -o c", "--key is given twice"},
        {"--random-weights 1 --key x --config b --precision f32 --name n -o c", "--key is for a checkpoint"},
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
    const mbt_recipe keyed = {
        .checkpoint = &checkpoint, .key = "a.b */\"c", .config = &config, .precision = "f32", .name = "name"};
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
    text = mbt_provenance(&keyed, &error);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "\nmambac my__model__.pth --key a.b____c --config x.yaml --precision f32"));
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

START_TEST(files)
{
    char path[] = "/tmp/mbt-test-XXXXXX";
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert(write(fd, "text", 4) == 4 && close(fd) == 0);
    void *bytes = NULL;
    size_t size = 0;
    mbt_error error = {""};
    ck_assert_msg(mbt_file_read(path, 4, &bytes, &size, &error), "%s", error.text);
    ck_assert(size == 4 && memcmp(bytes, "text", 4) == 0);
    free(bytes);
    ck_assert(!mbt_file_read(path, 3, &bytes, &size, &error));
    unit_check_error(&error, ": larger than 3 bytes, the limit");
    unlink(path);
    ck_assert(mbt_same_file("/tmp", "/tmp/.") && !mbt_same_file("/tmp", "/") && !mbt_same_file("/nowhere", "/nowhere"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("command");
    tcase_add_test(tests, good_lines);
    tcase_add_test(tests, bad_lines);
    tcase_add_test(tests, provenance);
    tcase_add_test(tests, files);
    return unit_main(tests, "command");
}
