/* layers.c: an index from weights to layers. */
#include "tools/bench/network/layers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/model_walk.h"
#include "runtime/signal/spectrum.h"

/* Makes room for one more item of a list; NULL when memory runs out, and the list is as it was. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    const size_t wanted = *room == 0 ? 64 : 2 * *room;
    void *grown = realloc(list, wanted * size);
    if (grown != NULL)
        *room = wanted;
    return grown;
}

/* The number of the layer of that name, which is added if it is new. False when memory runs out. */
static bool find_name(mbt_layer_index *index, const char *name, size_t *layer)
{
    for (*layer = 0; *layer < index->layers; ++*layer)
        if (strcmp(index->name[*layer], name) == 0)
            return true;
    const char **names = grow(index->name, index->layers, &index->name_room, sizeof *names);
    if (names == NULL)
        return false;
    index->name = names;
    index->name[index->layers++] = name;
    return true;
}

typedef struct builder {
    mbt_layer_index *index;
    bool complete;
} builder;

static void add(void *cookie, const char *name, const mbt_matrix *w)
{
    builder *b = cookie;
    mbt_layer_index *index = b->index;
    const unsigned char *begin = w->data;
    size_t layer = 0;
    mbt_layer_range *ranges = grow(index->range, index->count, &index->room, sizeof *ranges);
    if (ranges != NULL)
        index->range = ranges;
    b->complete = b->complete && ranges != NULL && find_name(index, name, &layer);
    if (b->complete)
        index->range[index->count++] = (mbt_layer_range){begin, begin + mbt_matrix_bytes(w), layer};
}

static int by_address(const void *left, const void *right)
{
    const uintptr_t a = (uintptr_t)((const mbt_layer_range *)left)->begin;
    const uintptr_t b = (uintptr_t)((const mbt_layer_range *)right)->begin;
    return (a > b) - (a < b);
}

bool mbt_layer_index_build(mbt_layer_index *index, const mbt_model *model)
{
    *index = (mbt_layer_index){.range = NULL};
    builder b = {index, true};
    mbt_model_visit_matrices(model, add, &b);
    if (!b.complete) {
        mbt_layer_index_release(index);
        return false;
    }
    qsort(index->range, index->count, sizeof *index->range, by_address);
    return true;
}

size_t mbt_layer_find(const mbt_layer_index *index, const void *weights)
{
    const uintptr_t wanted = (uintptr_t)weights;
    size_t below = 0, above = index->count; /* the last range that begins at or before wanted is in [below, above) */
    while (above - below > 1) {
        const size_t middle = below + (above - below) / 2;
        if ((uintptr_t)index->range[middle].begin <= wanted)
            below = middle;
        else
            above = middle;
    }
    if (index->count == 0 || wanted < (uintptr_t)index->range[below].begin ||
        wanted >= (uintptr_t)index->range[below].end)
        return index->layers;
    return index->range[below].layer;
}

const char *mbt_layer_name(const mbt_layer_index *index, size_t layer)
{
    return layer < index->layers ? index->name[layer] : "other products";
}

void mbt_layer_index_release(mbt_layer_index *index)
{
    free(index->range);
    free(index->name);
    *index = (mbt_layer_index){.range = NULL};
}

double mbt_plain_macs(const mbt_model *model, size_t samples)
{
    const double frames = (double)mbt_spectrum_frames(model, samples);
    return model->macs_per_second * (double)samples / model->sample_rate + model->macs_per_pair * frames * frames;
}
