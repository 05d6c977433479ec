/* pipe.h: what reading from pipes and writing to them have in common. */
#ifndef MBT_TOOLS_AUDIO_PIPE_H
#define MBT_TOOLS_AUDIO_PIPE_H

#include <stdbool.h>

/* After a read (events: POLLIN) or a write (POLLOUT) that failed with errno: whether to try again. Waits until a
 * descriptor that is non-blocking is ready. */
bool mbt_pipe_can_retry(int fd, short events);

#endif
