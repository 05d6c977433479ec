/* roofline.h: the results of `bench kernels` as a picture. */
#ifndef MBT_TOOLS_BENCH_KERNELS_ROOFLINE_H
#define MBT_TOOLS_BENCH_KERNELS_ROOFLINE_H

#include "tools/bench/kernels/results.h"
#include "tools/bench/svg.h"

/* Each kernel as a dot below the roofs of its instruction set: rate against operations for each byte. */
void mbt_kernels_draw(const mbt_kernel_report *report, mbt_svg *svg);

#endif
