/* carry_points.h: cue points, in the way of the result's container. */
#ifndef MBT_TOOLS_AUDIO_CARRY_POINTS_H
#define MBT_TOOLS_AUDIO_CARRY_POINTS_H

#include <stdbool.h>

#include "tools/audio/carried/carry_plan.h"

/* Makes the chunk of cue points anew: for another container, or because their places depend on how the samples of WAV
 * were stored. Returns false when memory runs out. */
bool mbt_carry_convert_points(mbt_carry *carry);

#endif
