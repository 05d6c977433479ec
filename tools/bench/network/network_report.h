/* network_report.h: the results of `bench network` as tables and as JSON. */
#ifndef MBT_TOOLS_BENCH_NETWORK_NETWORK_REPORT_H
#define MBT_TOOLS_BENCH_NETWORK_NETWORK_REPORT_H

#include "tools/bench/network/results.h"

void mbt_network_print(const mbt_network_report *report);

/* False when memory runs out; prints one error line. */
bool mbt_network_print_json(const mbt_network_report *report);

#endif
