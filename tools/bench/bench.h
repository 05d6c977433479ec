/* bench.h: the bench subcommand. */
#ifndef MBT_TOOLS_BENCH_BENCH_H
#define MBT_TOOLS_BENCH_BENCH_H

/* Runs the subcommand; argv[0] is its name. Returns the exit code, with every failure reported. */
int mbt_command_bench(int argc, char **argv);

#endif
