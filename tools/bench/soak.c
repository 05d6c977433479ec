/* soak.c: the pace of a long run. */
#include "tools/bench/soak.h"

#include <math.h>

void mbt_soak_mark(mbt_soak_pace *pace, double seconds, double ns)
{
    if (pace->stride == 0)
        pace->stride = 1;
    if (pace->count == MBT_SOAK_MARKS) {
        for (size_t i = 0; i < MBT_SOAK_MARKS / 2; i++)
            pace->marks[i] = pace->marks[2 * i];
        pace->count = MBT_SOAK_MARKS / 2;
        pace->stride *= 2;
    }
    if (pace->seen++ % pace->stride == 0)
        pace->marks[pace->count++] = (struct mbt_soak_mark){seconds, ns};
}

/* Marks in a tenth, at least one. */
static size_t tenth(const mbt_soak_pace *pace)
{
    return pace->count > 20 ? (pace->count - 1) / 10 : 1;
}

static double factor(struct mbt_soak_mark from, struct mbt_soak_mark to)
{
    return (to.ns - from.ns) / 1e9 / (to.seconds - from.seconds);
}

double mbt_soak_first_tenth(const mbt_soak_pace *pace)
{
    return pace->count < 2 ? (double)NAN : factor(pace->marks[0], pace->marks[tenth(pace)]);
}

double mbt_soak_last_tenth(const mbt_soak_pace *pace)
{
    const size_t last = pace->count - 1;
    return pace->count < 2 ? (double)NAN : factor(pace->marks[last - tenth(pace)], pace->marks[last]);
}
