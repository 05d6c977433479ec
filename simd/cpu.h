/* cpu.h: what this machine can run. */
#ifndef MBT_SIMD_CPU_H
#define MBT_SIMD_CPU_H

#include <stdbool.h>

#include "mambattention/mambattention.h"

/* True if the processor has what the kernels of this set use, and the operating system saves its registers. */
bool mbt_cpu_has(mbt_isa isa);

/* True if the processor has fused multiply-add, without which SLEEF's deterministic functions cannot run. */
bool mbt_cpu_has_fma(void);

#endif
