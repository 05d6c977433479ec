/* pipe.c: reading from pipes and writing to them. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/pipe.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define MOST_AFTER_END ((size_t)1 << 20) /* a writer that never stops must not hold up the end */

static int wake_fd = -1; /* poll passes over it */
static size_t after_end; /* bytes that were read after the wake */

void mbt_pipe_wake_by(int wake)
{
    wake_fd = wake;
    after_end = 0;
}

/* Waits until there is something to read, or the input is ended. Without this read could wait for ever: a signal may
 * come just before it. */
static bool wait_for_input(int fd, bool *ended)
{
    struct pollfd ends[2] = {{.fd = fd, .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
    while (poll(ends, 2, -1) < 0)
        if (errno != EINTR && errno != EAGAIN)
            return true; /* read says what is wrong */
    *ended = ends[1].revents != 0;
    return ends[0].revents != 0;
}

ssize_t mbt_pipe_read(int fd, void *bytes, size_t count)
{
    for (;;) {
        bool ended = false;
        if (!wait_for_input(fd, &ended) || (ended && after_end >= MOST_AFTER_END))
            return 0;
        const ssize_t got = read(fd, bytes, count);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)) {
            after_end += ended && got > 0 ? (size_t)got : 0;
            return got;
        }
    }
}

bool mbt_pipe_can_retry_write(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLOUT};
    return errno == EINTR || (errno == EAGAIN && (poll(&end, 1, -1) >= 0 || errno == EINTR));
}
