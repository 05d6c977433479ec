/* interrupt.c: a handler that writes to a pipe, which the reader of the input waits for as well. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/output_file.h"
#include "tools/audio/pipe.h"
#include "tools/base/message.h"

static const int numbers[] = {SIGINT, SIGTERM};

enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static int wake[2];

/* Both signals are blocked while this runs. */
static void end_input(int number)
{
    const int error = errno;
    (void)number;
    const ssize_t written = write(wake[1], "", 1);
    (void)written; /* the pipe has room for this one byte */
    for (int i = 0; i < NUMBERS; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == end_input)
            mbt_output_end_by(numbers[i]);
    }
    errno = error;
}

bool mbt_interrupt_ends_input(void)
{
    if (pipe(wake) != 0)
        return mbt_complain("cannot wait for signals: %s", strerror(errno));
    fcntl(wake[0], F_SETFD, FD_CLOEXEC);
    fcntl(wake[1], F_SETFD, FD_CLOEXEC);
    mbt_pipe_wake_by(wake[0]);
    struct sigaction action = {.sa_handler = end_input, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < NUMBERS; i++)
        sigaddset(&action.sa_mask, numbers[i]);
    for (int i = 0; i < NUMBERS; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(numbers[i], &action, NULL);
    }
    return true;
}
