/* progress.h: a progress bar on the terminal. */
#ifndef MBT_TOOLS_COMMAND_PROGRESS_H
#define MBT_TOOLS_COMMAND_PROGRESS_H

#include <stdbool.h>

typedef struct mbt_progress_bar {
    bool shown;       /* standard error is a terminal, and nobody asked for quiet */
    bool drawn;       /* it is on the screen */
    double next_draw; /* mbt_seconds() at which to draw again */
} mbt_progress_bar;

/* Seconds on a clock that never jumps. */
double mbt_seconds(void);

void mbt_progress_bar_begin(mbt_progress_bar *bar, bool quiet);

/* Draws the share done, 0 to 1, on stderr; at most ten times a second. */
void mbt_progress_bar_draw(mbt_progress_bar *bar, double done);

/* Wipes the bar away, so that a line can be printed in its place. */
void mbt_progress_bar_end(mbt_progress_bar *bar);

#endif
