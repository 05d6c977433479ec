/* lists.h: reads numbers, and lists of numbers and names separated by commas, from the command line. */
#ifndef MBT_TOOLS_BENCH_LISTS_H
#define MBT_TOOLS_BENCH_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/bench/options.h"

/* Lists of 1 to MBT_BENCH_LIST numbers. False if text is anything else. */
bool mbt_bench_parse_threads(const char *text, unsigned threads[MBT_BENCH_LIST], size_t *count);
bool mbt_bench_parse_seconds(const char *text, double seconds[MBT_BENCH_LIST], size_t *count);

/* One number. False if text is anything else, or the number is not from least to most. */
bool mbt_bench_parse_number(const char *text, double least, double most, double *number);

/* A list of names as --isa takes them, each at most once; auto stands for auto_isa. It does not check whether the sets
 * run on this machine. */
bool mbt_bench_parse_isas(const char *text, mbt_isa auto_isa, mbt_isa isas[MBT_ISA_COUNT], size_t *count);

#endif
