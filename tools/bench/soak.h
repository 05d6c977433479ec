/* soak.h: the pace of a long run at its beginning and at its end. The memory for it does not grow. */
#ifndef MBT_TOOLS_BENCH_SOAK_H
#define MBT_TOOLS_BENCH_SOAK_H

#include <stddef.h>
#include <stdint.h>

enum { MBT_SOAK_MARKS = 1024 };

/* All zero at first. Every `stride`-th mark is kept; when there is no room for more, every other mark is dropped and
 * the stride doubled. */
typedef struct mbt_soak_pace {
    struct mbt_soak_mark {
        double seconds, ns;
    } marks[MBT_SOAK_MARKS];
    size_t count;
    uint64_t seen, stride;
} mbt_soak_pace;

/* Notes that `seconds` of audio have taken `ns` so far. */
void mbt_soak_mark(mbt_soak_pace *pace, double seconds, double ns);

/* Time over audio in the first tenth of the marks, and in the last; NAN with fewer than two marks. */
double mbt_soak_first_tenth(const mbt_soak_pace *pace);
double mbt_soak_last_tenth(const mbt_soak_pace *pace);

#endif
