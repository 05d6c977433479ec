/* numeric.h: exp and log made of IEEE operations alone: generated files have the same bytes whatever the libm. */
#ifndef MBT_COMPILER_NUMERIC_H
#define MBT_COMPILER_NUMERIC_H

/* log2(e): e^x = 2^(log2(e) x). */
#define MBT_LOG2_E 1.4426950408889634

/* e^x within 2 units in the last place of a double while the result is normal; 0 or infinity beyond. x: finite. */
double mbt_exp(double x);

/* Natural logarithm of x within 4 units in the last place. x: finite, > 0. */
double mbt_log(double x);

#endif
