/* pipe.h: reading from pipes and writing to them. */
#ifndef MBT_TOOLS_AUDIO_PIPE_H
#define MBT_TOOLS_AUDIO_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads what is there, or waits for it. Returns as read(2) does, with 0 also at the end that a byte in the wake pipe
 * means: what the pipe held until then is still read, up to 1 MiB, the most that a pipe holds by default. */
ssize_t mbt_pipe_read(int fd, void *bytes, size_t count);

/* Makes mbt_pipe_read look at `wake`, the reading end of a pipe: a byte in it ends all input. */
void mbt_pipe_wake_by(int wake);

/* After a write that failed with errno: whether to try again. Waits until a descriptor that is non-blocking is
 * ready. */
bool mbt_pipe_can_retry_write(int fd);

#endif
