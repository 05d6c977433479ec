/* polyphase.h: changes the rate of a stream by a ratio of whole numbers, with a delay that is known and constant.
 *
 * A low pass of windowed sinc form stands at every place that an output sample can have between two input samples; each
 * place is a phase with weights of its own, computed once. Positions are whole numbers, so that nothing drifts. */
#ifndef MBT_TOOLS_FULLBAND_POLYPHASE_H
#define MBT_TOOLS_FULLBAND_POLYPHASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/fullband/sinc.h"

/* What the filter is; constant once computed, so that several streams may share it. */
typedef struct mbt_polyphase {
    uint32_t up, down; /* output sample j stands at input position j * down / up - delay */
    mbt_sinc filter;   /* in input samples; filter.half is the least delay */
    double delay;      /* input samples */
    size_t taps;       /* weights of a phase, a multiple of MBT_DOT_LANES */
    float *weights;    /* [up][taps], for the oldest sample first */
} mbt_polyphase;

/* One stream through it. */
typedef struct mbt_polyphase_stream {
    float *samples; /* [room]; those that were put and may still be needed */
    size_t room, held;
    size_t end; /* the next output sample needs samples[end - taps .. end - 1] */
    uint32_t phase;
} mbt_polyphase_stream;

/* Sets all but delay, taps and weights. False if no usable filter has this ratio. */
bool mbt_polyphase_plan(mbt_polyphase *p, uint32_t from, uint32_t to);

/* Sets the delay, filter.half or more, and the taps that it takes. False if the weights would be too many. */
bool mbt_polyphase_delay(mbt_polyphase *p, double delay);

/* Floats for the weights, and for the samples of a stream that is put `most` samples at a time. */
size_t mbt_polyphase_weights(const mbt_polyphase *p);
size_t mbt_polyphase_room(const mbt_polyphase *p, size_t most);

/* Computes p->weights. */
void mbt_polyphase_compute(const mbt_polyphase *p);

/* Begins a stream; samples and room are set. What was before it counts as silence. */
void mbt_polyphase_begin(const mbt_polyphase *p, mbt_polyphase_stream *s);

/* Takes samples: at most as many as the room was made for, less those that wait. */
void mbt_polyphase_put(const mbt_polyphase *p, mbt_polyphase_stream *s, const float *in, size_t count);

/* Gives the output samples that those so far allow, at most `most`, and returns how many. */
size_t mbt_polyphase_get(const mbt_polyphase *p, mbt_polyphase_stream *s, float *out, size_t most);

#endif
