/* family.h: a family of networks is a table: the layers that its networks are made of. */
#ifndef MBT_COMPILER_FAMILIES_FAMILY_H
#define MBT_COMPILER_FAMILIES_FAMILY_H

#include "compiler/layers/layer.h"
#include "compiler/read/tensors.h"

#define MBT_ATTENTION_HEADS 8 /* fixed in the published code */

typedef struct mbt_family {
    const char *name;   /* its name after `family:` in a configuration */
    const char *blocks; /* the name of its blocks in a checkpoint: "TFMambAttention" */
    const char *mark;   /* a checkpoint with a tensor whose name begins so is of this family */
    bool causal;        /* its networks know the past only */
    const mbt_module *encoder, *mask_decoder, *phase_decoder;
    const mbt_module *const *in_block; /* the layers of a block, then NULL; along each axis they run in this order */
} mbt_family;

/* The family that the configuration names; *named is NULL if it names none. False, with error set, if the name is
 * unknown. */
bool mbt_family_named(const mbt_config *config, const mbt_family **named, mbt_error *error);

/* Whether the configuration has all that the family needs. False, with error set, if it has not. */
bool mbt_family_check(const mbt_family *family, const mbt_config *config, mbt_error *error);

/* Whether a tensor's name is one of the networks of these families, or of those that are not supported: its first part
 * is one of theirs. */
bool mbt_family_has_name(const char *name);

/* Takes off the names what stands before the parts that a family's network has: `model.` before
 * `model.dense_encoder.`. False, with error set that lists them, if the tensors are of several networks. */
bool mbt_family_trim_names(mbt_tensors *tensors, mbt_error *error);

/* The family of a network: the named one, or else the one that the tensors' names show, or else mambattention.
 * tensors: NULL if there are none. NULL, with error set, if the tensors are of a family that is not supported, or of
 * another one than named. */
const mbt_family *mbt_family_choose(const mbt_family *named, const mbt_tensors *tensors, mbt_error *error);

/* mambattention.c, and causal.c and semamba.c for the last two */
extern const mbt_family mbt_family_mambattention, mbt_family_unshared, mbt_family_after;
extern const mbt_family mbt_family_causal, mbt_family_semamba;

/* shared.c: modules that several families use */
extern const mbt_module mbt_module_encoder, mbt_module_mask_decoder, mbt_module_phase_decoder, mbt_module_attention;
extern const mbt_module mbt_module_time_mamba, mbt_module_frequency_mamba;

#endif
