/* fuzz_config.c: configuration files; what is accepted is in the ranges that config.h promises. */
#include "compiler/read/config.h"

#include <math.h>

#include "tests/fuzz/fuzz_compiler.h"

static void check_config(const mbt_config *config)
{
    FUZZ_CHECK(config->sampling_rate >= 1);
    FUZZ_CHECK(config->n_fft >= 4 && config->n_fft <= 65536 && config->n_fft % 4 == 0);
    FUZZ_CHECK(config->win_size <= config->n_fft);
    FUZZ_CHECK(config->hop_size >= 1 && config->hop_size <= config->win_size / 2);
    FUZZ_CHECK(config->hid_feature >= 8 && config->hid_feature <= 1024 && config->hid_feature % 8 == 0);
    FUZZ_CHECK(config->num_tfmamba >= 1 && config->num_tfmamba <= 64);
    FUZZ_CHECK(config->d_state >= 1 && config->d_conv >= 1 && config->expand >= 1);
    FUZZ_CHECK(config->input_channel == 2 && config->output_channel == 1);
    FUZZ_CHECK(config->attention_frames <= 65536 && config->level_frames <= 65536);
    mbt_error error = {""};
    const bool causal = mbt_config_check_causal(config, &error);
    fuzz_check_error(causal, &error);
    FUZZ_CHECK(!causal || (config->attention_frames >= 1 && config->level_frames >= 1));
    FUZZ_CHECK(!causal || (config->win_size == config->n_fft && config->win_size % config->hop_size == 0));
    FUZZ_CHECK(config->compress_factor >= 0.125 && config->compress_factor <= 1);
    FUZZ_CHECK(isfinite(config->norm_epsilon) && config->norm_epsilon > 0 && isfinite(config->beta));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mbt_config config;
    mbt_error error = {""};
    const bool done = mbt_config_parse((const char *)data, size, &config, &error);
    fuzz_check_error(done, &error);
    if (done)
        check_config(&config);
    return 0;
}
