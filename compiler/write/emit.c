/* emit.c: writes the generated C: first the arrays, then the structs that point to them, then the model. */
#include "compiler/write/emit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "compiler/write/c_text.h"

static void emit_part(const mbt_c_file *out, const mbt_part *part)
{
    const mbt_layer_type *type = part->place.module->type;
    fprintf(out->stream, "\nstatic const %s %s = {\n", type->c_type, part->place.name);
    type->write(out, part->layer);
    fputs("};\n", out->stream);
}

/* Writes the steps of one axis of a block. */
static void emit_steps(const mbt_c_file *out, const mbt_parts *parts, uint32_t block, unsigned axis, const char *name)
{
    fprintf(out->stream, "\nstatic const mbt_step block_%" PRIu32 "_%s_steps[] = {\n", block, name);
    for (uint32_t i = 0; i < parts->in_block; i++) {
        const mbt_part *part = mbt_parts_of_block(parts, block, i);
        if (part->place.module->axes & axis)
            fprintf(out->stream, "    {%s, &%s},\n", part->place.module->type->step_kind, part->place.name);
    }
    fputs("};\n", out->stream);
}

static void emit_blocks(const mbt_c_file *out, const mbt_network *network)
{
    const uint32_t blocks = network->config.num_tfmamba;
    for (uint32_t block = 0; block < blocks; block++) {
        emit_steps(out, &network->parts, block, MBT_ALONG_TIME, "time");
        emit_steps(out, &network->parts, block, MBT_ALONG_FREQUENCY, "frequency");
    }
    fprintf(out->stream, "\nstatic const mbt_block blocks[%" PRIu32 "] = {\n", blocks);
    for (uint32_t block = 0; block < blocks; block++)
        fprintf(out->stream,
                "    {.time = {%" PRIu32 ", block_%" PRIu32 "_time_steps}, .frequency = {%" PRIu32 ", block_%" PRIu32
                "_frequency_steps}},\n",
                network->blocks[block].time.count, block, network->blocks[block].frequency.count, block);
    fputs("};\n", out->stream);
}

/* Writes each line of the provenance, in a comment or as a part of a string. */
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

static void emit_model(const mbt_c_file *out, const mbt_network *network)
{
    const mbt_model *model = &network->model;
    FILE *file = out->stream;
    fprintf(file, "\nextern const mbt_model mbt_model_%s;\nconst mbt_model mbt_model_%s = {\n", model->name,
            model->name);
    fprintf(file,
            "    .abi = %" PRIu32 ",\n    .model_size = sizeof(mbt_model),\n    .name = \"%s\",\n    .provenance =\n",
            model->abi, model->name);
    emit_lines(model->provenance, "        \"", "\\n\"\n", file);
    fprintf(file, "        \"\",\n    .family = \"%s\",\n", model->family);
    fprintf(file, "    .sample_rate = %" PRIu32 ", .n_fft = %" PRIu32 ", .hop = %" PRIu32 ", .win = %" PRIu32 ",\n",
            model->sample_rate, model->n_fft, model->hop, model->win);
    mbt_c_number(out, "    ", "compress_factor", model->compress_factor);
    fprintf(file, "    .channels = %" PRIu32 ", .block_count = %" PRIu32 ",\n", model->channels, model->block_count);
    if (model->attention_frames != 0)
        fprintf(file, "    .attention_frames = %" PRIu32 ", .level_frames = %" PRIu32 ",\n", model->attention_frames,
                model->level_frames);
    fprintf(file, "    .parameters = UINT64_C(%" PRIu64 "), .weight_bytes = UINT64_C(%" PRIu64 "),\n",
            model->parameters, model->weight_bytes);
    fprintf(file, "    .macs_per_second = %.17g, .macs_per_pair = %.17g,\n", model->macs_per_second,
            model->macs_per_pair);
    fprintf(file,
            "    .encoder = &%s,\n    .blocks = blocks,\n    .mask_decoder = &%s,\n    .phase_decoder = &%s,\n};\n",
            mbt_parts_encoder(&network->parts)->place.name, mbt_parts_mask_decoder(&network->parts)->place.name,
            mbt_parts_phase_decoder(&network->parts)->place.name);
    fputs("\n/* By this name the command finds the model of a shared object. */\n#if defined(__GNUC__)\n"
          "extern const mbt_model *const mbt_model_plugin;\n",
          file);
    fprintf(file, "MBT_WEAK const mbt_model *const mbt_model_plugin = &mbt_model_%s;\n#endif\n", model->name);
}

bool mbt_emit(const mbt_network *network, FILE *file, mbt_error *error)
{
    const mbt_c_file out = {file, &network->arrays};
    errno = 0;
    emit_head(network, file);
    for (size_t i = 0; i < network->arrays.count; i++)
        mbt_c_array(&out, &network->arrays.list[i]);
    for (size_t i = 0; i < network->parts.count; i++)
        emit_part(&out, &network->parts.list[i]);
    emit_blocks(&out, network);
    emit_model(&out, network);
    if (fflush(file) != 0 || ferror(file) != 0)
        return mbt_fail(error, "cannot write: %s", errno != 0 ? strerror(errno) : "unknown error");
    return true;
}
