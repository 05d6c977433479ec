/* upsampling.c: splits a transposed convolution into its even and its odd bins. */
#include "compiler/layers/upsampling.h"

#include "compiler/layers/convolution.h"
#include "compiler/layers/geometry.h"
#include "compiler/layers/linear.h"

bool mbt_upsampling_fold(const mbt_fold *fold, const char *prefix, const mbt_weights *up, mbt_matrix *even,
                         mbt_matrix *odd)
{
    static const uint32_t even_tap[2] = {2, 0};
    mbt_weights even_up = {0}, odd_up = {0};
    bool done = mbt_weights_init(&even_up, 2, up->k, up->n, fold->error) &&
                mbt_weights_init(&odd_up, 1, up->k, up->n, fold->error);
    for (uint32_t o = 0; done && o < up->n; o++)
        even_up.bias[o] = odd_up.bias[o] = up->bias[o];
    for (uint32_t i = 0; done && i < up->k; i++) {
        for (uint32_t o = 0; o < up->n; o++) {
            for (uint32_t tap = 0; tap < 2; tap++)
                *mbt_weights_at(&even_up, tap, i, o) = *mbt_weights_at(up, even_tap[tap], i, o);
            *mbt_weights_at(&odd_up, 0, i, o) = *mbt_weights_at(up, 1, i, o);
        }
    }
    done = done && mbt_fold_matrix(fold, prefix, "even", &even_up, even) &&
           mbt_fold_matrix(fold, prefix, "odd", &odd_up, odd);
    mbt_weights_free(&even_up);
    mbt_weights_free(&odd_up);
    return done;
}

double mbt_decoder_macs(const mbt_config *config, double outputs)
{
    const double c = config->hid_feature;
    return mbt_inner_positions(config) * (mbt_dense_block_macs(config) + 3 * c * c) +
           mbt_positions(config) * c * outputs;
}
