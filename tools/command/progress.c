/* progress.c: a progress bar on the terminal. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 40 };

double mbt_seconds(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0.0;
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void mbt_progress_bar_begin(mbt_progress_bar *bar, bool quiet)
{
    bar->shown = !quiet && isatty(STDERR_FILENO);
    bar->drawn = false;
    bar->next_draw = 0.0;
}

void mbt_progress_bar_draw(mbt_progress_bar *bar, double done)
{
    if (!bar->shown)
        return;
    double now = mbt_seconds();
    if (now < bar->next_draw)
        return;
    char line[BAR_WIDTH + 1] = "";
    for (int i = 0; i < BAR_WIDTH; i++)
        line[i] = i < done * BAR_WIDTH ? '#' : '.';
    fprintf(stderr, "\r[%s] %3.0f %%", line, 100.0 * done);
    fflush(stderr);
    bar->drawn = true;
    bar->next_draw = now + 0.1;
}

void mbt_progress_bar_end(mbt_progress_bar *bar)
{
    if (bar->drawn) {
        fprintf(stderr, "\r%*s\r", BAR_WIDTH + 8, "");
        fflush(stderr);
        bar->drawn = false;
    }
}
