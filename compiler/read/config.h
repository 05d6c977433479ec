/* config.h: the YAML file that describes a network, in the format of the published code. */
#ifndef MBT_COMPILER_READ_CONFIG_H
#define MBT_COMPILER_READ_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"

#define MBT_CONFIG_FAMILY 32

/* The values of stft_cfg and model_cfg, with the names that they have in the file. */
typedef struct mbt_config {
    char family[MBT_CONFIG_FAMILY]; /* the text after `family:`, cut if it is too long */
    size_t family_line;             /* its line in the file; 0 if it is not there */
    uint32_t sampling_rate, n_fft, hop_size, win_size;
    uint32_t hid_feature, num_tfmamba, d_state, d_conv, expand, input_channel, output_channel;
    uint32_t attention_frames, level_frames; /* of a causal network only: 0 if it is not there */
    double compress_factor, norm_epsilon, beta;
} mbt_config;

/* Parses text, which need not end in 0. Other sections and keys are ignored. Every needed value must be there exactly
 * once, be a number and be in range: n_fft a multiple of 4, win_size <= n_fft, hop_size <= win_size / 2, hid_feature
 * a multiple of 8, input_channel 2, output_channel 1 ... attention_frames and level_frames may be missing. The value of
 * `family:` is not checked here but in families/family.c.
 * Inside a section `family:` is an error. */
bool mbt_config_parse(const char *text, size_t size, mbt_config *config, mbt_error *error);

/* Checks what only a causal network needs: attention_frames and level_frames are there; win_size is n_fft, and a
 * multiple of hop_size. */
bool mbt_config_check_causal(const mbt_config *config, mbt_error *error);

#endif
