/* memory.c: the peak resident memory of the process. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

size_t mbt_bench_memory_peak(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss > 0 ? (size_t)usage.ru_maxrss * 1024 : 0;
}

/* VmHWM of /proc/self/status: unlike getrusage, it starts again when 5 is written to clear_refs (Linux, proc(5)). */
size_t mbt_bench_memory_since(void)
{
    char line[256];
    size_t bytes = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && bytes == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            bytes = (size_t)strtoull(line + 6, NULL, 10) * 1024;
    if (file != NULL)
        fclose(file);
    return bytes;
}

bool mbt_bench_memory_reset(void)
{
#if defined(__GLIBC__)
    malloc_trim(0); /* gives the memory that earlier runs have freed back to the system */
#endif
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL)
        return false;
    const bool written = fputs("5", file) >= 0;
    return fclose(file) == 0 && written;
}
