/* upsampling.h: the transposed convolution that doubles the bins, as two products. */
#ifndef MBT_COMPILER_LAYERS_UPSAMPLING_H
#define MBT_COMPILER_LAYERS_UPSAMPLING_H

#include "compiler/layers/layer.h"
#include "compiler/storage/pack.h"

/* Folds a ConvTranspose2d (1, 3) with stride 2 in frequency, given as a matrix of 3 taps:
 *     out[2 j + tap] += in[j] w[tap], so
 *     out[2 j] = in[j - 1] w[2] + in[j] w[0],   out[2 j + 1] = in[j] w[1].
 * Each output also gets the bias, once. These are the layers PREFIX_even and PREFIX_odd. */
bool mbt_upsampling_fold(const mbt_fold *fold, const char *prefix, const mbt_weights *up, mbt_matrix *even,
                         mbt_matrix *odd);

/* Multiply-adds of a decoder for a second of audio: dense block, transposed convolution (each input reaches three
 * outputs), and a 1 x 1 convolution to `outputs` channels. */
double mbt_decoder_macs(const mbt_config *config, double outputs);

#endif
