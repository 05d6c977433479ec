/* carry_write.h: writes the chunks that are carried into the result. */
#ifndef MBT_TOOLS_AUDIO_CARRY_WRITE_H
#define MBT_TOOLS_AUDIO_CARRY_WRITE_H

#include <stdbool.h>

#include "tools/audio/carried/carry_plan.h"

/* Makes room for the chunks ahead of the samples in an empty file: libsndfile begins behind it, as in a file that is
 * part of another. On failure sets errno and returns false. */
bool mbt_carry_make_room(const mbt_carry *carry, int fd);

/* Writes all chunks into the file that libsndfile has closed: into the room, and behind its end. On failure sets errno
 * and returns false. */
bool mbt_carry_write(const mbt_carry *carry, int fd);

#endif
