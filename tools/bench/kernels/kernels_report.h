/* kernels_report.h: the results of `bench kernels` as a table and as JSON. */
#ifndef MBT_TOOLS_BENCH_KERNELS_KERNELS_REPORT_H
#define MBT_TOOLS_BENCH_KERNELS_KERNELS_REPORT_H

#include "tools/bench/kernels/results.h"

void mbt_kernels_print(const mbt_kernel_report *report);

/* False when memory runs out; prints one error line. */
bool mbt_kernels_print_json(const mbt_kernel_report *report);

#endif
