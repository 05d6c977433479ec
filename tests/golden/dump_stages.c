/* dump_stages.c: runs a model on a file and writes the tensors between its parts. tools/dev/verify-reference and
 * tools/dev/make-golden use it. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/golden/golden_models.h"
#include "mambattention/mambattention.h"
#include "runtime/stages.h"

#define PATH_SIZE 4096
#define NAME_SIZE 24
#define MAX_FILES 144u /* two for each block of a network, 64 at most, and the other stages */
#define MAX_SAMPLES ((size_t)1 << 24)

/* A file that tensors of one name are written to, one after the other: a causal network has one for each frame. */
typedef struct tensor_file {
    char name[NAME_SIZE];
    FILE *file;
} tensor_file;

/* Where the tensors go, and whether all of them got there. */
typedef struct destination {
    const char *folder;
    tensor_file files[MAX_FILES];
    size_t count;
    bool good;
} destination;

/* The file of that name, empty if it is a new one. NULL if it cannot be opened. */
static FILE *find_file(destination *to, const char *name)
{
    char path[PATH_SIZE];
    for (size_t i = 0; i < to->count; i++)
        if (strcmp(to->files[i].name, name) == 0)
            return to->files[i].file;
    const int length = snprintf(path, sizeof path, "%s/%s.f32", to->folder, name);
    if (to->count == MAX_FILES || length < 0 || (size_t)length >= sizeof path)
        return NULL;
    tensor_file *new = &to->files[to->count];
    snprintf(new->name, sizeof new->name, "%s", name);
    new->file = fopen(path, "wb");
    to->count += new->file != NULL;
    return new->file;
}

static void write_tensor(void *cookie, const char *stage, unsigned index, const float *data, size_t count)
{
    destination *to = cookie;
    char name[NAME_SIZE];
    if (strcmp(stage, "block") == 0 || strcmp(stage, "time") == 0)
        snprintf(name, sizeof name, "%s%u", stage, index);
    else
        snprintf(name, sizeof name, "%s", stage);
    FILE *file = find_file(to, name);
    to->good = to->good && file != NULL && fwrite(data, sizeof *data, count, file) == count;
}

static void close_files(destination *to)
{
    for (size_t i = 0; i < to->count; i++)
        to->good = fclose(to->files[i].file) == 0 && to->good;
}

/* A name without a slash is a model linked in, in f32 unless it ends in -f16; another is a shared object made of the C
 * that mambac wrote. */
static const mbt_model *find_model(const char *name)
{
    if (strchr(name, '/') == NULL) {
        char first[16];
        const char *dash = strchr(name, '-');
        snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "-"), name);
        return mbt_golden_model(first, dash != NULL ? dash + 1 : "f32");
    }
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    const mbt_model *const *plugin = library != NULL ? dlsym(library, "mbt_model_plugin") : NULL;
    return plugin != NULL ? *plugin : NULL;
}

/* 16-bit samples in this machine's byte order, as floats. */
static float *read_samples(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    int16_t *pcm = file != NULL ? malloc(MAX_SAMPLES * sizeof *pcm) : NULL;
    *count = pcm != NULL ? fread(pcm, sizeof *pcm, MAX_SAMPLES, file) : 0;
    float *samples = *count > 0 ? malloc(*count * sizeof *samples) : NULL;
    if (samples != NULL)
        mbt_from_s16(pcm, samples, *count);
    free(pcm);
    if (file != NULL)
        fclose(file);
    return samples;
}

static bool run(const mbt_model *model, const mbt_options *options, float *samples, const char *folder)
{
    destination to = {.folder = folder, .good = true};
    mbt_enhancer *enhancer = NULL;
    mbt_status status = mbt_open(model, options, &enhancer);
    if (status == MBT_OK) {
        mbt_enhancer_set_stage_hook(enhancer, write_tensor, &to);
        status = mbt_enhance(enhancer, samples, samples, options->max_samples);
        mbt_close(enhancer);
    }
    if (status == MBT_OK)
        write_tensor(&to, "output", 0, samples, options->max_samples);
    else
        fprintf(stderr, "%s\n", mbt_status_string(status));
    close_files(&to);
    if (status == MBT_OK && !to.good)
        fprintf(stderr, "%s: a tensor could not be written\n", folder);
    return status == MBT_OK && to.good;
}

int main(int argc, char **argv)
{
    mbt_options options;
    mbt_options_init(&options);
    options.threads = 1;
    if (argc < 4 || argc > 5 || (argc == 5 && mbt_isa_from_name(argv[4], &options.isa) != MBT_OK)) {
        fprintf(
            stderr,
            "usage: %s MODEL INPUT.s16 FOLDER [ISA]\nMODEL: tiny, live or small, also with -f16 or -int8, or PATH.so\n",
            argv[0]);
        return 2;
    }
    const mbt_model *model = find_model(argv[1]);
    float *samples = read_samples(argv[2], &options.max_samples);
    options.window = options.max_samples; /* whole, as the reference does it */
    bool good = model != NULL && samples != NULL;
    if (!good)
        fprintf(stderr, "%s: cannot be read\n", model == NULL ? argv[1] : argv[2]);
    good = good && run(model, &options, samples, argv[3]);
    free(samples);
    return good ? 0 : 1;
}
