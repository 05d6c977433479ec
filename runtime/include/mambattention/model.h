/* model.h: the structs that the C written by mambac fills, and the layout of the weights in them.
 *
 * This header is all that the compiler and the runtime share, and all that generated C includes. Names follow the
 * published checkpoints (dense_conv, in_proj, x_proj, dt_proj, d_state ...). Below, C is the number of channels
 * (hid_feature), F = n_fft / 2 + 1 the number of bins, and F' = (F - 3) / 2 + 1 the number of bins inside the network.
 *
 * Every array is const, aligned to 64 bytes, and padded with zeros to a whole number of panels of MBT_LANES. */
#ifndef MAMBATTENTION_MODEL_H
#define MAMBATTENTION_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MBT_MODEL_ABI 5u
#define MBT_LANES 16u      /* outputs in a panel of a packed matrix; lanes of a vector in simd/ */
#define MBT_DENSE_UNITS 4u /* convolutions in a dense block; unit i has dilation 2^i in time */
#define MBT_MAX_TAPS 9u    /* 3 x 3 */
#define MBT_MAX_STEPS 16u  /* of an axis */
#define MBT_WINOGRAD_POINTS 6u
#define MBT_WINOGRAD_OUTPUTS 4u
#define MBT_PADDED(n) (((n) + MBT_LANES - 1u) / MBT_LANES * MBT_LANES)

#if defined(__GNUC__)
#define MBT_ALIGN __attribute__((aligned(64)))
#define MBT_WEAK __attribute__((weak))
#elif defined(_MSC_VER)
#define MBT_ALIGN __declspec(align(64))
#define MBT_WEAK
#else
#define MBT_ALIGN
#define MBT_WEAK
#endif

/* How the weights of a matrix are stored, and in which order. A panel holds the weights of 16 outputs; mbt_matrix
 * explains the indices. */
typedef enum mbt_weight_type {
    MBT_WEIGHT_F32 = 0, /* float                              data[panel][tap][k][16]        */
    MBT_WEIGHT_F16 = 1, /* IEEE binary16, computed in float   data[panel][tap][k][16]        */
    MBT_WEIGHT_I8 = 2   /* int8 in [-127, 127]                data[panel][tap][(k + 3) / 4][16][4] */
} mbt_weight_type;

/* The weights of a matrix product or convolution, packed:
 *     out[m][o] = bias[o] + sum over tap, i of in_tap[m][i] * w[tap][i][o],     i < k, o < n
 * A linear layer has one tap. A convolution has one tap for each offset in its window, time-major: (time, frequency).
 * In int8, w[tap][i][o] = scale[o] * integer and k * taps <= 65536. Its inputs are rounded to int8 at run time. */
typedef struct mbt_matrix {
    uint32_t type;      /* mbt_weight_type */
    uint32_t taps;      /* 1 to MBT_MAX_TAPS */
    uint32_t k;         /* inputs of each tap, >= 1 */
    uint32_t n;         /* outputs, >= 1: MBT_PADDED(n) / 16 panels, padded with zeros */
    const void *data;   /* panels in the order of mbt_weight_type, first panel first */
    const float *scale; /* int8: [MBT_PADDED(n)]; NULL otherwise */
    const float *bias;  /* [MBT_PADDED(n)], zeros where the layer has none */
} mbt_matrix;

/* How a convolution is computed. */
typedef enum mbt_form {
    MBT_FORM_DIRECT = 0, /* as mbt_matrix says */
    MBT_FORM_WINOGRAD =
        1 /* a dense block's 3 x 3 convolution by Winograd's F(4, 3) along frequency (arXiv 1509.09308) */
} mbt_form;

/* A convolution, InstanceNorm2d (eps 1e-5, biased variance over all of time and frequency), PReLU. The norm takes the
 * mean away, so the bias of such a convolution has no effect; it is zero here.
 *
 * A causal network has BatchNorm2d in place of InstanceNorm2d. mambac has folded it into conv and its bias, so gain and
 * offset are NULL, and the form is direct.
 *
 * In Winograd's form the matrix has 6 taps (points) for each group of C inputs, with k = 3 C and n = C. Each point is
 * packed as a matrix of one tap: data[group][point][panel][3 C][16]. Input i of a point is channel i % C of the group,
 * at time tap i / C. With w[j] the weights of frequency tap j, those of the points t = 0, 3/4, -3/4, 3/2, -3/2 are
 *     (w[0] + t w[1] + t^2 w[2]) / product over the other four points s of (t - s)
 * and those of the last point, infinity, are w[2]. */
typedef struct mbt_unit {
    uint32_t form; /* mbt_form */
    mbt_matrix conv;
    const float *gain, *offset; /* [MBT_PADDED(n)] InstanceNorm's weight and bias; NULL in a causal network */
    const float *slope;         /* [MBT_PADDED(n)] PReLU's */
} mbt_unit;

/* Four units. Unit i is a 3 x 3 convolution with dilation d = 2^i in time from (i + 1) C to C channels. Its time taps
 * are the frames t - d, t, t + d, or in a causal network t - 2 d, t - d, t. Its input is the block's input, then the
 * outputs of units 0 .. i-1: oldest first, where the checkpoint has newest first. Either all four have int8 weights or
 * none has. */
typedef struct mbt_dense_block {
    mbt_unit unit[MBT_DENSE_UNITS];
} mbt_dense_block;

typedef struct mbt_encoder {
    mbt_unit dense_conv_1; /* 1 x 1, 2 -> C; inputs: compressed magnitude, phase */
    mbt_dense_block dense_block;
    mbt_unit dense_conv_2; /* (1, 3), stride (1, 2), C -> C: F -> F' */
} mbt_encoder;

/* x += out_proj(softmax(q k') v),   q, k, v = in_proj((x - mean) / sqrt(var + eps))
 * mean and var are over the C channels of a position. mambac has folded LayerNorm's gain and bias into in_proj, and
 * (C / heads)^-0.5 and log2(e) into its columns of q, because the softmax computes 2^x. */
typedef struct mbt_attention {
    uint32_t heads; /* a head has C / heads dimensions */
    float norm_eps;
    mbt_matrix in_proj;  /* C -> 3 C: q, k, v, each head after head */
    mbt_matrix out_proj; /* C -> C */
} mbt_attention;

/* The selective state space layer (Mamba, arXiv 2312.00752), with E = d_inner, P = MBT_PADDED(E), N = d_state:
 *     u, z = in_proj(x / rms(x));  u = silu(conv(u));  dt, B, C = x_proj(u);  dt = softplus(dt_proj(dt))
 *     h[e][n] = 2^(dt[e] a[e][n]) h[e][n] + dt[e] u[e] B[n];   y[e] = (sum_n h[e][n] C[n] + d[e] u[e]) silu(z[e])
 * Then out_proj(y) is added to the output. mambac has folded RMSNorm's gain into in_proj, and this direction's half of
 * the linear layer that follows into out_proj. */
typedef struct mbt_mamba {
    uint32_t d_inner, d_state, d_conv, dt_rank;
    float norm_eps;
    uint32_t constants;      /* mbt_weight_type of conv_weight and a: f32 or f16 */
    mbt_matrix in_proj;      /* C -> 2 P: u in columns 0 .. E-1, z in columns P .. P+E-1, zeros between */
    const void *conv_weight; /* [d_conv][P], oldest position first */
    const float *conv_bias;  /* [P] */
    mbt_matrix x_proj;       /* E -> dt_rank + 2 N: dt, B, C */
    mbt_matrix dt_proj;      /* dt_rank -> E, with dt_proj's bias */
    const void *a;           /* [P / 16][N][16]: -exp(A_log) log2(e) */
    const float *d;          /* [P] */
    mbt_matrix out_proj;     /* E -> C, no bias */
} mbt_mamba;

/* Mamba in both directions along a sequence, and the linear layer that joins them:
 *     x += joining([forward(x), flip(backward(flip(x)))]),   forward(x) = x + ..., backward(x) = x + ...
 * joining holds the sum of both halves, which is what acts on x itself, and the bias. Each direction's own half is
 * folded into its out_proj. */
typedef struct mbt_bimamba {
    mbt_mamba forward, backward;
    mbt_matrix joining; /* C -> C */
} mbt_bimamba;

/* Mamba in one direction along a sequence, and the linear layer that follows:
 *     x += joining(forward(x)),   forward(x) = x + ...
 * joining acts on x itself; it is folded into forward.out_proj too. */
typedef struct mbt_forward_mamba {
    mbt_mamba forward;
    mbt_matrix joining; /* C -> C */
} mbt_forward_mamba;

/* The kinds of layers that run along the sequences of an axis. Each adds to its input: x += layer(x). */
typedef enum mbt_step_kind {
    MBT_STEP_ATTENTION = 1,    /* mbt_step.layer is an mbt_attention */
    MBT_STEP_BIMAMBA = 2,      /* an mbt_bimamba */
    MBT_STEP_FORWARD_MAMBA = 3 /* an mbt_forward_mamba, along the time of a causal network */
} mbt_step_kind;

/* One layer of an axis. Several steps may point to the same layer. */
typedef struct mbt_step {
    uint32_t kind; /* mbt_step_kind */
    const void *layer;
} mbt_step;

/* What a block does along one axis: its steps, one after the other. */
typedef struct mbt_axis {
    uint32_t count; /* 1 to MBT_MAX_STEPS */
    const mbt_step *steps;
} mbt_axis;

typedef struct mbt_block {
    mbt_axis time, frequency; /* time first */
} mbt_block;

/* The mask's decoder. After the dense block come ConvTranspose2d (1, 3) with stride (1, 2) and a 1 x 1 convolution,
 * composed to one: C -> 1. Then InstanceNorm2d(1), PReLU(1), a 1 x 1 convolution (scale and offset), and
 * beta sigmoid(slope[f] x). The transposed convolution is two products. even: taps (bin j - 1, bin j) give output bin
 * 2 j, j = 0 .. F'. odd: bin j gives output bin 2 j + 1, j = 0 .. F' - 1. */
typedef struct mbt_mask_decoder {
    mbt_dense_block dense_block;
    mbt_matrix even, odd; /* C -> 1; the bias has no effect and is zero, but for a causal network */
    float gain, offset;   /* InstanceNorm2d(1)'s; 1 and 0 in a causal network, whose BatchNorm2d is folded into both */
    float prelu;          /* PReLU(1)'s */
    float out_scale, out_bias; /* the last 1 x 1 convolution */
    float beta;
    const float *slope; /* [MBT_PADDED(F)] */
} mbt_mask_decoder;

/* The phase's decoder. After the dense block: ConvTranspose2d as above, C -> C; InstanceNorm2d, PReLU; a 1 x 1
 * convolution to real and imaginary part. The phase is atan2(out[1], out[0]). */
typedef struct mbt_phase_decoder {
    mbt_dense_block dense_block;
    mbt_matrix even, odd;               /* C -> C */
    const float *gain, *offset, *slope; /* [MBT_PADDED(C)], as those of mbt_unit */
    mbt_matrix out;                     /* C -> 2: real, imaginary */
} mbt_phase_decoder;

/* A whole network. */
struct mbt_model {
    uint32_t abi;        /* MBT_MODEL_ABI: checked when opened */
    uint32_t model_size; /* sizeof(struct mbt_model): checked when opened */
    const char *name, *provenance;
    const char *family;                    /* of networks, as the compiler calls it: "mambattention" */
    uint32_t sample_rate, n_fft, hop, win; /* Hz, samples; n_fft a multiple of 4, win <= n_fft, hop <= win / 2 */
    float compress_factor;                 /* the magnitude's exponent, 0.125 to 1 */
    uint32_t channels;                     /* C, a multiple of 8 */
    uint32_t block_count;
    /* A causal network knows the past only: a frame attends to itself and the attention_frames - 1 frames before it,
     * and the level of the input is a running mean over level_frames frames. Its win is n_fft, a multiple of hop. Both
     * are 0 in a network that looks at a whole recording. */
    uint32_t attention_frames, level_frames;
    uint64_t parameters;    /* numbers in the checkpoint */
    uint64_t weight_bytes;  /* bytes of all arrays */
    double macs_per_second; /* of audio, attention along time left out */
    double macs_per_pair;   /* of frames: what attention along time adds */
    const mbt_encoder *encoder;
    const mbt_block *blocks; /* [block_count] */
    const mbt_mask_decoder *mask_decoder;
    const mbt_phase_decoder *phase_decoder;
};

#ifndef MBT_MODEL_DECLARED
#define MBT_MODEL_DECLARED
typedef struct mbt_model mbt_model;
#endif

#ifdef __cplusplus
}
#endif

#endif
