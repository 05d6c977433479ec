/* dispatch.c: from the name of an instruction set to its kernels. */
#include <stdlib.h>
#include <string.h>

#include "simd/cpu.h"
#include "simd/kernels.h"

static const char *const names[MBT_ISA_COUNT] = {"auto", "scalar",  "avx2",       "avx512",
                                                 "neon", "avxvnni", "avx512vnni", "dotprod"};

const char *mbt_isa_name(mbt_isa isa)
{
    return (unsigned)isa < MBT_ISA_COUNT ? names[isa] : NULL;
}

mbt_status mbt_isa_from_name(const char *name, mbt_isa *isa)
{
    if (!name || !isa)
        return MBT_ERROR_ARGUMENT;
    for (int i = 0; i < MBT_ISA_COUNT; i++)
        if (!strcmp(name, names[i])) {
            *isa = (mbt_isa)i;
            return MBT_OK;
        }
    return MBT_ERROR_ISA;
}

static const mbt_kernels *in_this_build(mbt_isa isa)
{
    switch (isa) {
    case MBT_ISA_SCALAR:
        return &mbt_kernels_scalar;
#if MBT_HAVE_X86
    case MBT_ISA_AVX2:
        return &mbt_kernels_avx2;
    case MBT_ISA_AVX512:
        return &mbt_kernels_avx512;
    case MBT_ISA_AVX512VNNI:
        return &mbt_kernels_avx512vnni;
#endif
#if MBT_HAVE_AVXVNNI
    case MBT_ISA_AVXVNNI:
        return &mbt_kernels_avxvnni;
#endif
#if MBT_HAVE_NEON
    case MBT_ISA_NEON:
        return &mbt_kernels_neon;
    case MBT_ISA_DOTPROD:
        return &mbt_kernels_dotprod;
#endif
    default:
        return NULL;
    }
}

const mbt_kernels *mbt_kernels_for(mbt_isa isa)
{
    const mbt_kernels *kernels = in_this_build(isa);
    if (!kernels || !mbt_cpu_has(isa))
        return NULL;
#if MBT_SLEEF
    if (!mbt_cpu_has_fma())
        return NULL;
#endif
    return kernels;
}

int mbt_isa_available(mbt_isa isa)
{
    mbt_isa chosen;
    return isa == MBT_ISA_AUTO ? mbt_isa_chosen(&chosen) == MBT_OK : mbt_kernels_for(isa) != NULL;
}

mbt_status mbt_isa_chosen(mbt_isa *isa)
{
    if (!isa)
        return MBT_ERROR_ARGUMENT;
#if MBT_HAS_GETENV
    const char *wanted = getenv("MBT_ISA");
#else
    const char *wanted = NULL;
#endif
    mbt_isa named = MBT_ISA_AUTO;
    if (wanted && *wanted && mbt_isa_from_name(wanted, &named) != MBT_OK)
        return MBT_ERROR_ISA;
    if (named != MBT_ISA_AUTO) {
        *isa = named;
        return mbt_isa_available(named) ? MBT_OK : MBT_ERROR_ISA;
    }
    static const mbt_isa fastest_first[] = {MBT_ISA_AVX512VNNI, MBT_ISA_AVX512, MBT_ISA_AVXVNNI, MBT_ISA_AVX2,
                                            MBT_ISA_DOTPROD,    MBT_ISA_NEON,   MBT_ISA_SCALAR};
    for (size_t i = 0; i < sizeof fastest_first / sizeof *fastest_first; i++)
        if (mbt_kernels_for(fastest_first[i])) {
            *isa = fastest_first[i];
            return MBT_OK;
        }
    return MBT_ERROR_ISA;
}
