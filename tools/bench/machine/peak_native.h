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

/* The loops for one set of kernels; run, read and copy are NULL where there is none. */
typedef struct mbt_peak_loops {
    mbt_peak_loop fma;
    mbt_peak_loop int8; /* products of int8 without instructions made for them */
    mbt_peak_loop dot;  /* products of int8 with such instructions, for the sets that have them */
    /* Reads, or copies, `bytes` (a multiple of 2048, aligned to 64) `rounds` times. */
    void (*read)(const void *from, size_t bytes, size_t rounds);
    void (*copy)(void *to, const void *from, size_t bytes, size_t rounds);
} mbt_peak_loops;

/* The loops for a set of kernels of x86-64 or aarch64; empty for a set of another architecture. */
mbt_peak_loops mbt_peak_loops_native(mbt_isa isa);

/* Makes the optimiser believe that the memory behind a pointer is read and written here. */
#define MBT_KEEP(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

/* So many chains keep two pipes busy at a latency of up to six cycles. */
#define MBT_PEAK_CHAINS 12
#define MBT_EACH_CHAIN(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

#define MBT_STEP_CHAINS(STEP) \
    do {                      \
        MBT_EACH_CHAIN(STEP)  \
    } while (0)

/* The chains' loop. DECLARE(i), STEP(i) and KEEP(i) are macros that declare, advance and keep the variable x0, x1 ...
 * of chain i. The chains are variables of their own, so that they stay in registers whatever the compiler does to
 * loops. */
#define MBT_RUN_CHAINS(rounds, DECLARE, STEP, KEEP) \
    MBT_EACH_CHAIN(DECLARE)                         \
    for (size_t r = 0; r < (rounds); r++)           \
        MBT_STEP_CHAINS(STEP);                      \
    MBT_EACH_CHAIN(KEEP)

#endif
