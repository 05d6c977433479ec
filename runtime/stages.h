/* stages.h: access to the inside of a run. Tests compare the tensors between the parts with the reference; the bench
 * times the calls of kernels. */
#ifndef MBT_RUNTIME_STAGES_H
#define MBT_RUNTIME_STAGES_H

#include <stddef.h>

#include "mambattention/mambattention.h"

/* stage: "encoder", "time" (a block's axis of time) or "block", data [T][F'][C]; "mask", [T][F]; or "phase", [T][F][2],
 * real and imaginary part, whose angle is the phase. index: number of the block. count: number of floats. */
typedef void mbt_stage_hook(void *cookie, const char *stage, unsigned index, const float *data, size_t count);

/* The hook is called in every later run of the network, on the calling thread. NULL removes it. */
void mbt_enhancer_set_stage_hook(mbt_enhancer *enhancer, mbt_stage_hook *hook, void *cookie);

struct mbt_kernels;

/* Every later run of the network uses this table of kernels (kernels.h), which must outlive the enhancer. Its entries
 * may wrap those of the table that the enhancer was opened with. */
void mbt_enhancer_set_kernels(mbt_enhancer *enhancer, const struct mbt_kernels *kernels);

#endif
