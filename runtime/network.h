/* network.h: encoder, blocks and decoders in their order. */
#ifndef MBT_RUNTIME_NETWORK_H
#define MBT_RUNTIME_NETWORK_H

#include "block.h"
#include "decoder.h"
#include "encoder.h"

typedef struct mbt_network {
    mbt_instance_norm norm;
    float *x; /* [T][F'][C] */
    /* The three live one after the other in the same memory. */
    mbt_encoder_memory encoder;
    mbt_block_memory *blocks; /* [threads] */
    mbt_decoder_memory decoder;
} mbt_network;

void mbt_network_plan(mbt_network *network, const mbt_model *model, size_t frames, unsigned threads, mbt_arena *arena);

/* planes: [T][F][2], compressed magnitude and phase of the noisy spectrum. magnitude: [T][F] and pairs: [T][F][2], real
 * and imaginary part whose angle is the phase: the enhanced spectrum. */
void mbt_network_run(mbt_run *run, const mbt_network *network, float *planes, float *magnitude, float *pairs);

#endif
