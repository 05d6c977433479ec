/* fifo.c: samples that wait for their turn. */
#include "tools/audio/fifo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROOM = 4096 };

/* Moves what waits to the start of a block of twice the size, or of as much as is needed. */
static bool grow(mbt_fifo *fifo, size_t needed)
{
    const size_t least = needed > LEAST_ROOM ? needed : LEAST_ROOM, most = SIZE_MAX / sizeof(float);
    const size_t twice = fifo->room < most / 2 ? 2 * fifo->room : most, room = twice > least ? twice : least;
    float *samples = room <= most ? malloc(room * sizeof *samples) : NULL;
    if (samples == NULL)
        return false;
    if (fifo->held > 0)
        memcpy(samples, fifo->samples + fifo->start, fifo->held * sizeof *samples);
    free(fifo->samples);
    fifo->samples = samples;
    fifo->start = 0;
    fifo->room = room;
    return true;
}

/* What waits is moved to the start only when at least as much was taken since: so each sample is moved once or so. */
bool mbt_fifo_put(mbt_fifo *fifo, const float *samples, size_t count)
{
    if (count > SIZE_MAX - fifo->held)
        return false;
    const size_t needed = fifo->held + count;
    if (needed > fifo->room || (needed > fifo->room - fifo->start && fifo->start < fifo->held)) {
        if (!grow(fifo, needed))
            return false;
    } else if (needed > fifo->room - fifo->start) {
        memmove(fifo->samples, fifo->samples + fifo->start, fifo->held * sizeof *samples);
        fifo->start = 0;
    }
    if (count > 0)
        memcpy(fifo->samples + fifo->start + fifo->held, samples, count * sizeof *samples);
    fifo->held = needed;
    return true;
}

const float *mbt_fifo_take(mbt_fifo *fifo, size_t count)
{
    const float *first = count > 0 ? fifo->samples + fifo->start : NULL;
    fifo->start += count;
    fifo->held -= count;
    return first;
}

void mbt_fifo_free(mbt_fifo *fifo)
{
    free(fifo->samples);
    *fifo = (mbt_fifo){.samples = NULL};
}
