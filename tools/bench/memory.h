/* memory.h: the peak resident memory of the process. */
#ifndef MBT_TOOLS_BENCH_MEMORY_H
#define MBT_TOOLS_BENCH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* The peak so far, in bytes; 0 where the system does not provide it. */
size_t mbt_bench_memory_peak(void);

/* The peak since mbt_bench_memory_reset, which returns false where the system cannot reset it. */
size_t mbt_bench_memory_since(void);
bool mbt_bench_memory_reset(void);

#endif
