/* peak_x86.c: what a core can do at most, with the instructions of x86-64. The chains are variables of their own,
 * so that they are registers whatever the compiler's loop heuristics are. */
#include "tools/bench/machine/peak_native.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))

/* x = x m + a, which tends to 1. */
static volatile const float factor = 0.75f, addend = 0.25f;

/* The compiler has to have the chain in a register when the loop ends; its address would bring it into memory. */
#define KEEP(i) __asm__ volatile("" : : "x"(x##i));

AVX2 static void fma_avx2(size_t rounds)
{
    const __m256 m = _mm256_set1_ps(factor), a = _mm256_set1_ps(addend);
#define DECLARE(i) __m256 x##i = _mm256_set1_ps((float)i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i) x##i = _mm256_fmadd_ps(x##i, m, a);
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

AVX512 static void fma_avx512(size_t rounds)
{
    const __m512 m = _mm512_set1_ps(factor), a = _mm512_set1_ps(addend);
#define DECLARE(i) __m512 x##i = _mm512_set1_ps((float)i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i) x##i = _mm512_fmadd_ps(x##i, m, a);
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

/* The empty assembly makes b new each time, or else the products would be taken out of the loop. */
AVX2 static void int8_avx2(size_t rounds)
{
    const __m256i a = _mm256_set1_epi8(3), ones = _mm256_set1_epi16(1);
    __m256i b = _mm256_set1_epi8(-2);
#define DECLARE(i) __m256i x##i = _mm256_set1_epi32(i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i)                     \
    __asm__ volatile("" : "+x"(b)); \
    x##i = _mm256_add_epi32(x##i, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

AVX512 static void int8_avx512(size_t rounds)
{
    const __m512i a = _mm512_set1_epi32(0x03030303), ones = _mm512_set1_epi32(0x00010001);
    __m512i b = _mm512_set1_epi32(0x02020202);
#define DECLARE(i) __m512i x##i = _mm512_set1_epi32(i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i)                     \
    __asm__ volatile("" : "+v"(b)); \
    x##i = _mm512_add_epi32(x##i, _mm512_madd_epi16(_mm512_maddubs_epi16(a, b), ones));
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

/* In assembly, because compilers copy the accumulators of this intrinsic back and forth. */
AVX512 static void dot_vnni(size_t rounds)
{
    const __m512i a = _mm512_set1_epi32(0x03030303), b = _mm512_set1_epi32(0x02020202);
#define DECLARE(i) __m512i x##i = _mm512_set1_epi32(i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i) __asm__("vpdpbusd %2, %1, %0" : "+v"(x##i) : "v"(a), "v"(b));
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

AVX2 static void dot_avx_vnni(size_t rounds)
{
    const __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(2);
#define DECLARE(i) __m256i x##i = _mm256_set1_epi32(i);
    MBT_EACH_CHAIN(DECLARE)
#undef DECLARE
    for (size_t r = 0; r < rounds; r++) {
#define STEP(i) __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(x##i) : "x"(a), "x"(b));
        MBT_EACH_CHAIN(STEP)
#undef STEP
    }
    MBT_EACH_CHAIN(KEEP)
}

AVX2 static void read_avx2(const void *from, size_t bytes, size_t rounds)
{
    __m256i x0 = _mm256_setzero_si256(), x1 = x0, x2 = x0, x3 = x0;
    for (size_t r = 0; r < rounds; r++) {
        const __m256i *p = from, *end = p + bytes / sizeof *p;
        for (; p < end; p += 8) {
            x0 = _mm256_or_si256(x0, _mm256_load_si256(p));
            x1 = _mm256_or_si256(x1, _mm256_load_si256(p + 1));
            x2 = _mm256_or_si256(x2, _mm256_load_si256(p + 2));
            x3 = _mm256_or_si256(x3, _mm256_load_si256(p + 3));
            x0 = _mm256_or_si256(x0, _mm256_load_si256(p + 4));
            x1 = _mm256_or_si256(x1, _mm256_load_si256(p + 5));
            x2 = _mm256_or_si256(x2, _mm256_load_si256(p + 6));
            x3 = _mm256_or_si256(x3, _mm256_load_si256(p + 7));
        }
        MBT_KEEP(from);
    }
    const __m256i all = _mm256_or_si256(_mm256_or_si256(x0, x1), _mm256_or_si256(x2, x3));
    __asm__ volatile("" : : "x"(all));
}

AVX2 static void copy_avx2(void *to, const void *from, size_t bytes, size_t rounds)
{
    for (size_t r = 0; r < rounds; r++) {
        const __m256i *p = from;
        __m256i *q = to;
        for (size_t i = 0; i < bytes / sizeof *p; i += 4) {
            const __m256i x0 = _mm256_load_si256(p + i), x1 = _mm256_load_si256(p + i + 1);
            const __m256i x2 = _mm256_load_si256(p + i + 2), x3 = _mm256_load_si256(p + i + 3);
            _mm256_store_si256(q + i, x0);
            _mm256_store_si256(q + i + 1, x1);
            _mm256_store_si256(q + i + 2, x2);
            _mm256_store_si256(q + i + 3, x3);
        }
        MBT_KEEP(to);
    }
}

AVX512 static void read_avx512(const void *from, size_t bytes, size_t rounds)
{
    __m512i x0 = _mm512_setzero_si512(), x1 = x0, x2 = x0, x3 = x0;
    for (size_t r = 0; r < rounds; r++) {
        const __m512i *p = from, *end = p + bytes / sizeof *p;
        for (; p < end; p += 8) {
            x0 = _mm512_or_si512(x0, _mm512_load_si512(p));
            x1 = _mm512_or_si512(x1, _mm512_load_si512(p + 1));
            x2 = _mm512_or_si512(x2, _mm512_load_si512(p + 2));
            x3 = _mm512_or_si512(x3, _mm512_load_si512(p + 3));
            x0 = _mm512_or_si512(x0, _mm512_load_si512(p + 4));
            x1 = _mm512_or_si512(x1, _mm512_load_si512(p + 5));
            x2 = _mm512_or_si512(x2, _mm512_load_si512(p + 6));
            x3 = _mm512_or_si512(x3, _mm512_load_si512(p + 7));
        }
        MBT_KEEP(from);
    }
    const __m512i all = _mm512_or_si512(_mm512_or_si512(x0, x1), _mm512_or_si512(x2, x3));
    __asm__ volatile("" : : "x"(all));
}

AVX512 static void copy_avx512(void *to, const void *from, size_t bytes, size_t rounds)
{
    for (size_t r = 0; r < rounds; r++) {
        const __m512i *p = from;
        __m512i *q = to;
        for (size_t i = 0; i < bytes / sizeof *p; i += 4) {
            const __m512i x0 = _mm512_load_si512(p + i), x1 = _mm512_load_si512(p + i + 1);
            const __m512i x2 = _mm512_load_si512(p + i + 2), x3 = _mm512_load_si512(p + i + 3);
            _mm512_store_si512(q + i, x0);
            _mm512_store_si512(q + i + 1, x1);
            _mm512_store_si512(q + i + 2, x2);
            _mm512_store_si512(q + i + 3, x3);
        }
        MBT_KEEP(to);
    }
}

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
