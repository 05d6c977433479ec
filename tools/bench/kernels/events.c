/* events.c: Linux perf events (perf_event_open(2)). */
#define _GNU_SOURCE /* syscall */

#include "tools/bench/kernels/events.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__linux__)

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* group: the leader, which starts and stops with the others; -1 for the leader itself. */
static int open_counter(uint64_t config, int group)
{
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.size = sizeof attributes;
    attributes.config = config;
    attributes.disabled = group < 0;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, group, 0ul);
}

void mbt_events_open(mbt_events *events)
{
    *events = (mbt_events){.cycles = -1, .instructions = -1};
    events->cycles = open_counter(PERF_COUNT_HW_CPU_CYCLES, -1);
    if (events->cycles >= 0)
        events->instructions = open_counter(PERF_COUNT_HW_INSTRUCTIONS, events->cycles);
    if (events->instructions < 0) {
        const char *reason = errno == EACCES || errno == EPERM
                                 ? "the system forbids them (see /proc/sys/kernel/perf_event_paranoid)"
                                 : "this machine has no such counters";
        snprintf(events->why_not, sizeof events->why_not, "%s", reason);
        mbt_events_close(events);
    }
}

void mbt_events_start(const mbt_events *events)
{
    if (events->cycles >= 0) {
        ioctl(events->cycles, PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
        ioctl(events->cycles, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
    }
}

bool mbt_events_stop(const mbt_events *events, double *cycles, double *instructions)
{
    uint64_t counted[2];
    if (events->cycles < 0)
        return false;
    ioctl(events->cycles, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
    if (read(events->cycles, &counted[0], sizeof counted[0]) != (ssize_t)sizeof counted[0] ||
        read(events->instructions, &counted[1], sizeof counted[1]) != (ssize_t)sizeof counted[1])
        return false;
    *cycles = (double)counted[0];
    *instructions = (double)counted[1];
    return true;
}

void mbt_events_close(mbt_events *events)
{
    if (events->cycles >= 0)
        close(events->cycles);
    if (events->instructions >= 0)
        close(events->instructions);
    events->cycles = -1;
    events->instructions = -1;
}

#else

void mbt_events_open(mbt_events *events)
{
    *events = (mbt_events){.cycles = -1, .instructions = -1};
    snprintf(events->why_not, sizeof events->why_not, "only Linux has them");
}

void mbt_events_start(const mbt_events *events)
{
    (void)events;
}

bool mbt_events_stop(const mbt_events *events, double *cycles, double *instructions)
{
    (void)events, (void)cycles, (void)instructions;
    return false;
}

void mbt_events_close(mbt_events *events)
{
    (void)events;
}

#endif
