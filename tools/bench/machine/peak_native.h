/* peak_native.h: the loops of one architecture, in peak_x86.c or peak_arm.c, and what such loops are made of. */
#ifndef MBT_TOOLS_BENCH_MACHINE_PEAK_NATIVE_H
#define MBT_TOOLS_BENCH_MACHINE_PEAK_NATIVE_H

#include <stddef.h>

#include "mambattention/mambattention.h"

/* A loop of arithmetic alone: independent chains, no memory. */
typedef struct mbt_peak_loop {
    const char *name; /* of the instructions */
    double per_round; /* operations; a multiply-add is two */
    void (*run)(size_t rounds);
} mbt_peak_loop;

/* What there is for one set of kernels; run is NULL where there is nothing. */
typedef struct mbt_peak_loops {
    mbt_peak_loop fma;
    mbt_peak_loop int8; /* without instructions for it */
    mbt_peak_loop dot;  /* int8 with them: of the sets that have them */
    /* Reads, or copies, `bytes` (a multiple of 4096, aligned to 64) `rounds` times. */
    void (*read)(const void *from, size_t bytes, size_t rounds);
    void (*copy)(void *to, const void *from, size_t bytes, size_t rounds);
} mbt_peak_loops;

/* The loops for a set of kernels of x86-64 or aarch64; run is NULL where the set is not of this architecture. */
mbt_peak_loops mbt_peak_loops_native(mbt_isa isa);

/* Keeps a pointer's memory, or that a value was computed, from the optimiser. */
#define MBT_KEEP(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

#define MBT_PEAK_CHAINS 12
#define MBT_EACH_CHAIN(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

#endif
