/* self_test.h: what mbt_self_test is made of. */
#ifndef MBT_RUNTIME_SELF_TEST_H
#define MBT_RUNTIME_SELF_TEST_H

#include "mambattention/mambattention.h"

/* What the test signal becomes through the model: a hash of the output's bits, for signals of usual and of denormal
 * level. options as in mbt_self_test. */
mbt_status mbt_self_test_hash(const mbt_model *model, const mbt_options *options, uint64_t *hash);

/* The hash that is right for the model of this name in this build (MBT_SLEEF); 0 if none is known. */
uint64_t mbt_self_test_wanted(const char *model_name);

/* MBT_ERROR_BITS if multiply and add, fused, are rounded twice where that is rarely seen. */
mbt_status mbt_self_test_fma(void);

#endif
