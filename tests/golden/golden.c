/* golden.c: reads the cases that tools/dev/make-golden wrote. All files are little-endian. */
#include "tests/golden/golden.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define MAX_COUNT ((size_t)1 << 24) /* far above any tensor here: a wrong index is not taken for a large one */

static FILE *open_file(const char *folder, const char *name, const char *suffix)
{
    char path[PATH_SIZE];
    const int length = snprintf(path, sizeof path, "%s/golden/%s/%s%s", MBT_TEST_DATA, folder, name, suffix);
    if (length < 0 || (size_t)length >= sizeof path) {
        fprintf(stderr, "%s: path too long\n", name);
        return NULL;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fprintf(stderr, "%s: cannot be opened\n", path);
    return file;
}

/* The whole file, which must have exactly size bytes. */
static unsigned char *read_bytes(const char *folder, const char *name, const char *suffix, size_t size)
{
    FILE *file = open_file(folder, name, suffix);
    unsigned char *bytes = file != NULL ? malloc(size + 1) : NULL;
    const bool fits = bytes != NULL && fread(bytes, 1, size + 1, file) == size;
    if (file != NULL)
        fclose(file);
    if (!fits) {
        fprintf(stderr, "%s/%s%s: not a file of %zu bytes\n", folder, name, suffix, size);
        free(bytes);
        return NULL;
    }
    return bytes;
}

static float *read_s16(const char *folder, size_t count)
{
    unsigned char *bytes = read_bytes(folder, "input", ".s16", 2 * count);
    float *samples = bytes != NULL ? malloc(count * sizeof *samples) : NULL;
    for (size_t i = 0; samples != NULL && i < count; i++) {
        const int value = bytes[2 * i] | bytes[2 * i + 1] << 8;
        samples[i] = (float)(value < 32768 ? value : value - 65536) / 32768.0f;
    }
    free(bytes);
    return samples;
}

static float *read_f32(const char *folder, const char *name, size_t count)
{
    unsigned char *bytes = read_bytes(folder, name, ".f32", 4 * count);
    float *numbers = bytes != NULL ? malloc(count * sizeof *numbers) : NULL;
    for (size_t i = 0; numbers != NULL && i < count; i++) {
        const unsigned char *b = bytes + 4 * i;
        const uint32_t bits = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(&numbers[i], &bits, sizeof bits);
    }
    free(bytes);
    return numbers;
}

/* One line of case.txt. */
static bool read_line(const char *folder, const char *line, mbt_golden *golden)
{
    if (sscanf(line, "model %15s", golden->model) == 1)
        return true;
    if (sscanf(line, "samples %zu", &golden->samples) == 1 && golden->samples > 0 && golden->samples <= MAX_COUNT) {
        golden->input = golden->input == NULL ? read_s16(folder, golden->samples) : NULL;
        return golden->input != NULL;
    }
    mbt_golden_tensor tensor = {.name = ""};
    if (golden->tensor_count == MBT_GOLDEN_TENSORS ||
        sscanf(line, "tensor %31s %zu %zu", tensor.name, &tensor.count, &tensor.stride) != 3 || tensor.count == 0 ||
        tensor.count > MAX_COUNT || tensor.stride == 0) {
        fprintf(stderr, "%s/case.txt: cannot read line: %s", folder, line);
        return false;
    }
    tensor.kept = (tensor.count + tensor.stride - 1) / tensor.stride;
    tensor.data = read_f32(folder, tensor.name, tensor.kept);
    if (tensor.data == NULL)
        return false;
    golden->tensors[golden->tensor_count++] = tensor;
    return true;
}

bool mbt_golden_load(const char *name, mbt_golden *golden)
{
    memset(golden, 0, sizeof *golden);
    FILE *file = open_file(name, "case", ".txt");
    bool good = file != NULL;
    char line[256];
    while (good && fgets(line, sizeof line, file) != NULL)
        good = read_line(name, line, golden);
    if (file != NULL)
        fclose(file);
    good = good && golden->input != NULL && mbt_golden_find(golden, "output") != NULL;
    if (!good) {
        fprintf(stderr, "%s: not a complete case\n", name);
        mbt_golden_free(golden);
    }
    return good;
}

const mbt_golden_tensor *mbt_golden_find(const mbt_golden *golden, const char *name)
{
    for (size_t i = 0; i < golden->tensor_count; i++)
        if (strcmp(golden->tensors[i].name, name) == 0)
            return &golden->tensors[i];
    return NULL;
}

void mbt_golden_free(mbt_golden *golden)
{
    for (size_t i = 0; i < golden->tensor_count; i++)
        free(golden->tensors[i].data);
    free(golden->input);
    memset(golden, 0, sizeof *golden);
}

/* Whether the file has a hash for the case, by its name in the file. */
static bool find_hash(const char *file_name, const char *wanted, char hash[65])
{
    FILE *file = open_file(".", file_name, ".txt");
    bool found = false;
    char line[256], named[64];
    int sleef = -1;
    while (!found && file != NULL && fgets(line, sizeof line, file) != NULL) {
        found = line[0] != '#' && sscanf(line, "%d %63s %64s", &sleef, named, hash) == 3 && sleef == MBT_SLEEF &&
                strcmp(named, wanted) == 0;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

bool mbt_golden_hash(const char *name, const char *precision, char hash[65])
{
    char wanted[64];
    const bool plain = strcmp(precision, "f32") == 0;
    snprintf(wanted, sizeof wanted, "%s%s%s", name, plain ? "" : "-", plain ? "" : precision);
    return find_hash("hashes", wanted, hash) || find_hash("relatives", wanted, hash) ||
           find_hash("causal", wanted, hash);
}
