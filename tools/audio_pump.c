/* audio_pump.c: a thread that copies a stream into a pipe. */
#define _POSIX_C_SOURCE 200809L

#include "audio_pump.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 16384 };

struct mbt_pump {
    pthread_t thread;
    int from, to;
    atomic_int error;
    size_t held;
    unsigned char block[BLOCK_BYTES];
};

static bool write_block(const mbt_pump *p)
{
    for (size_t done = 0; done < p->held;) {
        ssize_t written = write(p->to, p->block + done, p->held - done);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* Waits for bytes, and for the pipe's reader to go away. False at the end. */
static bool read_block(mbt_pump *p)
{
    struct pollfd ends[2] = {{.fd = p->from, .events = POLLIN}, {.fd = p->to}};
    for (;;) {
        if (poll(ends, 2, -1) >= 0) {
            if (ends[1].revents != 0) {
                return false;
            }
            ssize_t got = read(p->from, p->block, BLOCK_BYTES);
            if (got >= 0) {
                p->held = (size_t)got;
                return got > 0;
            }
        }
        if (errno != EINTR && errno != EAGAIN) {
            atomic_store(&p->error, errno);
            return false;
        }
    }
}

static void *run(void *cookie)
{
    mbt_pump *p = cookie;
    while (write_block(p) && read_block(p)) {
    }
    close(p->to);
    return NULL;
}

/* Signals, SIGPIPE of its writes among them, are not for the thread. */
static int start_thread(mbt_pump *p)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&p->thread, NULL, run, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

mbt_pump *mbt_pump_start(const unsigned char *head, size_t head_bytes, int from, int *to_read)
{
    int ends[2], error;
    mbt_pump *p = malloc(sizeof *p);
    if (p == NULL || pipe(ends) != 0) {
        free(p);
        return NULL;
    }
    p->from = from;
    p->to = ends[1];
    p->held = head_bytes;
    atomic_init(&p->error, 0);
    memcpy(p->block, head, head_bytes);
    if ((error = start_thread(p)) != 0) {
        close(ends[0]);
        close(ends[1]);
        free(p);
        errno = error;
        return NULL;
    }
    *to_read = ends[0];
    return p;
}

int mbt_pump_error(const mbt_pump *p)
{
    return atomic_load(&p->error);
}

void mbt_pump_end(mbt_pump *p)
{
    if (p != NULL) {
        pthread_join(p->thread, NULL);
        free(p);
    }
}
