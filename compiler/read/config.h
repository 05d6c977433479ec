/* config.h: the YAML file that describes a network, as upstream writes it. */
#ifndef MBT_COMPILER_READ_CONFIG_H
#define MBT_COMPILER_READ_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"

#define MBT_CONFIG_FAMILY 32

/* stft_cfg and model_cfg. Field names are the file's. */
typedef struct mbt_config {
    char family[MBT_CONFIG_FAMILY]; /* the text of `family:`, cut to what fits */
    size_t family_line;             /* of the file that it stands in; 0 if it is not there */
    uint32_t sampling_rate, n_fft, hop_size, win_size;
    uint32_t hid_feature, num_tfmamba, d_state, d_conv, expand, input_channel, output_channel;
    double compress_factor, norm_epsilon, beta;
} mbt_config;

/* Parses text (need not end in 0). Sections and keys that are not needed are ignored; every needed value must be there
 * once, be a number and in range: n_fft a multiple of 4, win_size <= n_fft, hop_size <= win_size / 2, hid_feature a
 * multiple of 8, input_channel 2, output_channel 1 ... What `family:` says is for families/family.h to judge;
 * inside a section it is an error. */
bool mbt_config_parse(const char *text, size_t size, mbt_config *config, mbt_error *error);

#endif
