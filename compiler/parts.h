/* parts.h: the parts of a network that the table counts: encoder, three for each block, two decoders. */
#ifndef MBT_COMPILER_PARTS_H
#define MBT_COMPILER_PARTS_H

#include <stdint.h>
#include <stdio.h>

#include "compiler/read/config.h"

/* Parts are numbered in the order of the data; MBT_PART_ATTENTION .. MBT_PART_FREQUENCY lie in each block. */
#define MBT_PART_ENCODER 0u
#define MBT_PART_ATTENTION 0u
#define MBT_PART_TIME 1u
#define MBT_PART_FREQUENCY 2u
#define MBT_PARTS_IN_BLOCK 3u

typedef struct mbt_part {
    uint64_t parameters; /* numbers in the checkpoint */
    uint64_t bytes;      /* of the arrays made of them */
    double macs;         /* multiply-adds for a second of audio, before anything is folded */
} mbt_part;

static inline uint32_t mbt_part_of_block(uint32_t block, uint32_t which)
{
    return 1u + MBT_PARTS_IN_BLOCK * block + which;
}

static inline uint32_t mbt_part_mask_decoder(uint32_t blocks)
{
    return 1u + MBT_PARTS_IN_BLOCK * blocks;
}

static inline uint32_t mbt_part_phase_decoder(uint32_t blocks)
{
    return 2u + MBT_PARTS_IN_BLOCK * blocks;
}

static inline uint32_t mbt_part_count(uint32_t blocks)
{
    return 3u + MBT_PARTS_IN_BLOCK * blocks;
}

/* Multiply-adds of a part for a second of audio: convolutions, linear layers, the scan (three for each state), and
 * attention over frequency. Attention over time, which grows with the recording, is left out. */
double mbt_part_macs(const mbt_config *config, uint32_t part);

/* Prints the table: a line for each of mbt_part_count(blocks) parts, and their sum. */
void mbt_parts_print(FILE *file, const mbt_part *parts, uint32_t blocks);

#endif
