/* soak.h: the pace of a long run at its beginning and at its end, in memory that does not grow. */
#ifndef MBT_TOOLS_BENCH_SOAK_H
#define MBT_TOOLS_BENCH_SOAK_H

#include <stddef.h>
#include <stdint.h>

enum { MBT_SOAK_MARKS = 1024 };

/* Zero to begin with. Of all marks every `stride`-th is kept, which is doubled when there is no room for more. */
typedef struct mbt_soak_pace {
    struct mbt_soak_mark {
        double seconds, ns;
    } marks[MBT_SOAK_MARKS];
    size_t count;
    uint64_t seen, stride;
} mbt_soak_pace;

/* So many seconds of audio have taken so many ns so far. */
void mbt_soak_mark(mbt_soak_pace *pace, double seconds, double ns);

/* Time over audio, from the first mark over a tenth of them, and over the last tenth; NAN with fewer than two marks. */
double mbt_soak_first_tenth(const mbt_soak_pace *pace);
double mbt_soak_last_tenth(const mbt_soak_pace *pace);

#endif
