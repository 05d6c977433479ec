/* times.c: times of many calls. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/live/times.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "tools/base/message.h"
#include "tools/bench/timing.h"

/* A call has been disturbed if it took so many ns longer than its thread ran: no change of processes is shorter.
 * Reading the clocks takes less. */
#define DISTURBED 5e3

bool mbt_times_open(mbt_call_times *times, size_t room)
{
    *times = (mbt_call_times){.room = room};
    times->clock = malloc(room * sizeof *times->clock);
    times->processor = malloc(room * sizeof *times->processor);
    return (times->clock != NULL && times->processor != NULL) || mbt_complain("out of memory");
}

void mbt_times_close(mbt_call_times *times)
{
    free(times->clock);
    free(times->processor);
    *times = (mbt_call_times){.room = 0};
}

static double thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void mbt_times_begin(mbt_call_times *times)
{
    times->processor_begin = thread_ns();
    times->clock_begin = mbt_bench_now();
}

void mbt_times_end(mbt_call_times *times)
{
    times->clock[times->count] = mbt_bench_now() - times->clock_begin;
    times->processor[times->count++] = thread_ns() - times->processor_begin;
}

static mbt_spread_of_times describe(double *ns, size_t count)
{
    if (count == 0)
        return (mbt_spread_of_times){0, (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += ns[i];
    const double median = mbt_bench_statistics(ns, count).median; /* sorts */
    return (mbt_spread_of_times){.count = count,
                                 .mean = sum / (double)count,
                                 .median = median,
                                 .p99 = mbt_bench_quantile(ns, count, 0.99),
                                 .p999 = mbt_bench_quantile(ns, count, 0.999),
                                 .worst = ns[count - 1]};
}

mbt_time_views mbt_times_view(mbt_call_times *times)
{
    mbt_time_views views;
    size_t undisturbed = 0;
    for (size_t i = 0; i < times->count; i++) { /* these come first, and are described before all are sorted */
        const double clock = times->clock[i], processor = times->processor[i];
        if (clock - processor < DISTURBED) {
            times->clock[i] = times->clock[undisturbed];
            times->clock[undisturbed++] = clock;
        }
    }
    views.undisturbed = describe(times->clock, undisturbed);
    views.clock = describe(times->clock, times->count);
    views.processor = describe(times->processor, times->count);
    return views;
}
