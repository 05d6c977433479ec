/* cases.h: the cases of every kernel, at the shapes that networks use.
 *
 * To add a kernel: write mbt_cases_NAME in one of the cases_*.c (without it this does not link), and its line in
 * tools/bench/network/profile.c. */
#ifndef MBT_TOOLS_BENCH_KERNELS_CASES_H
#define MBT_TOOLS_BENCH_KERNELS_CASES_H

#include "tools/bench/kernels/case.h"

/* Makes case `number` of a kernel; false if the kernel has fewer cases. */
typedef bool mbt_case_maker(mbt_bench_case *c, const mbt_shape *shape, size_t number);

#define MBT_KERNEL(name, parameters) mbt_case_maker mbt_cases_##name;
#include "simd/kernels.def"
#undef MBT_KERNEL

#endif
