/* fifo.h: samples that wait for their turn, first in, first out. */
#ifndef MBT_TOOLS_AUDIO_FIFO_H
#define MBT_TOOLS_AUDIO_FIFO_H

#include <stdbool.h>
#include <stddef.h>

/* Zeros are an empty one. */
typedef struct mbt_fifo {
    float *samples;
    size_t start, held; /* samples[start .. start + held - 1] wait */
    size_t room;
} mbt_fifo;

/* Takes samples in. False when out of memory; those that wait are then still there. */
bool mbt_fifo_put(mbt_fifo *fifo, const float *samples, size_t count);

/* Gives the first `count` samples; as many are held, or more. They stay where they are until the next mbt_fifo_put. */
const float *mbt_fifo_take(mbt_fifo *fifo, size_t count);

/* Leaves it empty. */
void mbt_fifo_free(mbt_fifo *fifo);

#endif
