/* stages.h: a look inside a run: the tensors between the parts, for the tests that hold them against the reference, and
 * the calls of kernels, for the bench that times them. */
#ifndef MBT_RUNTIME_STAGES_H
#define MBT_RUNTIME_STAGES_H

#include <stddef.h>

#include "mambattention/mambattention.h"

/* stage: "encoder" and "block" [T][F'][C], "mask" [T][F], "phase" [T][F][2]: real and imaginary part, whose angle it
 * is. index: of the block. count: floats. */
typedef void mbt_stage_hook(void *cookie, const char *stage, unsigned index, const float *data, size_t count);

/* hook is called by every later mbt_enhance, from the calling thread; NULL takes it away. */
void mbt_enhancer_set_stage_hook(mbt_enhancer *enhancer, mbt_stage_hook *hook, void *cookie);

struct mbt_kernels;

/* Every later mbt_enhance computes through this table (kernels.h), which must outlive the enhancer. Its entries may
 * wrap those of the table that the enhancer was opened with. */
void mbt_enhancer_set_kernels(mbt_enhancer *enhancer, const struct mbt_kernels *kernels);

#endif
