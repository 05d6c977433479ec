/* test_scalar.h: what the tests of the scalar kernels share. */
#ifndef MBT_TESTS_KERNELCHECK_TEST_SCALAR_H
#define MBT_TESTS_KERNELCHECK_TEST_SCALAR_H

#include <check.h>
#include <stddef.h>

#include "simd/kernels.h"

/* The largest errors of atan2 and of x^y, in units of the last place. SLEEF's functions promise 1.0. */
#if MBT_SLEEF
#define MBT_PHASE_ULPS 1.0
#define MBT_POWER_ULPS(y) 1.0
#else
#define MBT_PHASE_ULPS 2.5
#define MBT_POWER_ULPS(y) (1.3 + 0.9 * (double)(y))
#endif
#define MBT_MAGNITUDE_ULPS 2.0 /* a square root is raised */

/* The kernels under test. */
const mbt_kernels *mbt_scalar(void);

/* The next number of a fixed sequence, in [low, high). */
double mbt_between(double low, double high);

/* Fills with such numbers. */
void mbt_fill_between(float *x, size_t count, double low, double high);

/* How far x is from the true value, in units of the last place of the float nearest to the truth. */
double mbt_ulps(float x, double truth);

/* Fails the test unless |x - truth| <= tolerance. what: for the message. */
void mbt_expect_near(const char *what, size_t index, float x, double truth, double tolerance);

TCase *mbt_scalar_int8_tests(void);
TCase *mbt_scalar_linear_tests(void);
TCase *mbt_scalar_sequence_tests(void);
TCase *mbt_scalar_spectral_tests(void);

#endif
