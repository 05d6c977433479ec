/* attention.c: LayerNorm and multi-head attention. */
#include <inttypes.h>
#include <math.h>

#include "compiler/layers/geometry.h"
#include "compiler/layers/layer.h"
#include "compiler/layers/linear.h"
#include "compiler/numeric.h"

#define LAYER_NORM_EPS 1e-5f /* fixed in the published code */

typedef struct raw_attention {
    const float *in_weight, *in_bias;   /* [3 C][C], [3 C]: q, k, v */
    const float *out_weight, *out_bias; /* [C][C], [C] */
    const float *norm_gain, *norm_bias; /* [C] */
} raw_attention;

static bool walk_tensors(const mbt_walk *walk, const mbt_place *place, void *raw)
{
    raw_attention *attention = raw;
    const char *prefix = place->tensors;
    const uint64_t c = place->config->hid_feature;
    return mbt_walk_tensor(walk, &attention->in_weight, MBT_ROLE_WEIGHT, c, MBT_SHAPE(3 * c, c),
                           "%s.attn.in_proj_weight", prefix) &&
           mbt_walk_vector(walk, &attention->in_bias, MBT_ROLE_BIAS, 3 * c, prefix, "attn.in_proj_bias") &&
           mbt_walk_tensor(walk, &attention->out_weight, MBT_ROLE_WEIGHT, c, MBT_SHAPE(c, c), "%s.attn.out_proj.weight",
                           prefix) &&
           mbt_walk_vector(walk, &attention->out_bias, MBT_ROLE_BIAS, c, prefix, "attn.out_proj.bias") &&
           mbt_walk_vector(walk, &attention->norm_gain, MBT_ROLE_GAIN, c, prefix, "layernorm.weight") &&
           mbt_walk_vector(walk, &attention->norm_bias, MBT_ROLE_BIAS, c, prefix, "layernorm.bias");
}

/* Folds LayerNorm's gain and bias into in_proj: W (gain x + b) + bias = (W diag(gain)) x + (W b + bias). The rows of
 * q are also multiplied by the scale of the scores, (C / heads)^-0.5, and by log2(e), because the runtime computes
 * e^(q k) as 2^(log2(e) q k). */
static bool fold_in_proj(const mbt_fold *fold, const mbt_place *place, const raw_attention *raw, mbt_matrix *matrix)
{
    const uint32_t c = place->config->hid_feature;
    mbt_weights in;
    if (!mbt_weights_init(&in, 1, c, 3 * c, fold->error))
        return false;
    const double q_scale = MBT_LOG2_E / sqrt((double)c / place->module->heads);
    for (uint32_t o = 0; o < 3 * c; o++) {
        const double scale = o < c ? q_scale : 1;
        const float *row = raw->in_weight + (size_t)o * c;
        double bias = raw->in_bias[o];
        for (uint32_t i = 0; i < c; i++) {
            *mbt_weights_at(&in, 0, i, o) = scale * ((double)row[i] * raw->norm_gain[i]);
            bias += (double)row[i] * raw->norm_bias[i];
        }
        in.bias[o] = scale * bias;
    }
    const bool done = mbt_fold_matrix(fold, place->name, "in_proj", &in, matrix);
    mbt_weights_free(&in);
    return done;
}

static bool fold_attention(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer)
{
    const raw_attention *from = raw;
    mbt_attention *attention = layer;
    const uint32_t c = place->config->hid_feature;
    attention->heads = place->module->heads;
    attention->norm_eps = LAYER_NORM_EPS;
    return fold_in_proj(fold, place, from, &attention->in_proj) &&
           mbt_fold_linear(fold, place->name, "out_proj", from->out_weight, from->out_bias, c, c, &attention->out_proj);
}

static void write_attention(const mbt_c_file *out, const void *layer)
{
    const mbt_attention *attention = layer;
    fprintf(out->stream, "    .heads = %" PRIu32 ",\n", attention->heads);
    mbt_c_number(out, "    ", "norm_eps", attention->norm_eps);
    mbt_c_matrix(out, "    ", "in_proj", &attention->in_proj);
    mbt_c_matrix(out, "    ", "out_proj", &attention->out_proj);
}

/* The projections on each of its axes, and the scores and sums over frequency. Those over time are 2 C for each pair
 * of frames in each bin; in a causal network a frame has attention_frames partners, whatever the recording's length. */
static mbt_cost cost(const mbt_place *place)
{
    const mbt_config *config = place->config;
    const double c = config->hid_feature, bins = mbt_inner_bins(config);
    const bool time = (place->module->axes & MBT_ALONG_TIME) != 0;
    const bool frequency = (place->module->axes & MBT_ALONG_FREQUENCY) != 0;
    const double partners = (frequency ? bins : 0) + (time && place->causal ? config->attention_frames : 0);
    return (mbt_cost){.per_second =
                          mbt_inner_positions(config) * ((time + frequency) * (3 * c * c + c * c) + 2 * partners * c),
                      .per_pair = time && !place->causal ? 2 * bins * c : 0};
}

static const char *const layer_names[] = {"in_proj", "out_proj", NULL};

const mbt_layer_type mbt_layer_attention = {.c_type = "mbt_attention",
                                            MBT_LAYER_STEP(MBT_STEP_ATTENTION),
                                            .raw_size = sizeof(raw_attention),
                                            .size = sizeof(mbt_attention),
                                            .walk_tensors = walk_tensors,
                                            .fold = fold_attention,
                                            .write = write_attention,
                                            .layer_names = layer_names,
                                            .cost = cost};
