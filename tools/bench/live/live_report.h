/* live_report.h: the results of `bench live` as tables and as JSON. */
#ifndef MBT_TOOLS_BENCH_LIVE_LIVE_REPORT_H
#define MBT_TOOLS_BENCH_LIVE_LIVE_REPORT_H

#include "tools/bench/live/results.h"

void mbt_live_print(const mbt_live_report *report);

/* False when memory runs out; prints one error line. */
bool mbt_live_print_json(const mbt_live_report *report);

#endif
