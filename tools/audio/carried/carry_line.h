/* carry_line.h: the line that says what was left behind. */
#ifndef MBT_TOOLS_AUDIO_CARRY_LINE_H
#define MBT_TOOLS_AUDIO_CARRY_LINE_H

#include "tools/audio/carried/carry_plan.h"

/* Prints a warning line about the result at `path` if anything was left behind. */
void mbt_carry_warn_if_left(const mbt_carry *carry, const char *path);

#endif
