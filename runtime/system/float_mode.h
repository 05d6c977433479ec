/* float_mode.h: saves the caller's floating-point mode while the library computes, and restores it afterwards. Another
 * mode (most often flush to zero) would change the bits of the result.
 *
 * The clobber "memory" keeps the compiler from moving loads and stores across the change. */
#ifndef MBT_RUNTIME_SYSTEM_FLOAT_MODE_H
#define MBT_RUNTIME_SYSTEM_FLOAT_MODE_H

#include <stdint.h>

#include "runtime/port.h"

#if MBT_HAS_FLOAT_MODE == 2 && defined(__x86_64__)

typedef uint32_t mbt_float_mode; /* MXCSR */

static inline void mbt_float_mode_leave(const mbt_float_mode *saved)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(*saved) : "memory");
}

/* The mode in which a thread starts: rounds to nearest, flushes nothing, masks all exceptions. */
static inline void mbt_float_mode_default(void)
{
    const mbt_float_mode mode = 0x1f80;
    mbt_float_mode_leave(&mode);
}

static inline void mbt_float_mode_enter(mbt_float_mode *saved)
{
    __asm__ volatile("stmxcsr %0" : "=m"(*saved) : : "memory");
    mbt_float_mode_default();
}

#elif MBT_HAS_FLOAT_MODE == 2

typedef struct mbt_float_mode {
    uint64_t control, status; /* FPCR, FPSR */
} mbt_float_mode;

static inline void mbt_float_mode_leave(const mbt_float_mode *saved)
{
    __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(saved->control), "r"(saved->status) : "memory");
}

static inline void mbt_float_mode_default(void)
{
    const mbt_float_mode mode = {0, 0};
    mbt_float_mode_leave(&mode);
}

static inline void mbt_float_mode_enter(mbt_float_mode *saved)
{
    __asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(saved->control), "=r"(saved->status) : : "memory");
    mbt_float_mode_default();
}

#elif MBT_HAS_FLOAT_MODE

#include <fenv.h>

typedef fenv_t mbt_float_mode;

static inline void mbt_float_mode_leave(const mbt_float_mode *saved)
{
    fesetenv(saved);
}

static inline void mbt_float_mode_default(void)
{
    fesetenv(FE_DFL_ENV);
}

static inline void mbt_float_mode_enter(mbt_float_mode *saved)
{
    fegetenv(saved);
    mbt_float_mode_default();
}

#else

typedef char mbt_float_mode;

static inline void mbt_float_mode_leave(const mbt_float_mode *callers)
{
    (void)callers;
}

static inline void mbt_float_mode_default(void)
{
}

static inline void mbt_float_mode_enter(mbt_float_mode *callers)
{
    *callers = 0;
}

#endif

#endif
