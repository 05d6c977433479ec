/* cpu.c: asks the processor and the operating system which instructions may be used. Compiled without the flags of any
 * instruction set, since it runs before anything is known. */
#include "simd/cpu.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <stdint.h>

/* Bits of CPUID leaves 1 and 7 and of XCR0: Intel SDM vol. 2A, CPUID, and vol. 1, 13.3. */
#define LEAF1_ECX_FMA (1u << 12)
#define LEAF1_ECX_OSXSAVE (1u << 27)
#define LEAF1_ECX_AVX (1u << 28)
#define LEAF1_ECX_F16C (1u << 29)
#define LEAF7_EBX_AVX2 (1u << 5)
#define LEAF7_ECX_AVX512VNNI (1u << 11)
#define LEAF7_1_EAX_AVXVNNI (1u << 4)                                        /* of subleaf 1 */
#define LEAF7_EBX_AVX512 ((1u << 16) | (1u << 17) | (1u << 30) | (1u << 31)) /* F, DQ, BW, VL */
#define XCR0_YMM 0x06u                                                       /* SSE and AVX state */
#define XCR0_ZMM 0xe6u                                                       /* and opmask, upper ZMM, ZMM 16 to 31 */

static uint32_t xcr0(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

static bool all(uint32_t value, uint32_t bits)
{
    return (value & bits) == bits;
}

/* FMA is encoded by VEX, so it too needs an operating system that saves the YMM registers. */
bool mbt_cpu_has_fma(void)
{
    uint32_t eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return false;
    return all(ecx, LEAF1_ECX_OSXSAVE | LEAF1_ECX_AVX | LEAF1_ECX_FMA) && all(xcr0(), XCR0_YMM);
}

static bool has_avx(bool wide)
{
    uint32_t eax, ebx, ecx, edx;
    if (!mbt_cpu_has_fma() || !__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !all(ecx, LEAF1_ECX_F16C) ||
        !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !all(ebx, LEAF7_EBX_AVX2))
        return false;
    return !wide || (all(ebx, LEAF7_EBX_AVX512) && all(xcr0(), XCR0_ZMM));
}

/* VNNI in 512-bit registers (wide), or AVX-VNNI in 256-bit registers. */
static bool has_vnni(bool wide)
{
    uint32_t eax, ebx, ecx, edx;
    if (wide)
        return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && all(ecx, LEAF7_ECX_AVX512VNNI);
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || eax < 1) /* the highest subleaf */
        return false;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && all(eax, LEAF7_1_EAX_AVXVNNI);
}

bool mbt_cpu_has(mbt_isa isa)
{
    switch (isa) {
    case MBT_ISA_SCALAR:
        return true;
    case MBT_ISA_AVX2:
        return has_avx(false);
    case MBT_ISA_AVXVNNI:
        return has_avx(false) && has_vnni(false);
    case MBT_ISA_AVX512:
        return has_avx(true);
    case MBT_ISA_AVX512VNNI:
        return has_avx(true) && has_vnni(true);
    default:
        return false;
    }
}

#elif defined(__aarch64__)

#if defined(__linux__)
#include <sys/auxv.h>
#define HWCAP_ASIMD_BIT (1ul << 1) /* Linux arch/arm64, uapi/asm/hwcap.h */
#define HWCAP_ASIMDDP_BIT (1ul << 20)
static bool has_asimd(void)
{
    return (getauxval(AT_HWCAP) & HWCAP_ASIMD_BIT) != 0;
}

static bool has_dotprod(void)
{
    return has_asimd() && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP_BIT) != 0;
}
#else
/* No way to ask, but Advanced SIMD is part of every aarch64 ABI in use. */
static bool has_asimd(void)
{
    return true;
}

/* No way to ask: it is there if the compiler was told so. */
static bool has_dotprod(void)
{
#ifdef __ARM_FEATURE_DOTPROD
    return true;
#else
    return false;
#endif
}
#endif

bool mbt_cpu_has_fma(void)
{
    return true;
}

bool mbt_cpu_has(mbt_isa isa)
{
    return isa == MBT_ISA_SCALAR || (isa == MBT_ISA_NEON && has_asimd()) || (isa == MBT_ISA_DOTPROD && has_dotprod());
}

#else

/* Our scalar kernels do without the instruction (fma.h). SLEEF's functions need it. */
bool mbt_cpu_has_fma(void)
{
    return true;
}

bool mbt_cpu_has(mbt_isa isa)
{
    return isa == MBT_ISA_SCALAR;
}

#endif
