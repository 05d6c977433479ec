/* network.h: encoder, blocks and decoders in their order. */
#ifndef MBT_RUNTIME_NETWORK_H
#define MBT_RUNTIME_NETWORK_H

#include "runtime/block.h"
#include "runtime/decoder.h"
#include "runtime/encoder.h"

typedef struct mbt_network {
    mbt_instance_norm norm;
    mbt_encoder_memory encoder;
    /* These lie in the encoder's dense block, which is done when the first of them is written. */
    float *x;         /* [T][F'][C] */
    float *magnitude; /* [T][F]: of the enhanced spectrum */
    float *pairs;     /* [T][F][2]: real and imaginary part, whose angle is the phase of the enhanced spectrum */
    /* These lie behind them, one after the other in the same memory. */
    mbt_block_memory blocks;
    mbt_decoder_memory decoder;
    size_t scratch; /* the arena's mark from which on nothing outlives a run */
} mbt_network;

void mbt_network_plan(mbt_network *network, const mbt_model *model, size_t frames, unsigned threads, mbt_arena *arena);

/* From planes [T][F][2], compressed magnitude and phase of the noisy spectrum, to magnitude and pairs. */
void mbt_network_run(mbt_run *run, const mbt_network *network, float *planes);

#endif
