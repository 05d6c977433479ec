/* numeric.h: exp and log made of IEEE operations only, so that generated files have the same bytes with every C
 * library. */
#ifndef MBT_COMPILER_NUMERIC_H
#define MBT_COMPILER_NUMERIC_H

/* log2(e): e^x = 2^(log2(e) x). */
#define MBT_LOG2_E 1.4426950408889634

/* e^x within 2 units in the last place while the result is a normal double; otherwise 0 or infinity. x: finite. */
double mbt_exp(double x);

/* The natural logarithm of x within 4 units in the last place. x: finite, > 0. */
double mbt_log(double x);

#endif
