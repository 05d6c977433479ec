/* test_scalar.c: compares the scalar kernels with their formulas in double precision. All other kernels are compared
 * with the scalar ones. */
#include "tests/kernelcheck/test_scalar.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

const mbt_kernels *mbt_scalar(void)
{
    const mbt_kernels *kernels = mbt_kernels_for(MBT_ISA_SCALAR);
    ck_assert_ptr_nonnull(kernels);
    return kernels;
}

double mbt_between(double low, double high)
{
    static uint64_t state = 88172645463325252u; /* xorshift64 (Marsaglia 2003) */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return low + (high - low) * (double)(state >> 11) * 0x1p-53;
}

void mbt_fill_between(float *x, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)mbt_between(low, high);
}

double mbt_ulps(float x, double truth)
{
    int exponent;
    (void)frexp((double)(float)truth, &exponent);
    exponent = exponent < -125 ? -125 : exponent;
    return fabs((double)x - truth) / ldexp(1.0, exponent - 24);
}

void mbt_expect_near(const char *what, size_t index, float x, double truth, double tolerance)
{
    ck_assert_msg(fabs((double)x - truth) <= tolerance, "%s[%zu] is %.9g, not %.12g (+- %g)", what, index, (double)x,
                  truth, tolerance);
}

int main(void)
{
    Suite *suite = suite_create("scalar kernels");
    suite_add_tcase(suite, mbt_scalar_int8_tests());
    suite_add_tcase(suite, mbt_scalar_linear_tests());
    suite_add_tcase(suite, mbt_scalar_sequence_tests());
    suite_add_tcase(suite, mbt_scalar_spectral_tests());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
