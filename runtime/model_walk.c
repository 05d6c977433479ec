/* model_walk.c: the matrices of encoder, blocks and decoders. */
#include "runtime/model_walk.h"

#include "runtime/layers/layer.h"

static void visit_dense(const mbt_dense_block *block, mbt_matrix_visitor *visit, void *cookie)
{
    static const char *const names[MBT_DENSE_UNITS] = {"unit 0 conv", "unit 1 conv", "unit 2 conv", "unit 3 conv"};
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++)
        visit(cookie, names[i], &block->unit[i].conv);
}

static void visit_axis(const mbt_axis *axis, mbt_matrix_visitor *visit, void *cookie)
{
    for (uint32_t i = 0; i < axis->count; i++)
        mbt_layer_ops_for(axis->steps[i].kind)->visit_matrices(axis->steps[i].layer, visit, cookie);
}

void mbt_model_visit_matrices(const mbt_model *model, mbt_matrix_visitor *visit, void *cookie)
{
    const mbt_encoder *encoder = model->encoder;
    const mbt_mask_decoder *mask = model->mask_decoder;
    const mbt_phase_decoder *phase = model->phase_decoder;
    visit(cookie, "dense_conv_1", &encoder->dense_conv_1.conv);
    visit_dense(&encoder->dense_block, visit, cookie);
    visit(cookie, "dense_conv_2", &encoder->dense_conv_2.conv);
    for (uint32_t i = 0; i < model->block_count; i++) {
        visit_axis(&model->blocks[i].time, visit, cookie);
        visit_axis(&model->blocks[i].frequency, visit, cookie);
    }
    visit_dense(&mask->dense_block, visit, cookie);
    visit(cookie, "up-sampling, even", &mask->even);
    visit(cookie, "up-sampling, odd", &mask->odd);
    visit_dense(&phase->dense_block, visit, cookie);
    visit(cookie, "up-sampling, even", &phase->even);
    visit(cookie, "up-sampling, odd", &phase->odd);
    visit(cookie, "phase out", &phase->out);
}
