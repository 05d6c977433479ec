/* peak_arm.c: what a core can do at most, with the instructions of aarch64. */
#include "tools/bench/machine/peak_native.h"

#if defined(__aarch64__)

#include <arm_neon.h>

static volatile const float factor = 0.75f, addend = 1e-9f;

/* The compiler has to have the chain in a register when the loop ends; its address would bring it into memory. */
#define KEEP(i) __asm__ volatile("" : : "w"(x##i));

/* x = x + m a: the chain is the addend, because the instruction writes there. */
static void fma_neon(size_t rounds)
{
    const float32x4_t m = vdupq_n_f32(factor), a = vdupq_n_f32(addend);
#define DECLARE(i) float32x4_t x##i = vdupq_n_f32((float)i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i) x##i = vfmaq_f32(x##i, m, a);
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

/* Without the dot product: multiply to 16 bits, add pairs to 32. The empty assembly makes b new each time, or else the
 * products would be taken out of the loop. */
static void int8_neon(size_t rounds)
{
    const int8x16_t a = vdupq_n_s8(3);
    int8x16_t b = vdupq_n_s8(-2);
#define DECLARE(i) int32x4_t x##i = vdupq_n_s32(i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i)                                                         \
    __asm__ volatile("" : "+w"(b));                                     \
    x##i = vpadalq_s16(x##i, vmull_s8(vget_low_s8(a), vget_low_s8(b))); \
    x##i = vpadalq_s16(x##i, vmull_s8(vget_high_s8(a), vget_high_s8(b)));
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

#if defined(__clang__)
#define DOTPROD __attribute__((target("dotprod")))
#else
#define DOTPROD __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

/* In assembly: not every compiler's arm_neon.h has the intrinsic where the build is for processors without it. */
DOTPROD static void dot_sdot(size_t rounds)
{
    const int8x16_t a = vdupq_n_s8(3), b = vdupq_n_s8(-2);
#define DECLARE(i) int32x4_t x##i = vdupq_n_s32(i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i) __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(x##i) : "w"(a), "w"(b));
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

static void read_neon(const void *from, size_t bytes, size_t rounds)
{
    uint32x4_t x0 = vdupq_n_u32(0), x1 = x0, x2 = x0, x3 = x0;
    for (size_t r = 0; r < rounds; r++) {
        const uint32_t *p = from, *end = p + bytes / sizeof *p;
        for (; p < end; p += 16) {
            x0 = vorrq_u32(x0, vld1q_u32(p));
            x1 = vorrq_u32(x1, vld1q_u32(p + 4));
            x2 = vorrq_u32(x2, vld1q_u32(p + 8));
            x3 = vorrq_u32(x3, vld1q_u32(p + 12));
        }
        MBT_KEEP(from);
    }
    const uint32x4_t all = vorrq_u32(vorrq_u32(x0, x1), vorrq_u32(x2, x3));
    __asm__ volatile("" : : "w"(all));
}

static void copy_neon(void *to, const void *from, size_t bytes, size_t rounds)
{
    for (size_t r = 0; r < rounds; r++) {
        const uint32_t *p = from;
        uint32_t *q = to;
        for (size_t i = 0; i < bytes / sizeof *p; i += 16) {
            const uint32x4_t x0 = vld1q_u32(p + i), x1 = vld1q_u32(p + i + 4);
            const uint32x4_t x2 = vld1q_u32(p + i + 8), x3 = vld1q_u32(p + i + 12);
            vst1q_u32(q + i, x0);
            vst1q_u32(q + i + 4, x1);
            vst1q_u32(q + i + 8, x2);
            vst1q_u32(q + i + 12, x3);
        }
        MBT_KEEP(to);
    }
}

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
