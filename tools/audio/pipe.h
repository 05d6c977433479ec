/* pipe.h: what audio_write.c hands to standard output, and what pipes have in common. */
#ifndef MBT_TOOLS_AUDIO_PIPE_H
#define MBT_TOOLS_AUDIO_PIPE_H

#include "tools/audio/audio.h"

/* After a read (events: POLLIN) or a write (POLLOUT) that failed with errno: whether to try again. Waits for a
 * descriptor that is non-blocking until it is ready. */
bool mbt_can_go_on(int fd, short events);

/* Writes frames to standard output, whole. On failure false, told in a line. */
bool mbt_pipe_write(mbt_writer *writer, const float *samples, size_t frames);

#endif
