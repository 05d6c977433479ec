/* parts.c: what each part of a network costs, and the table of it. */
#include "compiler/parts.h"

#include <inttypes.h>

#include "compiler/slots.h"

/* Positions (frame, bin) in a second: at the spectrum's resolution, and inside the network. */
static double outer_positions(const mbt_config *config)
{
    return (double)config->sampling_rate / config->hop_size * (config->n_fft / 2 + 1);
}

static double inner_bins(const mbt_config *config)
{
    return (config->n_fft / 2 + 1 - 3) / 2 + 1;
}

static double inner_positions(const mbt_config *config)
{
    return (double)config->sampling_rate / config->hop_size * inner_bins(config);
}

/* For a position: 3 x 3 convolutions from C, 2 C, 3 C and 4 C channels to C. */
static double dense_block(double c)
{
    return 9 * (1 + 2 + 3 + 4) * c * c;
}

static double encoder_macs(const mbt_config *config)
{
    const double c = config->hid_feature;
    return outer_positions(config) * (config->input_channel * c + dense_block(c)) + inner_positions(config) * 3 * c * c;
}

/* In and out projection on both axes; scores and sums over frequency. */
static double attention_macs(const mbt_config *config)
{
    const double c = config->hid_feature;
    return inner_positions(config) * (2 * (3 * c * c + c * c) + 2 * inner_bins(config) * c);
}

/* Both directions of one axis and the linear layer that joins them. */
static double axis_macs(const mbt_config *config)
{
    const double c = config->hid_feature, e = c * config->expand, n = config->d_state, rank = mbt_dt_rank(config);
    const double projections = c * 2 * e + e * (rank + 2 * n) + rank * e + e * c;
    const double convolution = e * config->d_conv;
    const double scan = 3 * e * n;
    return inner_positions(config) * (2 * (projections + convolution + scan) + 2 * c * c);
}

/* Dense block, transposed convolution (each input reaches three outputs), and a 1 x 1 convolution to `outputs`. */
static double decoder_macs(const mbt_config *config, double outputs)
{
    const double c = config->hid_feature;
    return inner_positions(config) * (dense_block(c) + 3 * c * c) + outer_positions(config) * c * outputs;
}

double mbt_part_macs(const mbt_config *config, uint32_t part)
{
    if (part == MBT_PART_ENCODER)
        return encoder_macs(config);
    if (part == mbt_part_mask_decoder(config->num_tfmamba))
        return decoder_macs(config, 1);
    if (part == mbt_part_phase_decoder(config->num_tfmamba))
        return decoder_macs(config, 2);
    return (part - 1) % MBT_PARTS_IN_BLOCK == MBT_PART_ATTENTION ? attention_macs(config) : axis_macs(config);
}

static void part_name(uint32_t part, uint32_t blocks, char *name, size_t size)
{
    static const char *const in_block[MBT_PARTS_IN_BLOCK] = {"attention", "time mamba", "frequency mamba"};
    if (part == MBT_PART_ENCODER) {
        snprintf(name, size, "encoder");
    } else if (part == mbt_part_mask_decoder(blocks)) {
        snprintf(name, size, "mask decoder");
    } else if (part == mbt_part_phase_decoder(blocks)) {
        snprintf(name, size, "phase decoder");
    } else {
        snprintf(name, size, "block %" PRIu32 " %s", (part - 1) / MBT_PARTS_IN_BLOCK,
                 in_block[(part - 1) % MBT_PARTS_IN_BLOCK]);
    }
}

static void print_line(FILE *file, const char *name, const mbt_part *part)
{
    fprintf(file, "%-24s %12" PRIu64 " %12" PRIu64 " %12.1f\n", name, part->parameters, part->bytes, part->macs / 1e6);
}

void mbt_parts_print(FILE *file, const mbt_part *parts, uint32_t blocks)
{
    mbt_part total = {0};
    fprintf(file, "%-24s %12s %12s %12s\n", "part", "parameters", "bytes", "MMAC/s");
    for (uint32_t i = 0; i < mbt_part_count(blocks); i++) {
        char name[40];
        part_name(i, blocks, name, sizeof name);
        print_line(file, name, &parts[i]);
        total.parameters += parts[i].parameters;
        total.bytes += parts[i].bytes;
        total.macs += parts[i].macs;
    }
    print_line(file, "total", &total);
    fprintf(file,
            "MMAC/s: million multiply-adds for a second of audio; attention over time, not counted, adds a share for "
            "each second\n");
}
