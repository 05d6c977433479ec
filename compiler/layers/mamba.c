/* mamba.c: one direction of Mamba. */
#include "compiler/layers/mamba.h"

#include <inttypes.h>
#include <stdio.h>

#include "compiler/layers/linear.h"
#include "compiler/numeric.h"

/* hid_feature / 16, rounded up. */
static uint32_t dt_rank(const mbt_config *config)
{
    return config->hid_feature / 16 + (config->hid_feature % 16 != 0);
}

bool mbt_mamba_walk_tensors(const mbt_walk *walk, const char *prefix, mbt_raw_mamba *raw)
{
    const mbt_config *config = walk->config;
    const uint64_t c = config->hid_feature, e = c * config->expand, n = config->d_state;
    const uint64_t taps = config->d_conv, rank = dt_rank(config);
    return mbt_walk_tensor(walk, &raw->a_log, MBT_ROLE_A_LOG, 0, MBT_SHAPE(e, n), "%s.mixer.A_log", prefix) &&
           mbt_walk_vector(walk, &raw->d, MBT_ROLE_GAIN, e, prefix, "mixer.D") &&
           mbt_walk_tensor(walk, &raw->in_proj, MBT_ROLE_WEIGHT, c, MBT_SHAPE(2 * e, c), "%s.mixer.in_proj.weight",
                           prefix) &&
           mbt_walk_tensor(walk, &raw->conv_weight, MBT_ROLE_WEIGHT, taps, MBT_SHAPE(e, 1, taps),
                           "%s.mixer.conv1d.weight", prefix) &&
           mbt_walk_vector(walk, &raw->conv_bias, MBT_ROLE_BIAS, e, prefix, "mixer.conv1d.bias") &&
           mbt_walk_tensor(walk, &raw->x_proj, MBT_ROLE_WEIGHT, e, MBT_SHAPE(rank + 2 * n, e), "%s.mixer.x_proj.weight",
                           prefix) &&
           mbt_walk_tensor(walk, &raw->dt_proj_weight, MBT_ROLE_WEIGHT, rank, MBT_SHAPE(e, rank),
                           "%s.mixer.dt_proj.weight", prefix) &&
           mbt_walk_vector(walk, &raw->dt_proj_bias, MBT_ROLE_DT_BIAS, e, prefix, "mixer.dt_proj.bias") &&
           mbt_walk_tensor(walk, &raw->out_proj, MBT_ROLE_WEIGHT, e, MBT_SHAPE(c, e), "%s.mixer.out_proj.weight",
                           prefix) &&
           mbt_walk_vector(walk, &raw->norm_gain, MBT_ROLE_GAIN, c, prefix, "norm.weight");
}

/* Folds RMSNorm's gain into the columns. u and z each start at a whole panel. */
static bool fold_in_proj(const mbt_fold *fold, const char *prefix, const mbt_raw_mamba *raw, uint32_t c, uint32_t e,
                         mbt_matrix *matrix)
{
    const uint32_t padded = MBT_PADDED(e);
    mbt_weights in;
    if (!mbt_weights_init(&in, 1, c, 2 * padded, fold->error))
        return false;
    for (uint32_t o = 0; o < 2 * e; o++) {
        const uint32_t column = o < e ? o : padded + (o - e);
        for (uint32_t i = 0; i < c; i++)
            *mbt_weights_at(&in, 0, i, column) = (double)raw->in_proj[(size_t)o * c + i] * raw->norm_gain[i];
    }
    const bool done = mbt_fold_matrix(fold, prefix, "in_proj", &in, matrix);
    mbt_weights_free(&in);
    return done;
}

/* Multiplies out_proj [C][E] by the part [C][C] of the joining layer that acts on this direction: w[e][o] = sum over
 * i of out_proj[i][e] part[i][o]. */
static bool fold_out_proj(const mbt_fold *fold, const char *prefix, const mbt_raw_mamba *raw, const float *part,
                          uint32_t c, uint32_t e, mbt_matrix *matrix)
{
    mbt_weights out;
    if (!mbt_weights_init(&out, 1, e, c, fold->error))
        return false;
    for (uint32_t i = 0; i < c; i++) {
        for (uint32_t k = 0; k < e; k++) {
            const double weight = raw->out_proj[(size_t)i * e + k];
            double *row = mbt_weights_at(&out, 0, k, 0);
            for (uint32_t o = 0; o < c; o++)
                row[o] += weight * part[(size_t)i * c + o];
        }
    }
    const bool done = mbt_fold_matrix(fold, prefix, "out_proj", &out, matrix);
    mbt_weights_free(&out);
    return done;
}

/* Adds an array for one of the layer's constants. To the rules all of them are one layer, PREFIX_constants. */
static mbt_array *add_constants(const mbt_fold *fold, const char *prefix, const char *name, size_t count,
                                mbt_mamba *mamba)
{
    char layer[MBT_LAYER_NAME];
    snprintf(layer, sizeof layer, "%s_constants", prefix);
    const mbt_weight_type type = mbt_rules_type(&fold->storage->rules, layer);
    mamba->constants = (uint32_t)type;
    return mbt_arrays_add(fold->arrays, layer, prefix, name, type, count, fold->error);
}

/* Packs the convolution's weights: [d_conv][P] from [E][1][d_conv]. */
static bool fold_conv(const mbt_fold *fold, const char *prefix, const mbt_raw_mamba *raw, mbt_mamba *mamba)
{
    const uint32_t e = mamba->d_inner, taps = mamba->d_conv;
    const size_t padded = MBT_PADDED((size_t)e);
    mbt_array *weight = add_constants(fold, prefix, "conv_weight", taps * padded, mamba);
    if (weight == NULL)
        return false;
    for (uint32_t tap = 0; tap < taps; tap++)
        for (uint32_t k = 0; k < e; k++)
            if (!mbt_pack_weight(weight, tap * padded + k, raw->conv_weight[(size_t)k * taps + tap], fold->error))
                return false;
    mamba->conv_weight = weight->data;
    mamba->conv_bias = mbt_pack_vector(fold->arrays, prefix, "conv_bias", raw->conv_bias, e, fold->error);
    return mamba->conv_bias != NULL;
}

/* a = -exp(A_log) log2(e): [P / 16][N][16] from [E][N]. Padding lanes are 0. */
static bool fold_state(const mbt_fold *fold, const char *prefix, const mbt_raw_mamba *raw, mbt_mamba *mamba)
{
    const uint32_t e = mamba->d_inner, n = mamba->d_state;
    mbt_array *a = add_constants(fold, prefix, "a", MBT_PADDED((size_t)e) * n, mamba);
    if (a == NULL)
        return false;
    for (uint32_t k = 0; k < e; k++) {
        for (uint32_t s = 0; s < n; s++) {
            const double decay = -mbt_exp(raw->a_log[(size_t)k * n + s]) * MBT_LOG2_E;
            const size_t at = ((size_t)(k / MBT_LANES) * n + s) * MBT_LANES + k % MBT_LANES;
            if (!mbt_pack_weight(a, at, decay, fold->error))
                return false;
        }
    }
    mamba->a = a->data;
    mamba->d = mbt_pack_vector(fold->arrays, prefix, "d", raw->d, e, fold->error);
    return mamba->d != NULL;
}

bool mbt_mamba_fold(const mbt_fold *fold, const mbt_config *config, const char *prefix, const mbt_raw_mamba *raw,
                    const float *part, mbt_mamba *mamba)
{
    const uint32_t c = config->hid_feature, e = c * config->expand, rank = dt_rank(config);
    mamba->d_inner = e;
    mamba->d_state = config->d_state;
    mamba->d_conv = config->d_conv;
    mamba->dt_rank = rank;
    mamba->norm_eps = (float)config->norm_epsilon;
    return fold_in_proj(fold, prefix, raw, c, e, &mamba->in_proj) && fold_conv(fold, prefix, raw, mamba) &&
           mbt_fold_linear(fold, prefix, "x_proj", raw->x_proj, NULL, e, rank + 2 * config->d_state, &mamba->x_proj) &&
           mbt_fold_linear(fold, prefix, "dt_proj", raw->dt_proj_weight, raw->dt_proj_bias, rank, e, &mamba->dt_proj) &&
           fold_state(fold, prefix, raw, mamba) && fold_out_proj(fold, prefix, raw, part, c, e, &mamba->out_proj);
}

void mbt_mamba_write(const mbt_c_file *out, const char *indent, const mbt_mamba *mamba)
{
    fprintf(out->stream,
            "%s.d_inner = %" PRIu32 ", .d_state = %" PRIu32 ", .d_conv = %" PRIu32 ", .dt_rank = %" PRIu32 ",\n",
            indent, mamba->d_inner, mamba->d_state, mamba->d_conv, mamba->dt_rank);
    mbt_c_number(out, indent, "norm_eps", mamba->norm_eps);
    fprintf(out->stream, "%s.constants = %s,\n", indent, mbt_c_weight_type(mamba->constants));
    mbt_c_matrix(out, indent, "in_proj", &mamba->in_proj);
    mbt_c_pointer(out, indent, "conv_weight", mamba->conv_weight);
    mbt_c_pointer(out, indent, "conv_bias", mamba->conv_bias);
    mbt_c_matrix(out, indent, "x_proj", &mamba->x_proj);
    mbt_c_matrix(out, indent, "dt_proj", &mamba->dt_proj);
    mbt_c_pointer(out, indent, "a", mamba->a);
    mbt_c_pointer(out, indent, "d", mamba->d);
    mbt_c_matrix(out, indent, "out_proj", &mamba->out_proj);
}

double mbt_mamba_macs(const mbt_config *config)
{
    const double c = config->hid_feature, e = c * config->expand, n = config->d_state, rank = dt_rank(config);
    const double projections = c * 2 * e + e * (rank + 2 * n) + rank * e + e * c;
    const double convolution = e * config->d_conv;
    const double scan = 3 * e * n;
    return projections + convolution + scan;
}
