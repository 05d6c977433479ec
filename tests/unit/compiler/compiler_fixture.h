/* compiler_fixture.h: what the tests of the compiler share: a small configuration in which no two sizes are alike. */
#ifndef MBT_TESTS_UNIT_COMPILER_COMPILER_FIXTURE_H
#define MBT_TESTS_UNIT_COMPILER_COMPILER_FIXTURE_H

#include "compiler/network.h"
#include "compiler/random.h"
#include "tests/unit/unit.h"

/* C 24, E 72 (padded 80), N 3, 5 taps, dt_rank 2, F 13, F' 6, two blocks. */
static inline mbt_config fixture_config(void)
{
    return (mbt_config){.sampling_rate = 16000,
                        .n_fft = 24,
                        .hop_size = 6,
                        .win_size = 24,
                        .hid_feature = 24,
                        .num_tfmamba = 2,
                        .d_state = 3,
                        .d_conv = 5,
                        .expand = 3,
                        .input_channel = 2,
                        .output_channel = 1,
                        .compress_factor = 0.3,
                        .norm_epsilon = 1e-5,
                        .beta = 2};
}

static inline mbt_tensors fixture_tensors(const mbt_config *config)
{
    mbt_error error = {""};
    mbt_tensors tensors = {0};
    ck_assert_msg(mbt_random_weights(config, &mbt_family_mambattention, 7, &tensors, &error), "%s", error.text);
    return tensors;
}

/* A network of MambAttention named "test". */
static inline bool fixture_build(const mbt_config *config, mbt_tensors *tensors, mbt_storage storage,
                                 mbt_network *network, mbt_error *error)
{
    return mbt_network_build(config, &mbt_family_mambattention, tensors, &storage, "test", "", network, error);
}

/* The layers of an axis of MambAttention: attention, then Mamba. */
static inline const mbt_attention *fixture_attention(const mbt_axis *axis)
{
    ck_assert(axis->count == 2 && axis->steps[0].kind == MBT_STEP_ATTENTION);
    return axis->steps[0].layer;
}

static inline const mbt_bimamba *fixture_bimamba(const mbt_axis *axis)
{
    ck_assert(axis->count == 2 && axis->steps[1].kind == MBT_STEP_BIMAMBA);
    return axis->steps[1].layer;
}

#endif
