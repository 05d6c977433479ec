/* main.c: the mambattention command: picks the subcommand. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/message.h"
#include "tools/bench/bench.h"
#include "tools/command/enhance.h"
#include "tools/command/info.h"
#include "tools/compare/compare.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"enhance", "remove the noise from a recording", mbt_command_enhance},
    {"compare", "measure how far recordings are from others", mbt_command_compare},
    {"bench", "measure the machine, the kernels and the network", mbt_command_bench},
    {"info", "show version, kernels and models", mbt_command_info},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_help(void)
{
    puts("Usage: mambattention COMMAND [OPTION]... [ARGUMENT]...\n"
         "Speech enhancement with MambAttention (arXiv 2507.00966).\n"
         "\n"
         "Commands:");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    puts("\n"
         "Options:\n"
         "  -h, --help     show this help; mambattention COMMAND --help describes a command\n"
         "  -V, --version  show the version\n"
         "\n"
         "Exit status: 0 done, 1 failed (a line on standard error says why), 2 wrong usage.");
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return mbt_usage_error(NULL, "a command is missing");
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help();
        return MBT_EXIT_OK;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("mambattention %s\n", mbt_version());
        return MBT_EXIT_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return mbt_usage_error(NULL, "unknown %s '%s'", name[0] == '-' ? "option" : "command", name);
}

/* Opens /dev/null for each standard descriptor that is closed. Otherwise the next file that is opened would get its
 * number, and warnings would be written into a result. Its use fails as that of a closed one does: standard input is
 * open for writing alone, the others for reading. */
static bool fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return mbt_complain("/dev/null: cannot stand in for descriptor %d, which is closed", fd);
    return true;
}

int main(int argc, char **argv)
{
    if (!fill_standard_descriptors())
        return MBT_EXIT_FAILED;
    int code = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        mbt_complain("cannot write to standard output");
        return code == MBT_EXIT_OK ? MBT_EXIT_FAILED : code;
    }
    return code;
}
