/* peak_arm.c: the loops that measure the peak of a core, with the instructions of aarch64. */
#include "tools/bench/machine/peak_native.h"

#if defined(__aarch64__)

#include <arm_neon.h>

/* Volatile, so that the compiler does not know the values. */
static volatile const float factor = 0.75f, addend = 1e-9f;

/* Keeps a chain until the loop has ended, in a register: an asm that took its address would bring it into memory. */
#define KEEP(i) __asm__ volatile("" : : "w"(x##i));

#define FLOATS(i) float32x4_t x##i = vdupq_n_f32((float)i);
#define INTEGERS(i) int32x4_t x##i = vdupq_n_s32(i);

/* x = x + m a: the chain is the addend, because the instruction writes there. */
static void fma_neon(size_t rounds)
{
    const float32x4_t m = vdupq_n_f32(factor), a = vdupq_n_f32(addend);
#define STEP(i) x##i = vfmaq_f32(x##i, m, a);
    MBT_RUN_CHAINS(rounds, FLOATS, STEP, KEEP)
#undef STEP
}

/* Without the dot product: multiplies to 16 bits, adds pairs to 32. The empty assembly makes b new in each step;
 * otherwise the compiler would compute the products once, before the loop. */
static void int8_neon(size_t rounds)
{
    const int8x16_t a = vdupq_n_s8(3);
    int8x16_t b = vdupq_n_s8(-2);
#define STEP(i)                                                         \
    __asm__ volatile("" : "+w"(b));                                     \
    x##i = vpadalq_s16(x##i, vmull_s8(vget_low_s8(a), vget_low_s8(b))); \
    x##i = vpadalq_s16(x##i, vmull_s8(vget_high_s8(a), vget_high_s8(b)));
    MBT_RUN_CHAINS(rounds, INTEGERS, STEP, KEEP)
#undef STEP
}

#if defined(__clang__)
#define DOTPROD __attribute__((target("dotprod")))
#else
#define DOTPROD __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

/* In assembly: where the build is for processors without the dot product, not every compiler's arm_neon.h has its
 * intrinsic. */
DOTPROD static void dot_sdot(size_t rounds)
{
    const int8x16_t a = vdupq_n_s8(3), b = vdupq_n_s8(-2);
#define STEP(i) __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(x##i) : "w"(a), "w"(b));
    MBT_RUN_CHAINS(rounds, INTEGERS, STEP, KEEP)
#undef STEP
}

#define TARGET
#define READ read_neon
#define COPY copy_neon
#define VECTOR uint32x4_t
#define ZERO vdupq_n_u32(0)
#define OR vorrq_u32
#define LOAD(p) vld1q_u32((const uint32_t *)(p))
#define STORE(p, x) vst1q_u32((uint32_t *)(p), x)
#define KEEP_VECTOR(x) __asm__ volatile("" : : "w"(x))
#include "tools/bench/machine/peak_memory.h"

mbt_peak_loops mbt_peak_loops_native(mbt_isa isa)
{
    if (isa != MBT_ISA_NEON && isa != MBT_ISA_DOTPROD)
        return (mbt_peak_loops){.read = NULL};
    mbt_peak_loops loops = {.fma = {"fmla, 4 lanes", 2 * 4 * MBT_PEAK_CHAINS, fma_neon},
                            .int8 = {"smull, sadalp", 2 * 16 * MBT_PEAK_CHAINS, int8_neon},
                            .read = read_neon,
                            .copy = copy_neon};
    if (isa == MBT_ISA_DOTPROD)
        loops.dot = (mbt_peak_loop){"sdot, 16 lanes", 2 * 16 * MBT_PEAK_CHAINS, dot_sdot};
    return loops;
}

#endif
