/* emit.c: the generated C: arrays first, then the structs that point to them, then the model. */
#include "compiler/emit.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/precision.h"

#define LINE_WIDTH 118u
#define INDENT 4u

/* "0.5" to ".5", "-0.5" to "-.5", "1e-07" to "1e-7": fewer bytes in the repository for the same number. */
static size_t shorten(char *text)
{
    char *digits = text + (text[0] == '-');
    if (digits[0] == '0' && digits[1] == '.')
        memmove(digits, digits + 1, strlen(digits));
    char *exponent = strchr(text, 'e');
    if (exponent != NULL) {
        char *from = exponent + 2; /* after the sign, which printf always writes */
        while (from[0] == '0' && from[1] != '\0')
            from++;
        char *to = exponent + (exponent[1] == '-' ? 2 : 1);
        memmove(to, from, strlen(from) + 1);
    }
    return strlen(text);
}

/* Nine digits tell all floats apart; often fewer do. An integer constant is exact, but has no negative zero. */
size_t mbt_emit_float(float value, char text[MBT_FLOAT_TEXT])
{
    if (value == 0)
        return (size_t)snprintf(text, MBT_FLOAT_TEXT, "%s", signbit(value) ? "-0.f" : "0");
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, MBT_FLOAT_TEXT, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    size_t length = shorten(text);
    if (strpbrk(text, ".e") != NULL) {
        text[length++] = 'f';
        text[length] = '\0';
    }
    return length;
}

/* Zeros at the end need not be written: +0 of any type has no bit set. */
static size_t count_without_zeros(const mbt_array *array)
{
    const size_t size = mbt_precision_size(array->type);
    const unsigned char *bytes = array->data;
    size_t used = array->count * size;
    while (used > 1 && bytes[used - 1] == 0)
        used--;
    return (used + size - 1) / size;
}

/* What the arrays' types are called in C. */
static const char *const c_type[] = {
    [MBT_WEIGHT_F32] = "float", [MBT_WEIGHT_F16] = "uint16_t", [MBT_WEIGHT_I8] = "int8_t"};

/* A number of an array: binary16 by its bits. */
static size_t emit_element(const mbt_array *array, size_t at, char text[MBT_FLOAT_TEXT])
{
    if (array->type == MBT_WEIGHT_F16)
        return (size_t)snprintf(text, MBT_FLOAT_TEXT, "%u", (unsigned)((const uint16_t *)array->data)[at]);
    if (array->type == MBT_WEIGHT_I8)
        return (size_t)snprintf(text, MBT_FLOAT_TEXT, "%d", ((const int8_t *)array->data)[at]);
    return mbt_emit_float(((const float *)array->data)[at], text);
}

static void emit_array(const mbt_array *array, FILE *file)
{
    const size_t count = count_without_zeros(array);
    size_t column = LINE_WIDTH;
    fprintf(file, "\nstatic const MBT_ALIGN %s %s[%zu] = {", c_type[array->type], array->name, array->count);
    for (size_t i = 0; i < count; i++) {
        char text[MBT_FLOAT_TEXT];
        const size_t length = emit_element(array, i, text);
        if (column + length + 1 > LINE_WIDTH) {
            fputs("\n    ", file);
            column = INDENT;
        }
        fputs(text, file);
        fputc(',', file);
        column += length + 1;
    }
    fputs("\n};\n", file);
}

static const char *name_of(const mbt_network *network, const void *data)
{
    const mbt_array *array = mbt_network_find(network, data);
    return array != NULL ? array->name : "0";
}

/* The types by their names in model.h. */
static const char *const type_name[] = {
    [MBT_WEIGHT_F32] = "MBT_WEIGHT_F32", [MBT_WEIGHT_F16] = "MBT_WEIGHT_F16", [MBT_WEIGHT_I8] = "MBT_WEIGHT_I8"};

static void emit_matrix(const mbt_network *network, const char *indent, const char *field, const mbt_matrix *matrix,
                        FILE *file)
{
    fprintf(file, "%s.%s = {%s, %" PRIu32 ", %" PRIu32 ", %" PRIu32 ",\n%s    ", indent, field, type_name[matrix->type],
            matrix->taps, matrix->k, matrix->n, indent);
    fprintf(file, "%s, %s, %s},\n", name_of(network, matrix->data), name_of(network, matrix->scale),
            name_of(network, matrix->bias));
}

static void emit_pointer(const mbt_network *network, const char *indent, const char *field, const void *data,
                         FILE *file)
{
    fprintf(file, "%s.%s = %s,\n", indent, field, name_of(network, data));
}

static void emit_number(const char *field, float value, FILE *file)
{
    char text[MBT_FLOAT_TEXT];
    mbt_emit_float(value, text);
    fprintf(file, "    .%s = %s,\n", field, text);
}

static void emit_unit(const mbt_network *network, const char *indent, const mbt_unit *unit, FILE *file)
{
    fprintf(file, "%s.form = %s,\n", indent, unit->form == MBT_FORM_WINOGRAD ? "MBT_FORM_WINOGRAD" : "MBT_FORM_DIRECT");
    emit_matrix(network, indent, "conv", &unit->conv, file);
    emit_pointer(network, indent, "gain", unit->gain, file);
    emit_pointer(network, indent, "offset", unit->offset, file);
    emit_pointer(network, indent, "slope", unit->slope, file);
}

static void emit_dense_block(const mbt_network *network, const mbt_dense_block *block, FILE *file)
{
    fputs("    .dense_block = {.unit = {\n", file);
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        fputs("        {\n", file);
        emit_unit(network, "            ", &block->unit[i], file);
        fputs("        },\n", file);
    }
    fputs("    }},\n", file);
}

static void emit_encoder(const mbt_network *network, FILE *file)
{
    const mbt_encoder *encoder = &network->encoder;
    fputs("\nstatic const mbt_encoder encoder = {\n    .dense_conv_1 = {\n", file);
    emit_unit(network, "        ", &encoder->dense_conv_1, file);
    fputs("    },\n", file);
    emit_dense_block(network, &encoder->dense_block, file);
    fputs("    .dense_conv_2 = {\n", file);
    emit_unit(network, "        ", &encoder->dense_conv_2, file);
    fputs("    },\n};\n", file);
}

static void emit_attention(const mbt_network *network, uint32_t block, FILE *file)
{
    const mbt_attention *attention = &network->layers[block].attention;
    fprintf(file, "\nstatic const mbt_attention block_%" PRIu32 "_attention = {\n    .heads = %" PRIu32 ",\n", block,
            attention->heads);
    emit_number("norm_eps", attention->norm_eps, file);
    emit_matrix(network, "    ", "in_proj", &attention->in_proj, file);
    emit_matrix(network, "    ", "out_proj", &attention->out_proj, file);
    fputs("};\n", file);
}

static void emit_mamba(const mbt_network *network, uint32_t block, const char *name, const mbt_mamba *mamba, FILE *file)
{
    fprintf(file, "\nstatic const mbt_mamba block_%" PRIu32 "_%s = {\n", block, name);
    fprintf(file,
            "    .d_inner = %" PRIu32 ", .d_state = %" PRIu32 ", .d_conv = %" PRIu32 ", .dt_rank = %" PRIu32 ",\n",
            mamba->d_inner, mamba->d_state, mamba->d_conv, mamba->dt_rank);
    emit_number("norm_eps", mamba->norm_eps, file);
    fprintf(file, "    .constants = %s,\n", type_name[mamba->constants]);
    emit_matrix(network, "    ", "in_proj", &mamba->in_proj, file);
    emit_pointer(network, "    ", "conv_weight", mamba->conv_weight, file);
    emit_pointer(network, "    ", "conv_bias", mamba->conv_bias, file);
    emit_matrix(network, "    ", "x_proj", &mamba->x_proj, file);
    emit_matrix(network, "    ", "dt_proj", &mamba->dt_proj, file);
    emit_pointer(network, "    ", "a", mamba->a, file);
    emit_pointer(network, "    ", "d", mamba->d, file);
    emit_matrix(network, "    ", "out_proj", &mamba->out_proj, file);
    fputs("};\n", file);
}

static void emit_axis(const mbt_network *network, uint32_t block, const char *name, const mbt_axis *axis, FILE *file)
{
    fprintf(file, "        .%s = {\n            .attention_place = MBT_ATTENTION_BEFORE,\n", name);
    fprintf(file, "            .attention = &block_%" PRIu32 "_attention,\n", block);
    fprintf(file, "            .forward = {MBT_SEQUENCE_MAMBA, &block_%" PRIu32 "_%s_forward},\n", block, name);
    fprintf(file, "            .backward = {MBT_SEQUENCE_MAMBA, &block_%" PRIu32 "_%s_backward},\n", block, name);
    emit_matrix(network, "            ", "linear", &axis->linear, file);
    fputs("        },\n", file);
}

static void emit_blocks(const mbt_network *network, FILE *file)
{
    const uint32_t blocks = network->config.num_tfmamba;
    for (uint32_t block = 0; block < blocks; block++) {
        const mbt_block_layers *layers = &network->layers[block];
        emit_attention(network, block, file);
        emit_mamba(network, block, "time_forward", &layers->time_forward, file);
        emit_mamba(network, block, "time_backward", &layers->time_backward, file);
        emit_mamba(network, block, "frequency_forward", &layers->frequency_forward, file);
        emit_mamba(network, block, "frequency_backward", &layers->frequency_backward, file);
    }
    fprintf(file, "\nstatic const mbt_block blocks[%" PRIu32 "] = {\n", blocks);
    for (uint32_t block = 0; block < blocks; block++) {
        fputs("    {\n", file);
        emit_axis(network, block, "time", &network->blocks[block].time, file);
        emit_axis(network, block, "frequency", &network->blocks[block].frequency, file);
        fputs("    },\n", file);
    }
    fputs("};\n", file);
}

static void emit_mask_decoder(const mbt_network *network, FILE *file)
{
    const mbt_mask_decoder *mask = &network->mask_decoder;
    fputs("\nstatic const mbt_mask_decoder mask_decoder = {\n", file);
    emit_dense_block(network, &mask->dense_block, file);
    emit_matrix(network, "    ", "even", &mask->even, file);
    emit_matrix(network, "    ", "odd", &mask->odd, file);
    emit_number("gain", mask->gain, file);
    emit_number("offset", mask->offset, file);
    emit_number("prelu", mask->prelu, file);
    emit_number("out_scale", mask->out_scale, file);
    emit_number("out_bias", mask->out_bias, file);
    emit_number("beta", mask->beta, file);
    emit_pointer(network, "    ", "slope", mask->slope, file);
    fputs("};\n", file);
}

static void emit_phase_decoder(const mbt_network *network, FILE *file)
{
    const mbt_phase_decoder *phase = &network->phase_decoder;
    fputs("\nstatic const mbt_phase_decoder phase_decoder = {\n", file);
    emit_dense_block(network, &phase->dense_block, file);
    emit_matrix(network, "    ", "even", &phase->even, file);
    emit_matrix(network, "    ", "odd", &phase->odd, file);
    emit_pointer(network, "    ", "gain", phase->gain, file);
    emit_pointer(network, "    ", "offset", phase->offset, file);
    emit_pointer(network, "    ", "slope", phase->slope, file);
    emit_matrix(network, "    ", "out", &phase->out, file);
    fputs("};\n", file);
}

/* One line of the provenance after another: as comment, or as a string. */
static void emit_lines(const char *text, const char *before, const char *after, FILE *file)
{
    while (*text != '\0') {
        const int length = (int)strcspn(text, "\n");
        fprintf(file, "%s%.*s%s", before, length, text, after);
        text += length;
        text += *text == '\n';
    }
}

static void emit_head(const mbt_network *network, FILE *file)
{
    fputs("/* Generated; do not edit.\n", file);
    emit_lines(network->provenance, " *     ", "\n", file);
    fputs(" */\n#include \"mambattention/model.h\"\n\n", file);
    fprintf(file, "#if MBT_MODEL_ABI != %u\n#error \"made for another version of model.h: run mambac again\"\n#endif\n",
            (unsigned)MBT_MODEL_ABI);
}

static void emit_model(const mbt_network *network, FILE *file)
{
    const mbt_model *model = &network->model;
    fprintf(file, "\nextern const mbt_model mbt_model_%s;\nconst mbt_model mbt_model_%s = {\n", model->name,
            model->name);
    fprintf(file,
            "    .abi = %" PRIu32 ",\n    .model_size = sizeof(mbt_model),\n    .name = \"%s\",\n    .provenance =\n",
            model->abi, model->name);
    emit_lines(model->provenance, "        \"", "\\n\"\n", file);
    fputs("        \"\",\n", file);
    fprintf(file, "    .sample_rate = %" PRIu32 ", .n_fft = %" PRIu32 ", .hop = %" PRIu32 ", .win = %" PRIu32 ",\n",
            model->sample_rate, model->n_fft, model->hop, model->win);
    emit_number("compress_factor", model->compress_factor, file);
    fprintf(file, "    .channels = %" PRIu32 ", .block_count = %" PRIu32 ",\n", model->channels, model->block_count);
    fprintf(file, "    .parameters = UINT64_C(%" PRIu64 "), .weight_bytes = UINT64_C(%" PRIu64 "),\n",
            model->parameters, model->weight_bytes);
    fprintf(file, "    .macs_per_second = %.17g,\n", model->macs_per_second);
    fputs("    .encoder = &encoder,\n    .blocks = blocks,\n    .mask_decoder = &mask_decoder,\n"
          "    .phase_decoder = &phase_decoder,\n};\n",
          file);
    fputs("\n/* By this name the command finds the model of a shared object. */\n#if defined(__GNUC__)\n"
          "extern const mbt_model *const mbt_model_plugin;\n",
          file);
    fprintf(file, "MBT_WEAK const mbt_model *const mbt_model_plugin = &mbt_model_%s;\n#endif\n", model->name);
}

bool mbt_emit(const mbt_network *network, FILE *file, mbt_error *error)
{
    errno = 0;
    emit_head(network, file);
    for (size_t i = 0; i < network->array_count; i++)
        emit_array(&network->arrays[i], file);
    emit_encoder(network, file);
    emit_blocks(network, file);
    emit_mask_decoder(network, file);
    emit_phase_decoder(network, file);
    emit_model(network, file);
    if (fflush(file) != 0 || ferror(file) != 0)
        return mbt_fail(error, "cannot write: %s", errno != 0 ? strerror(errno) : "unknown error");
    return true;
}
