/* kernelcheck.h: what the checks of the kernels share: guarded memory, inputs, and the comparison with the scalar
 * kernels.
 *
 * A check goes through sizes, and for each through settings: a kind of inputs, and which end of the memory touches a
 * guard page. For each setting it begins a case, takes areas of memory and fills them, and has the case compared. Then
 * the scalar kernel runs, the memory is put back, the tested kernel runs, and every byte must be the same. */
#ifndef MBT_TESTS_KERNELCHECK_KERNELCHECK_H
#define MBT_TESTS_KERNELCHECK_KERNELCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simd/kernels.h"

#define MBT_SIZES                                                 \
    {                                                             \
        1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 31, 33, 64, 100, 201 \
    }
#define MBT_SIZE_COUNT 16u

typedef enum mbt_regime {
    MBT_REGIME_SMALL, /* zeros of both signs, denormals, the smallest normal numbers */
    MBT_REGIME_LARGE, /* as large as keeps the results finite */
    MBT_REGIME_NORMAL,
    MBT_REGIME_COUNT
} mbt_regime;

typedef enum mbt_role {
    MBT_ROLE_IN,       /* may not change */
    MBT_ROLE_OUT,      /* must be written in every element */
    MBT_ROLE_OUT_BITS, /* likewise, and may be no finite floats, or no floats at all */
    MBT_ROLE_INOUT,
    MBT_ROLE_INOUT_BITS, /* likewise, and may be no finite floats, or no floats at all */
    MBT_ROLE_SCRATCH     /* may hold anything afterwards */
} mbt_role;

/* rows x width floats; NaNs stand between the rows and around them, an inaccessible page before or after them. */
typedef struct mbt_area {
    float *row0;  /* the row with the highest address if ld is negative */
    ptrdiff_t ld; /* |ld| >= width */
    size_t rows, width;
} mbt_area;

typedef struct mbt_checker {
    const mbt_kernels *tested, *reference;
    uint64_t random; /* state of the generator */
    mbt_regime regime;
    bool at_end; /* areas end, rather than start, at a guard page */
    size_t cases;
} mbt_checker;

/* The settings of a case: all regimes, both ends. */
#define MBT_SETTINGS (2 * (int)MBT_REGIME_COUNT)

/* Begins a case: sets regime and end from setting (0 to MBT_SETTINGS - 1), gives back all areas and keeps the text,
 * which says the sizes, for messages. */
void mbt_case(mbt_checker *checker, int setting, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An area of NaNs. name: constant text, for messages. */
mbt_area mbt_area_take(mbt_checker *checker, const char *name, mbt_role role, size_t rows, size_t width, ptrdiff_t ld);

/* Numbers of the regime: about typical, or up to largest. sign: 1 or -1 for numbers of that sign only, 0 for both. */
void mbt_area_fill(mbt_checker *checker, const mbt_area *area, double typical, double largest, int sign);

/* Both at once: an input (or in-out) area, filled. */
mbt_area mbt_area_filled(mbt_checker *checker, const char *name, mbt_role role, size_t rows, size_t width, ptrdiff_t ld,
                         double typical, double largest, int sign);

/* One number of the regime, as above. */
float mbt_number(mbt_checker *checker, double typical, double largest, int sign);

/* 0 to below - 1. */
size_t mbt_pick(mbt_checker *checker, size_t below);

/* A size of MBT_SIZES that is at most limit. */
size_t mbt_pick_size(mbt_checker *checker, size_t limit);

/* A row distance for rows of width floats: equal, wider, or negative. */
ptrdiff_t mbt_pick_ld(mbt_checker *checker, size_t width);

/* Calls the kernel of a table with a check's arguments. */
typedef void mbt_call(const mbt_kernels *kernels, void *arguments);

/* Compares the tested kernel with the reference on the areas of this case. Does not return if they differ. */
void mbt_compare(mbt_checker *checker, mbt_call *call, void *arguments);

/* Ends the running check as failed, with this line and the text of the case. */
_Noreturn void mbt_check_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Called by mbt_check_failed and on signals: the text of the case, and what an address that faulted belongs to. */
const char *mbt_case_text(void);
void mbt_describe_fault(const void *address, char *text, size_t size);

/* One check for each kernel: a kernel without one does not link. */
#define MBT_KERNEL(name, parameters) void mbt_check_##name(mbt_checker *checker);
#include "simd/kernels.def"
#undef MBT_KERNEL

#endif
