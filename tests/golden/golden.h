/* golden.h: reads the cases that tools/dev/make-golden wrote. */
#ifndef MBT_TESTS_GOLDEN_GOLDEN_H
#define MBT_TESTS_GOLDEN_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

#define MBT_GOLDEN_TENSORS 8

/* A tensor of the reference. Of its count numbers every stride-th is kept, the first one first. */
typedef struct mbt_golden_tensor {
    char name[32];
    size_t count, stride, kept;
    float *data; /* [kept] */
} mbt_golden_tensor;

typedef struct mbt_golden {
    char model[16];
    size_t samples;
    float *input; /* [samples] in [-1, 1) */
    mbt_golden_tensor tensors[MBT_GOLDEN_TENSORS];
    size_t tensor_count;
} mbt_golden;

/* Reads the case of that name under tests/golden. On failure says why on stderr and returns false, with nothing held.
 */
bool mbt_golden_load(const char *name, mbt_golden *golden);

/* The tensor of that name, or NULL. */
const mbt_golden_tensor *mbt_golden_find(const mbt_golden *golden, const char *name);

void mbt_golden_free(mbt_golden *golden);

/* What hashes.txt, relatives.txt or causal.txt says of a case in a precision ("f32") in this build (MBT_SLEEF): 64
 * digits and a 0 in hash. False if none says anything. */
bool mbt_golden_hash(const char *name, const char *precision, char hash[65]);

#endif
