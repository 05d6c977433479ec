/* pipe.c: what reading from pipes and writing to them have in common. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/pipe.h"

#include <errno.h>
#include <poll.h>

bool mbt_pipe_can_retry(int fd, short events)
{
    struct pollfd end = {.fd = fd, .events = events};
    return errno == EINTR || (errno == EAGAIN && (poll(&end, 1, -1) >= 0 || errno == EINTR));
}
