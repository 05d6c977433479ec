/* machine.h: what this machine is, and the peak rates and bandwidths of one of its cores. */
#ifndef MBT_TOOLS_BENCH_MACHINE_MACHINE_H
#define MBT_TOOLS_BENCH_MACHINE_MACHINE_H

#include "tools/bench/options.h"

struct cJSON;

enum { MBT_LEVEL_L1, MBT_LEVEL_L2, MBT_LEVEL_MEMORY, MBT_LEVELS };

/* Measured on one core; 0 where a set of kernels has no such instructions. */
typedef struct mbt_isa_peak {
    bool measured;
    const char *fma_name, *int8_name, *dot_name; /* of the instructions */
    double fma;                                  /* 1e9 operations a second, a multiply-add being two */
    double int8, dot; /* the same for products of int8 with sums of 32 bits; dot: by instructions made for them */
    double read[MBT_LEVELS], copy[MBT_LEVELS]; /* 1e9 bytes a second; a copied byte is read and written: two */
} mbt_isa_peak;

typedef struct mbt_machine {
    char cpu[96];
    long cores, usable;             /* online; for this process, by its affinity and quota */
    size_t l1, l2, l3;              /* bytes of the data caches of the first core */
    size_t working_set[MBT_LEVELS]; /* bytes that the bandwidth was measured on */
    mbt_isa_peak peak[MBT_ISA_COUNT];
} mbt_machine;

/* Finds the name, the cores and the caches. */
void mbt_machine_describe(mbt_machine *machine);

/* Measures the peak of fused multiply-adds alone, 1e9 operations a second. */
double mbt_machine_fma(mbt_isa isa, bool quick);

/* Describes the machine and measures the sets of kernels in the options. False when memory runs out; prints one error
 * line. */
bool mbt_machine_measure(mbt_machine *machine, const mbt_bench_options *options);

/* Adds the machine to a report, as its member "machine"; the member "peaks" in it has the sets that were measured. */
void mbt_machine_to_json(const mbt_machine *machine, struct cJSON *report);

/* Prints a line: "AMD EPYC, 2 cores, 1 usable; caches ...". */
void mbt_machine_print(const mbt_machine *machine);

/* `bench machine`: measures and prints. Returns an exit code; after a failure the error lines are printed. */
int mbt_bench_machine(const mbt_bench_options *options);

#endif
