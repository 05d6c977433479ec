/* bench.h: what the parts of `mambattention bench` share. */
#ifndef MBT_TOOLS_BENCH_BENCH_H
#define MBT_TOOLS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/bench/timing.h"
#include "mambattention/mambattention.h"

enum { MBT_BENCH_LIST = 16 };

/* The subcommand. Returns an exit code. */
int mbt_command_bench(int argc, char **argv);

typedef struct mbt_bench_options {
    const char *model, *filter, *svg; /* NULL without */
    mbt_isa isas[MBT_ISA_COUNT];      /* the sets to measure, all of which run here; in the order asked for */
    size_t isa_count;
    unsigned threads[MBT_BENCH_LIST];
    size_t thread_count;
    double seconds[MBT_BENCH_LIST];
    size_t second_count;
    unsigned runs;
    double window, minutes, hours; /* s, min of time, h of audio; 0 without */
    bool json, quick, help;
} mbt_bench_options;

/* Lists of numbers, separated by commas: 1 to MBT_BENCH_LIST of them. False if text is anything else. */
bool mbt_bench_parse_threads(const char *text, unsigned threads[MBT_BENCH_LIST], size_t *count);
bool mbt_bench_parse_seconds(const char *text, double seconds[MBT_BENCH_LIST], size_t *count);

/* One number. False if text is anything else, or it is out of that range. */
bool mbt_bench_parse_number(const char *text, double least, double most, double *number);

/* A list of names as --isa takes them, each at most once; auto stands for auto_isa. Whether they run here is not looked
 * at. */
bool mbt_bench_parse_isas(const char *text, mbt_isa auto_isa, mbt_isa isas[MBT_ISA_COUNT], size_t *count);

/* The subcommands' subcommands. They return an exit code, with everything that went wrong told. */
int mbt_bench_machine(const mbt_bench_options *options);
int mbt_bench_kernels(const mbt_bench_options *options);
int mbt_bench_network(const mbt_bench_options *options);
int mbt_bench_inputs(const mbt_bench_options *options);
int mbt_bench_stream(const mbt_bench_options *options);

#endif
