/* fold_block.c: attention, Mamba and the linear layers of a block. */
#include "compiler/fold.h"

#include <math.h>
#include <stdio.h>

#include "compiler/numeric.h"
#include "compiler/pack.h"

#define HEADS 8u /* fixed in the published code, as is the eps of its LayerNorm */
#define LAYER_NORM_EPS 1e-5f
#define LOG2_E 1.4426950408889634
#define LAYER_NAME 32

/* Where the arrays of what is being folded go. */
typedef struct target {
    mbt_network *network;
    uint32_t part;
    const char *prefix; /* of their names */
} target;

static bool pack(const target *to, const char *name, const mbt_dense *dense, mbt_matrix *matrix, mbt_error *error)
{
    char prefix[MBT_ARRAY_NAME];
    snprintf(prefix, sizeof prefix, "%s_%s", to->prefix, name);
    const mbt_weight_type type = mbt_rules_type(&to->network->storage.rules, prefix);
    return mbt_pack_matrix(to->network, to->part, prefix, dense, type, matrix, error);
}

/* A Linear layer as it stands: weight [n][k]; bias [n] or NULL. */
static bool pack_linear(const target *to, const char *name, const float *weight, const float *bias, uint32_t k,
                        uint32_t n, mbt_matrix *matrix, mbt_error *error)
{
    mbt_dense dense;
    if (!mbt_dense_init(&dense, 1, k, n, error))
        return false;
    for (uint32_t o = 0; o < n; o++) {
        for (uint32_t i = 0; i < k; i++)
            *mbt_dense_at(&dense, 0, i, o) = weight[(size_t)o * k + i];
        dense.bias[o] = bias != NULL ? bias[o] : 0;
    }
    const bool done = pack(to, name, &dense, matrix, error);
    mbt_dense_free(&dense);
    return done;
}

/* W (gain x + b) + bias = (W diag(gain)) x + (W b + bias). The rows of q also take the scale of the scores,
 * (C / heads)^-0.5, and log2(e): e^(q k) = 2^(log2(e) q k). */
static bool fold_attention_in(const target *to, const mbt_raw_attention *raw, uint32_t c, mbt_matrix *matrix,
                              mbt_error *error)
{
    mbt_dense in;
    if (!mbt_dense_init(&in, 1, c, 3 * c, error))
        return false;
    const double q_scale = LOG2_E / sqrt((double)c / HEADS);
    for (uint32_t o = 0; o < 3 * c; o++) {
        const double scale = o < c ? q_scale : 1;
        const float *row = raw->in_weight + (size_t)o * c;
        double bias = raw->in_bias[o];
        for (uint32_t i = 0; i < c; i++) {
            *mbt_dense_at(&in, 0, i, o) = scale * ((double)row[i] * raw->norm_gain[i]);
            bias += (double)row[i] * raw->norm_bias[i];
        }
        in.bias[o] = scale * bias;
    }
    const bool done = pack(to, "in_proj", &in, matrix, error);
    mbt_dense_free(&in);
    return done;
}

static bool fold_attention(const target *to, const mbt_raw_attention *raw, mbt_attention *attention, mbt_error *error)
{
    const uint32_t c = to->network->config.hid_feature;
    attention->heads = HEADS;
    attention->norm_eps = LAYER_NORM_EPS;
    return fold_attention_in(to, raw, c, &attention->in_proj, error) &&
           pack_linear(to, "out_proj", raw->out_weight, raw->out_bias, c, c, &attention->out_proj, error);
}

/* RMSNorm's gain goes into the columns; u and z each start at a whole panel. */
static bool fold_mamba_in(const target *to, const mbt_raw_mamba *raw, uint32_t c, uint32_t e, mbt_matrix *matrix,
                          mbt_error *error)
{
    const uint32_t padded = MBT_PADDED(e);
    mbt_dense in;
    if (!mbt_dense_init(&in, 1, c, 2 * padded, error))
        return false;
    for (uint32_t o = 0; o < 2 * e; o++) {
        const uint32_t column = o < e ? o : padded + (o - e);
        for (uint32_t i = 0; i < c; i++)
            *mbt_dense_at(&in, 0, i, column) = (double)raw->in_proj[(size_t)o * c + i] * raw->norm_gain[i];
    }
    const bool done = pack(to, "in_proj", &in, matrix, error);
    mbt_dense_free(&in);
    return done;
}

/* out_proj [C][E], then the half [C][C] of the joining layer that acts on this direction: w[e][o] = sum over i of
 * out_proj[i][e] half[i][o]. */
static bool fold_mamba_out(const target *to, const mbt_raw_mamba *raw, const float *half, uint32_t c, uint32_t e,
                           mbt_matrix *matrix, mbt_error *error)
{
    mbt_dense out;
    if (!mbt_dense_init(&out, 1, e, c, error))
        return false;
    for (uint32_t i = 0; i < c; i++) {
        for (uint32_t k = 0; k < e; k++) {
            const double weight = raw->out_proj[(size_t)i * e + k];
            double *row = mbt_dense_at(&out, 0, k, 0);
            for (uint32_t o = 0; o < c; o++)
                row[o] += weight * half[(size_t)i * c + o];
        }
    }
    const bool done = pack(to, "out_proj", &out, matrix, error);
    mbt_dense_free(&out);
    return done;
}

/* Room for one of a Mamba layer's constants, which are one layer PREFIX_constants to the rules. */
static mbt_array *add_constants(const target *to, const char *name, size_t count, mbt_mamba *mamba, mbt_error *error)
{
    char layer[MBT_ARRAY_NAME];
    snprintf(layer, sizeof layer, "%s_constants", to->prefix);
    const mbt_weight_type type = mbt_rules_type(&to->network->storage.rules, layer);
    mamba->constants = (uint32_t)type;
    return mbt_network_layer_array(to->network, to->part, layer, to->prefix, name, type, count, error);
}

/* [d_conv][P] from [E][1][d_conv]. */
static bool fold_mamba_conv(const target *to, const mbt_raw_mamba *raw, mbt_mamba *mamba, mbt_error *error)
{
    const uint32_t e = mamba->d_inner, taps = mamba->d_conv;
    const size_t padded = MBT_PADDED((size_t)e);
    mbt_array *weight = add_constants(to, "conv_weight", taps * padded, mamba, error);
    if (weight == NULL)
        return false;
    for (uint32_t tap = 0; tap < taps; tap++) {
        for (uint32_t k = 0; k < e; k++)
            if (!mbt_pack_weight(weight, tap * padded + k, raw->conv_weight[(size_t)k * taps + tap], error))
                return false;
    }
    mamba->conv_weight = weight->data;
    mamba->conv_bias = mbt_pack_vector(to->network, to->part, to->prefix, "conv_bias", raw->conv_bias, e, error);
    return mamba->conv_bias != NULL;
}

/* a = -exp(A_log) log2(e), [P / 16][N][16] from [E][N]; lanes that pad are 0. */
static bool fold_mamba_state(const target *to, const mbt_raw_mamba *raw, mbt_mamba *mamba, mbt_error *error)
{
    const uint32_t e = mamba->d_inner, n = mamba->d_state;
    mbt_array *a = add_constants(to, "a", MBT_PADDED((size_t)e) * n, mamba, error);
    if (a == NULL)
        return false;
    for (uint32_t k = 0; k < e; k++) {
        for (uint32_t s = 0; s < n; s++) {
            const double decay = -mbt_exp(raw->a_log[(size_t)k * n + s]) * LOG2_E;
            if (!mbt_pack_weight(a, ((size_t)(k / MBT_LANES) * n + s) * MBT_LANES + k % MBT_LANES, decay, error))
                return false;
        }
    }
    mamba->a = a->data;
    mamba->d = mbt_pack_vector(to->network, to->part, to->prefix, "d", raw->d, e, error);
    return mamba->d != NULL;
}

/* half: the rows of the joining layer's weight that act on this direction, [C][C]. */
static bool fold_mamba(const target *to, const mbt_raw_mamba *raw, const float *half, mbt_mamba *mamba,
                       mbt_error *error)
{
    const mbt_config *config = &to->network->config;
    const uint32_t c = config->hid_feature, e = c * config->expand, rank = mbt_dt_rank(config);
    mamba->d_inner = e;
    mamba->d_state = config->d_state;
    mamba->d_conv = config->d_conv;
    mamba->dt_rank = rank;
    mamba->norm_eps = (float)config->norm_epsilon;
    return fold_mamba_in(to, raw, c, e, &mamba->in_proj, error) && fold_mamba_conv(to, raw, mamba, error) &&
           pack_linear(to, "x_proj", raw->x_proj, NULL, e, rank + 2 * config->d_state, &mamba->x_proj, error) &&
           pack_linear(to, "dt_proj", raw->dt_proj_weight, raw->dt_proj_bias, rank, e, &mamba->dt_proj, error) &&
           fold_mamba_state(to, raw, mamba, error) && fold_mamba_out(to, raw, half, c, e, &mamba->out_proj, error);
}

/* Each direction is x + ..., so that x itself meets the sum of both halves:
 * w[i][o] = joining[i][o] + joining[C + i][o]. */
static bool fold_joining(const target *to, const mbt_raw_axis *raw, mbt_matrix *matrix, mbt_error *error)
{
    const uint32_t c = to->network->config.hid_feature;
    mbt_dense linear;
    if (!mbt_dense_init(&linear, 1, c, c, error))
        return false;
    for (uint32_t o = 0; o < c; o++) {
        for (uint32_t i = 0; i < c; i++) {
            *mbt_dense_at(&linear, 0, i, o) =
                (double)raw->linear_weight[(size_t)i * c + o] + raw->linear_weight[((size_t)c + i) * c + o];
        }
        linear.bias[o] = raw->linear_bias[o];
    }
    const bool done = pack(to, "linear", &linear, matrix, error);
    mbt_dense_free(&linear);
    return done;
}

static bool fold_axis(mbt_network *network, uint32_t part, const char *prefix, const mbt_raw_axis *raw,
                      const mbt_attention *attention, mbt_mamba *forward, mbt_mamba *backward, mbt_axis *axis,
                      mbt_error *error)
{
    const size_t c = network->config.hid_feature;
    char forward_prefix[2 * LAYER_NAME], backward_prefix[2 * LAYER_NAME];
    snprintf(forward_prefix, sizeof forward_prefix, "%s_forward", prefix);
    snprintf(backward_prefix, sizeof backward_prefix, "%s_backward", prefix);
    const target to = {network, part, prefix}, to_forward = {network, part, forward_prefix},
                 to_backward = {network, part, backward_prefix};
    axis->attention_place = MBT_ATTENTION_BEFORE;
    axis->attention = attention;
    axis->forward = (mbt_sequence){MBT_SEQUENCE_MAMBA, forward};
    axis->backward = (mbt_sequence){MBT_SEQUENCE_MAMBA, backward};
    return fold_mamba(&to_forward, &raw->forward, raw->linear_weight, forward, error) &&
           fold_mamba(&to_backward, &raw->backward, raw->linear_weight + c * c, backward, error) &&
           fold_joining(&to, raw, &axis->linear, error);
}

bool mbt_fold_block(const mbt_raw_block *raw, mbt_network *network, uint32_t block, mbt_error *error)
{
    mbt_block_layers *layers = &network->layers[block];
    char attention[LAYER_NAME], time[LAYER_NAME], frequency[LAYER_NAME];
    snprintf(attention, sizeof attention, "block_%u_attention", (unsigned)block);
    snprintf(time, sizeof time, "block_%u_time", (unsigned)block);
    snprintf(frequency, sizeof frequency, "block_%u_frequency", (unsigned)block);
    const target to = {network, mbt_part_of_block(block, MBT_PART_ATTENTION), attention};
    return fold_attention(&to, &raw->attention, &layers->attention, error) &&
           fold_axis(network, mbt_part_of_block(block, MBT_PART_TIME), time, &raw->time, &layers->attention,
                     &layers->time_forward, &layers->time_backward, &network->blocks[block].time, error) &&
           fold_axis(network, mbt_part_of_block(block, MBT_PART_FREQUENCY), frequency, &raw->frequency,
                     &layers->attention, &layers->frequency_forward, &layers->frequency_backward,
                     &network->blocks[block].frequency, error);
}
