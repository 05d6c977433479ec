/* network_svg.h: the results of `bench network` as a picture. */
#ifndef MBT_TOOLS_BENCH_NETWORK_NETWORK_SVG_H
#define MBT_TOOLS_BENCH_NETWORK_NETWORK_SVG_H

#include "tools/bench/network/results.h"
#include "tools/bench/svg.h"

/* A bar for each part of the network and for each kind of kernel. */
void mbt_network_draw(const mbt_network_report *report, mbt_svg *svg);

#endif
