/* parts.h: the parts of a network, in the order of the data flow: the encoder, the layers of each block, the
 * decoders. */
#ifndef MBT_COMPILER_PARTS_H
#define MBT_COMPILER_PARTS_H

#include <stdio.h>

#include "compiler/families/family.h"

#define MBT_PART_LABEL 48

typedef struct mbt_part {
    mbt_place place;
    char label[MBT_PART_LABEL]; /* in the table */
    void *raw;                  /* its tensors' data: the struct that place.module->type calls raw */
    void *layer;                /* its struct in model.h, filled */
    uint64_t parameters;        /* trained numbers in the checkpoint */
    uint64_t bytes;             /* bytes of the arrays made from them */
} mbt_part;

typedef struct mbt_parts {
    const mbt_family *family;
    uint32_t in_block; /* parts in each block */
    mbt_part *list;    /* [count] */
    size_t count;
} mbt_parts;

/* config: must outlive the parts. On failure false, with error set, and nothing is held. */
bool mbt_parts_init(mbt_parts *parts, const mbt_family *family, const mbt_config *config, mbt_error *error);

void mbt_parts_free(mbt_parts *parts);

/* Calls visitor for every tensor that a checkpoint of this network holds, in a fixed order. */
bool mbt_parts_walk_tensors(const mbt_parts *parts, mbt_slot_visitor *visitor, void *cookie, mbt_error *error);

/* The same for one part. */
bool mbt_part_walk_tensors(const mbt_part *part, mbt_slot_visitor *visitor, void *cookie, mbt_error *error);

/* The names of all layers that rules can decide for. On failure false, with error set, and nothing is held. */
bool mbt_parts_layer_names(const mbt_parts *parts, mbt_layer_names *names, mbt_error *error);

void mbt_layer_names_free(mbt_layer_names *names);

/* A part of a block. which: its index in the family's list. */
mbt_part *mbt_parts_of_block(const mbt_parts *parts, uint32_t block, uint32_t which);

/* The encoder is the first part, the mask decoder the last but one, the phase decoder the last. */
static inline mbt_part *mbt_parts_encoder(const mbt_parts *parts)
{
    return &parts->list[0];
}

static inline mbt_part *mbt_parts_mask_decoder(const mbt_parts *parts)
{
    return &parts->list[parts->count - 2];
}

static inline mbt_part *mbt_parts_phase_decoder(const mbt_parts *parts)
{
    return &parts->list[parts->count - 1];
}

/* Multiply-adds of a part: convolutions, linear layers, the scan (three for each state), and attention. */
mbt_cost mbt_part_cost(const mbt_part *part);

/* Prints the table: one line for each part, then the total. */
void mbt_parts_print(FILE *file, const mbt_parts *parts);

#endif
