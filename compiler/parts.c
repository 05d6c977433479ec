/* parts.c: makes the list of a network's parts, and prints the table of them. */
#include "compiler/parts.h"

#include <inttypes.h>
#include <stdlib.h>

static uint32_t count_modules(const mbt_family *family)
{
    uint32_t count = 0;
    while (family->in_block[count] != NULL)
        count++;
    return count;
}

/* Fills a part outside of the blocks. */
static void fill_part(mbt_part *part, const mbt_config *config, const mbt_family *family, const mbt_module *module)
{
    part->place.config = config;
    part->place.causal = family->causal;
    part->place.module = module;
    snprintf(part->place.tensors, sizeof part->place.tensors, "%s", module->tensors);
    snprintf(part->place.name, sizeof part->place.name, "%s", module->name);
    snprintf(part->label, sizeof part->label, "%s", module->label);
}

static void fill_part_of_block(mbt_part *part, const mbt_config *config, const mbt_family *family, uint32_t block,
                               const mbt_module *module)
{
    mbt_place *place = &part->place;
    place->config = config;
    place->causal = family->causal;
    place->module = module;
    snprintf(place->tensors, sizeof place->tensors, "%s.%" PRIu32 ".%s", family->blocks, block, module->tensors);
    if (module->joining != NULL)
        snprintf(place->joining, sizeof place->joining, "%s.%" PRIu32 ".%s", family->blocks, block, module->joining);
    snprintf(place->name, sizeof place->name, "block_%" PRIu32 "_%s", block, module->name);
    snprintf(part->label, sizeof part->label, "block %" PRIu32 " %s", block, module->label);
}

bool mbt_parts_init(mbt_parts *parts, const mbt_family *family, const mbt_config *config, mbt_error *error)
{
    const uint32_t blocks = config->num_tfmamba, in_block = count_modules(family);
    *parts = (mbt_parts){.family = family, .in_block = in_block, .count = 3 + (size_t)blocks * in_block};
    parts->list = calloc(parts->count, sizeof *parts->list);
    bool done = parts->list != NULL;
    if (done) {
        fill_part(mbt_parts_encoder(parts), config, family, family->encoder);
        fill_part(mbt_parts_mask_decoder(parts), config, family, family->mask_decoder);
        fill_part(mbt_parts_phase_decoder(parts), config, family, family->phase_decoder);
        for (uint32_t block = 0; block < blocks; block++)
            for (uint32_t i = 0; i < in_block; i++)
                fill_part_of_block(mbt_parts_of_block(parts, block, i), config, family, block, family->in_block[i]);
    }
    for (size_t i = 0; done && i < parts->count; i++) {
        mbt_part *part = &parts->list[i];
        part->raw = calloc(1, part->place.module->type->raw_size);
        part->layer = calloc(1, part->place.module->type->size);
        done = part->raw != NULL && part->layer != NULL;
    }
    if (!done) {
        mbt_parts_free(parts);
        return mbt_fail(error, "out of memory for %lu blocks", (unsigned long)blocks);
    }
    return true;
}

void mbt_parts_free(mbt_parts *parts)
{
    for (size_t i = 0; parts->list != NULL && i < parts->count; i++) {
        free(parts->list[i].raw);
        free(parts->list[i].layer);
    }
    free(parts->list);
    *parts = (mbt_parts){.family = NULL};
}

mbt_part *mbt_parts_of_block(const mbt_parts *parts, uint32_t block, uint32_t which)
{
    return &parts->list[1 + (size_t)block * parts->in_block + which];
}

bool mbt_part_walk_tensors(const mbt_part *part, mbt_slot_visitor *visitor, void *cookie, mbt_error *error)
{
    const mbt_walk walk = {.config = part->place.config, .visitor = visitor, .cookie = cookie, .error = error};
    return part->place.module->type->walk_tensors(&walk, &part->place, part->raw);
}

bool mbt_parts_walk_tensors(const mbt_parts *parts, mbt_slot_visitor *visitor, void *cookie, mbt_error *error)
{
    for (size_t i = 0; i < parts->count; i++)
        if (!mbt_part_walk_tensors(&parts->list[i], visitor, cookie, error))
            return false;
    return true;
}

/* Counts the names. Also writes them to list, unless it is NULL. */
static size_t list_names(const mbt_parts *parts, char (*list)[MBT_LAYER_NAME])
{
    size_t count = 0;
    for (size_t i = 0; i < parts->count; i++) {
        const mbt_place *place = &parts->list[i].place;
        for (const char *const *name = place->module->type->layer_names; *name != NULL; name++, count++)
            if (list != NULL)
                snprintf(list[count], sizeof list[count], "%s_%s", place->name, *name);
    }
    return count;
}

bool mbt_parts_layer_names(const mbt_parts *parts, mbt_layer_names *names, mbt_error *error)
{
    *names = (mbt_layer_names){.count = list_names(parts, NULL)};
    names->list = calloc(names->count, sizeof *names->list);
    if (names->list == NULL)
        return mbt_fail(error, "out of memory for the names of %zu layers", names->count);
    list_names(parts, names->list);
    return true;
}

void mbt_layer_names_free(mbt_layer_names *names)
{
    free(names->list);
    *names = (mbt_layer_names){.list = NULL};
}

mbt_cost mbt_part_cost(const mbt_part *part)
{
    return part->place.module->type->cost(&part->place);
}

static void print_line(FILE *file, const char *name, uint64_t parameters, uint64_t bytes, double macs)
{
    fprintf(file, "%-28s %12" PRIu64 " %12" PRIu64 " %12.1f\n", name, parameters, bytes, macs / 1e6);
}

void mbt_parts_print(FILE *file, const mbt_parts *parts)
{
    uint64_t parameters = 0, bytes = 0;
    mbt_cost all = {0};
    fprintf(file, "%-28s %12s %12s %12s\n", "part", "parameters", "bytes", "MMAC/s");
    for (size_t i = 0; i < parts->count; i++) {
        const mbt_part *part = &parts->list[i];
        const mbt_cost cost = mbt_part_cost(part);
        print_line(file, part->label, part->parameters, part->bytes, cost.per_second);
        parameters += part->parameters;
        bytes += part->bytes;
        all.per_second += cost.per_second;
        all.per_pair += cost.per_pair;
    }
    print_line(file, "total", parameters, bytes, all.per_second);
    fprintf(file, "MMAC/s: million multiply-adds for a second of audio%s\n",
            all.per_pair > 0 ? ", without attention along time, whose cost for a second grows with the length" : "");
}
