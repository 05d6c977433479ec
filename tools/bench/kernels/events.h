/* events.h: the processor's counters of cycles and instructions, where the system lets a process read them. */
#ifndef MBT_TOOLS_BENCH_KERNELS_EVENTS_H
#define MBT_TOOLS_BENCH_KERNELS_EVENTS_H

#include <stdbool.h>

typedef struct mbt_events {
    int cycles, instructions; /* file descriptors; -1 without counters */
    char why_not[96];         /* why there are no counters; empty if there are */
} mbt_events;

void mbt_events_open(mbt_events *events);
static inline bool mbt_events_are_open(const mbt_events *events)
{
    return events->cycles >= 0;
}

/* Counts what this thread does in user mode between these two calls. */
void mbt_events_start(const mbt_events *events);
bool mbt_events_stop(const mbt_events *events, double *cycles, double *instructions);

void mbt_events_close(mbt_events *events);

#endif
