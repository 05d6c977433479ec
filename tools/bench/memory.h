/* memory.h: the memory that the process has had. */
#ifndef MBT_TOOLS_BENCH_MEMORY_H
#define MBT_TOOLS_BENCH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* The most bytes so far; 0 where the system does not say. */
size_t mbt_bench_memory_peak(void);

/* The most bytes since mbt_bench_memory_reset, which returns false where the system cannot do that. */
size_t mbt_bench_memory_since(void);
bool mbt_bench_memory_reset(void);

#endif
