/* peak.c: the loops that measure the peak of a core in portable C, which is that of the scalar kernels. */
#include "tools/bench/machine/peak.h"

#include <stdint.h>
#include <string.h>

#include "simd/fma.h"

/* Where a multiply-add is a dozen instructions, few chains: more would not stay in registers. */
#if MBT_HAS_FMAF
enum { CHAINS = 48 };
#else
enum { CHAINS = 8 };
#endif
enum { INT8_CHAINS = 16 };

/* Like the scalar matrix product, with weights from memory. Where the target has a fused multiply-add, the
 * compiler may use it in vectors. */
static void fma_scalar(size_t rounds)
{
    static volatile const float tiny = 1e-9f;
    const float input = tiny;
    float weights[CHAINS], x[CHAINS];
    for (int i = 0; i < CHAINS; i++)
        x[i] = weights[i] = (float)i;
    for (size_t r = 0; r < rounds; r++) {
        MBT_KEEP(weights);
        for (int i = 0; i < CHAINS; i++)
            x[i] = mbt_fmaf(input, weights[i], x[i]);
    }
    MBT_KEEP(x);
}

static void int8_scalar(size_t rounds)
{
    int8_t a[INT8_CHAINS], b[INT8_CHAINS];
    int32_t x[INT8_CHAINS] = {0};
    memset(a, 3, sizeof a);
    memset(b, 2, sizeof b);
    for (size_t r = 0; r < rounds; r++) {
        MBT_KEEP(a);
        for (int i = 0; i < INT8_CHAINS; i++)
            x[i] += a[i] * b[i];
    }
    MBT_KEEP(x);
}

static void read_scalar(const void *from, size_t bytes, size_t rounds)
{
    uint64_t x[8] = {0};
    for (size_t r = 0; r < rounds; r++) {
        const uint64_t *p = from, *end = p + bytes / sizeof *p;
        for (; p < end; p += 8)
            for (int i = 0; i < 8; i++)
                x[i] |= p[i];
        MBT_KEEP(from);
    }
    MBT_KEEP(x);
}

static void copy_scalar(void *to, const void *from, size_t bytes, size_t rounds)
{
    for (size_t r = 0; r < rounds; r++) {
        memcpy(to, from, bytes);
        MBT_KEEP(to);
    }
}

mbt_peak_loops mbt_peak_loops_for(mbt_isa isa)
{
    if (isa == MBT_ISA_SCALAR) {
        return (mbt_peak_loops){.fma = {"mbt_fmaf", 2 * CHAINS, fma_scalar},
                                .int8 = {"int8_t in C", 2 * INT8_CHAINS, int8_scalar},
                                .read = read_scalar,
                                .copy = copy_scalar};
    }
#if defined(__x86_64__) || defined(__aarch64__)
    return mbt_peak_loops_native(isa);
#else
    return (mbt_peak_loops){.read = NULL};
#endif
}
