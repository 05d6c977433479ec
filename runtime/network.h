/* network.h: the encoder, the blocks and the decoders, in this order. */
#ifndef MBT_RUNTIME_NETWORK_H
#define MBT_RUNTIME_NETWORK_H

#include "runtime/block.h"
#include "runtime/decoder.h"
#include "runtime/encoder.h"

typedef struct mbt_network {
    mbt_instance_norm norm;
    mbt_encoder_memory encoder;
    /* These are in the memory of the encoder's dense block, which is no longer used when the first of them is
     * written. In a causal network nothing shares memory, because most of it is kept from frame to frame. */
    float *x;         /* [T][F'][C] */
    float *magnitude; /* [T][F]: of the enhanced spectrum */
    float *pairs;     /* [T][F][2]: real and imaginary part; their angle is the phase of the enhanced spectrum */
    /* These follow, all in the same memory: they run one after the other. */
    mbt_block_memory blocks;
    mbt_decoder_memory mask_decoder, phase_decoder;
    size_t scratch; /* where in the arena the memory begins that is free after a run */
} mbt_network;

void mbt_network_plan(mbt_network *network, const mbt_model *model, size_t frames, unsigned threads, mbt_arena *arena);

/* Begins a stream of a causal network: nothing was before. */
void mbt_network_reset(const mbt_run *run, const mbt_network *network);

/* Computes magnitude and pairs from planes [T][F][2], the compressed magnitude and the phase of the noisy spectrum. */
void mbt_network_run(mbt_run *run, const mbt_network *network, float *planes);

#endif
