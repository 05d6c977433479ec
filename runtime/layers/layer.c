/* layer.c: the table of the kinds of layers. */
#include "runtime/layers/layer.h"

static const mbt_layer_ops *const layer_ops[] = {
    [MBT_STEP_ATTENTION] = &mbt_attention_ops,
    [MBT_STEP_BIMAMBA] = &mbt_bimamba_ops,
    [MBT_STEP_FORWARD_MAMBA] = &mbt_forward_mamba_ops,
};

const mbt_layer_ops *mbt_layer_ops_for(uint32_t kind)
{
    return kind < sizeof layer_ops / sizeof *layer_ops ? layer_ops[kind] : NULL;
}
