/* times.h: times of many calls, and what other processes took of them. */
#ifndef MBT_TOOLS_BENCH_LIVE_TIMES_H
#define MBT_TOOLS_BENCH_LIVE_TIMES_H

#include <stdbool.h>
#include <stddef.h>

/* What is said of a list of times, in ns. Without times all is NAN, and the count 0. */
typedef struct mbt_spread_of_times {
    size_t count;
    double mean, median, p99, p999, worst;
} mbt_spread_of_times;

/* Times of calls: by the clock, and those that the thread itself ran. */
typedef struct mbt_call_times {
    double *clock, *processor; /* [room] */
    size_t count, room;
    double clock_begin, processor_begin;
} mbt_call_times;

/* False when memory runs out; prints one error line. */
bool mbt_times_open(mbt_call_times *times, size_t room);
void mbt_times_close(mbt_call_times *times);

/* Around a call. The end adds it; there has to be room. */
void mbt_times_begin(mbt_call_times *times);
void mbt_times_end(mbt_call_times *times);

/* The three views of the times: of all calls by the clock; by the clock of those calls in which nothing else ran on the
 * core; of all calls, what their thread ran, which leaves out what others took but not that they spoilt the caches. */
typedef struct mbt_time_views {
    mbt_spread_of_times clock, undisturbed, processor;
} mbt_time_views;

/* Sorts and changes the times. */
mbt_time_views mbt_times_view(mbt_call_times *times);

#endif
