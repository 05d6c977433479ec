/* table.c: the kernel table of the architecture being compiled. */
#include "simd/vec.h"

#define MBT_TABLE_(arch) mbt_kernels_##arch
#define MBT_TABLE(arch) MBT_TABLE_(arch)

static int fuses(void)
{
    return mbt_fuses();
}

const mbt_kernels MBT_TABLE(MBT_ARCH) = {
    .isa = MBT_ARCH_ISA,
    .fuses = fuses,
#define MBT_KERNEL(name, parameters) .name = MBT_BASE_FN(name),
#define MBT_KERNEL_DOT(name, parameters) .name = MBT_FN(name),
#include "simd/kernels.def"
#undef MBT_KERNEL
};
