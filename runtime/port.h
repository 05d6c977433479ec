/* port.h: what the system and the compiler have. The one place to look at when the library goes to a new system: each
 * answer may be given from outside, as -DMBT_HAS_MALLOC=0. It stands before all arithmetic of simd/ and runtime/, and
 * stops builds whose flags would change the bits. It includes nothing of ours. */
#ifndef MBT_RUNTIME_PORT_H
#define MBT_RUNTIME_PORT_H

#include <float.h>
#include <math.h>

/* malloc and free. Without them mbt_open needs the caller's block or allocator. */
#ifndef MBT_HAS_MALLOC
#define MBT_HAS_MALLOC __STDC_HOSTED__
#endif

/* getenv, for MBT_ISA. */
#ifndef MBT_HAS_GETENV
#define MBT_HAS_GETENV __STDC_HOSTED__
#endif

/* A floating-point environment that a caller may have changed: flush to zero, rounding. 2: its register is known, for
 * C's fenv.h says nothing of flush to zero, and what a libc does with it is a matter of its version. 1: fenv.h has to
 * do. 0: there is none to change. */
#ifndef MBT_HAS_FLOAT_MODE
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__aarch64__))
#define MBT_HAS_FLOAT_MODE 2
#else
#define MBT_HAS_FLOAT_MODE __STDC_HOSTED__
#endif
#endif

/* POSIX threads. The build asks for them. */
#ifndef MBT_THREADS
#define MBT_THREADS 0
#endif

/* Linux's affinity masks and control groups, which say how many cores are a process's. Elsewhere all cores are. */
#ifndef MBT_HAS_LINUX_CORES
#if defined(__linux__)
#define MBT_HAS_LINUX_CORES MBT_THREADS
#else
#define MBT_HAS_LINUX_CORES 0
#endif
#endif

/* An instruction for a * b + c, rounded once, to which the compiler turns fmaf. A libc's own fmaf is never used (see
 * simd/fma.h): newlib's rounds twice. It did so in 2 of 20e9 calls here, and the bits were others. */
#ifndef MBT_HAS_FMAF
#if defined(__FP_FAST_FMAF) || (defined(FP_FAST_FMAF) && !defined(__GNUC__))
#define MBT_HAS_FMAF 1
#else
#define MBT_HAS_FMAF 0
#endif
#endif

/* Flags that change the bits. Contraction (-ffp-contract=fast, gcc's default outside of ISO C) leaves no trace that a
 * source could see, so it is turned off here. clang fuses all the same if it is told =fast: then mbt_fuses finds it,
 * and mbt_open refuses. mbt_self_test finds all. */
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) ||             \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__) || \
    defined(_M_FP_FAST)
#error "these flags change the bits of the output: no -ffast-math, nor a part of it, nor -Ofast, nor /fp:fast"
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#if defined(__i386__) || defined(__x86_64__)
#error "the x87 computes float with more bits than it has: add -msse2 -mfpmath=sse"
#elif defined(__s390x__)
#error "ISO C's rule for gcc on s390x is to compute float as double: add -fexcess-precision=fast"
#else
#error "float must be computed as float: FLT_EVAL_METHOD must be 0"
#endif
#endif
#if FLT_RADIX != 2 || FLT_MANT_DIG != 24 || FLT_MAX_EXP != 128 || DBL_MANT_DIG != 53
#error "float and double must be IEEE 754's binary32 and binary64"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* Whether the compiler, with the flags of the file that asks, makes one operation of a multiplication and an addition.
 * Apart, the product is rounded to -c. */
static inline int mbt_fuses(void)
{
    const volatile float a = 0x1.001p0f, c = -0x1.002p0f;
    return a * a + c != 0;
}

#endif
