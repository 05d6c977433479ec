/* peak_x86.c: the loops that measure the peak of a core, with the instructions of x86-64. */
#include "tools/bench/machine/peak_native.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))

/* x = x m + a, which tends to 1. Volatile, so that the compiler does not know the values. */
static volatile const float factor = 0.75f, addend = 0.25f;

/* Keeps a chain until the loop has ended, in a register: an asm that took its address would bring it into memory. */
#define KEEP(i) __asm__ volatile("" : : "x"(x##i));

#define FLOATS_256(i) __m256 x##i = _mm256_set1_ps((float)i);
#define FLOATS_512(i) __m512 x##i = _mm512_set1_ps((float)i);
#define INTEGERS_256(i) __m256i x##i = _mm256_set1_epi32(i);
#define INTEGERS_512(i) __m512i x##i = _mm512_set1_epi32(i);

AVX2 static void fma_avx2(size_t rounds)
{
    const __m256 m = _mm256_set1_ps(factor), a = _mm256_set1_ps(addend);
#define STEP(i) x##i = _mm256_fmadd_ps(x##i, m, a);
    MBT_RUN_CHAINS(rounds, FLOATS_256, STEP, KEEP)
#undef STEP
}

AVX512 static void fma_avx512(size_t rounds)
{
    const __m512 m = _mm512_set1_ps(factor), a = _mm512_set1_ps(addend);
#define STEP(i) x##i = _mm512_fmadd_ps(x##i, m, a);
    MBT_RUN_CHAINS(rounds, FLOATS_512, STEP, KEEP)
#undef STEP
}

/* The empty assembly makes b new in each step; otherwise the compiler would compute the products once, before the
 * loop. */
AVX2 static void int8_avx2(size_t rounds)
{
    const __m256i a = _mm256_set1_epi8(3), ones = _mm256_set1_epi16(1);
    __m256i b = _mm256_set1_epi8(-2);
#define STEP(i)                     \
    __asm__ volatile("" : "+x"(b)); \
    x##i = _mm256_add_epi32(x##i, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
    MBT_RUN_CHAINS(rounds, INTEGERS_256, STEP, KEEP)
#undef STEP
}

AVX512 static void int8_avx512(size_t rounds)
{
    const __m512i a = _mm512_set1_epi32(0x03030303), ones = _mm512_set1_epi32(0x00010001);
    __m512i b = _mm512_set1_epi32(0x02020202);
#define STEP(i)                     \
    __asm__ volatile("" : "+v"(b)); \
    x##i = _mm512_add_epi32(x##i, _mm512_madd_epi16(_mm512_maddubs_epi16(a, b), ones));
    MBT_RUN_CHAINS(rounds, INTEGERS_512, STEP, KEEP)
#undef STEP
}

/* In assembly, because compilers copy the accumulators of this intrinsic back and forth. */
AVX512 static void dot_vnni(size_t rounds)
{
    const __m512i a = _mm512_set1_epi32(0x03030303), b = _mm512_set1_epi32(0x02020202);
#define STEP(i) __asm__("vpdpbusd %2, %1, %0" : "+v"(x##i) : "v"(a), "v"(b));
    MBT_RUN_CHAINS(rounds, INTEGERS_512, STEP, KEEP)
#undef STEP
}

AVX2 static void dot_avx_vnni(size_t rounds)
{
    const __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(2);
#define STEP(i) __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(x##i) : "x"(a), "x"(b));
    MBT_RUN_CHAINS(rounds, INTEGERS_256, STEP, KEEP)
#undef STEP
}

#define TARGET AVX2
#define READ read_avx2
#define COPY copy_avx2
#define VECTOR __m256i
#define ZERO _mm256_setzero_si256()
#define OR _mm256_or_si256
#define LOAD _mm256_load_si256
#define STORE _mm256_store_si256
#define KEEP_VECTOR(x) __asm__ volatile("" : : "x"(x))
#include "tools/bench/machine/peak_memory.h"

#define TARGET AVX512
#define READ read_avx512
#define COPY copy_avx512
#define VECTOR __m512i
#define ZERO _mm512_setzero_si512()
#define OR _mm512_or_si512
#define LOAD _mm512_load_si512
#define STORE _mm512_store_si512
#define KEEP_VECTOR(x) __asm__ volatile("" : : "x"(x))
#include "tools/bench/machine/peak_memory.h"

mbt_peak_loops mbt_peak_loops_native(mbt_isa isa)
{
    mbt_peak_loops narrow = {.fma = {"vfmadd, 8 lanes", 2 * 8 * MBT_PEAK_CHAINS, fma_avx2},
                             .int8 = {"vpmaddubsw, vpmaddwd, vpaddd", 2 * 32 * MBT_PEAK_CHAINS, int8_avx2},
                             .read = read_avx2,
                             .copy = copy_avx2};
    mbt_peak_loops wide = {.fma = {"vfmadd, 16 lanes", 2 * 16 * MBT_PEAK_CHAINS, fma_avx512},
                           .int8 = {"vpmaddubsw, vpmaddwd, vpaddd", 2 * 64 * MBT_PEAK_CHAINS, int8_avx512},
                           .read = read_avx512,
                           .copy = copy_avx512};
    switch (isa) {
    case MBT_ISA_AVXVNNI:
        narrow.dot = (mbt_peak_loop){"vpdpbusd, 32 lanes", 2 * 32 * MBT_PEAK_CHAINS, dot_avx_vnni};
        return narrow;
    case MBT_ISA_AVX2:
        return narrow;
    case MBT_ISA_AVX512VNNI:
        wide.dot = (mbt_peak_loop){"vpdpbusd, 64 lanes", 2 * 64 * MBT_PEAK_CHAINS, dot_vnni};
        return wide;
    case MBT_ISA_AVX512:
        return wide;
    default:
        return (mbt_peak_loops){.read = NULL};
    }
}

#endif
