/* float_mode.h: the caller's floating-point mode (flush to zero, most often) is put aside while the library computes,
 * for it would change the bits.
 *
 * Where the register is known it is used: C's fenv.h says nothing of flush to zero, and what a libc does with it is a
 * matter of its version. Elsewhere fenv.h has to do. "memory" keeps loads and stores on their side of the change. */
#ifndef MBT_RUNTIME_SYSTEM_FLOAT_MODE_H
#define MBT_RUNTIME_SYSTEM_FLOAT_MODE_H

#include <stdint.h>

#if defined(__GNUC__) && defined(__x86_64__)

typedef uint32_t mbt_float_mode; /* MXCSR */

static inline void mbt_float_mode_leave(const mbt_float_mode *callers)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(*callers) : "memory");
}

/* As a thread begins: to nearest, nothing flushed, all exceptions masked. */
static inline void mbt_float_mode_default(void)
{
    const mbt_float_mode mode = 0x1f80;
    mbt_float_mode_leave(&mode);
}

static inline void mbt_float_mode_enter(mbt_float_mode *callers)
{
    __asm__ volatile("stmxcsr %0" : "=m"(*callers) : : "memory");
    mbt_float_mode_default();
}

#elif defined(__GNUC__) && defined(__aarch64__)

typedef struct mbt_float_mode {
    uint64_t control, status; /* FPCR, FPSR */
} mbt_float_mode;

static inline void mbt_float_mode_leave(const mbt_float_mode *callers)
{
    __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(callers->control), "r"(callers->status) : "memory");
}

static inline void mbt_float_mode_default(void)
{
    const mbt_float_mode mode = {0, 0};
    mbt_float_mode_leave(&mode);
}

static inline void mbt_float_mode_enter(mbt_float_mode *callers)
{
    __asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(callers->control), "=r"(callers->status) : : "memory");
    mbt_float_mode_default();
}

#else

#include <fenv.h>

typedef fenv_t mbt_float_mode;

static inline void mbt_float_mode_leave(const mbt_float_mode *callers)
{
    fesetenv(callers);
}

static inline void mbt_float_mode_default(void)
{
    fesetenv(FE_DFL_ENV);
}

static inline void mbt_float_mode_enter(mbt_float_mode *callers)
{
    fegetenv(callers);
    mbt_float_mode_default();
}

#endif

#endif
