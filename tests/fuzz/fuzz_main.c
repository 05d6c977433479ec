/* fuzz_main.c: runs a fuzzer where there is no libFuzzer: on files, and on simple mutations of them.
 *
 *     fuzz_NAME [--runs N] [--seed N] [--keep FILE] PATH...
 *
 * PATH: a file, or a folder with files. N mutations follow (0: none); the same seed makes the same ones. --keep: each
 * input is written to FILE before it is run, so that it is there after a crash. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define MOST_BYTES ((size_t)1 << 20)
#define ROOM 512u /* what mutations may add */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct file {
    uint8_t *data;
    size_t size;
} file;

typedef struct corpus {
    file *files;
    size_t count;
    size_t largest;
} corpus;

static _Noreturn void complain(const char *what, const char *path)
{
    fprintf(stderr, "fuzz: %s: %s\n", path, what);
    exit(2);
}

static void add_file(corpus *c, const char *path)
{
    FILE *stream = fopen(path, "rb");
    uint8_t *buffer = malloc(MOST_BYTES + 1);
    if (stream == NULL || buffer == NULL)
        complain("cannot be read", path);
    const size_t size = fread(buffer, 1, MOST_BYTES + 1, stream);
    if (ferror(stream) || size > MOST_BYTES)
        complain("cannot be read, or is too large", path);
    fclose(stream);
    file *files = realloc(c->files, (c->count + 1) * sizeof *files);
    if (files == NULL)
        complain("out of memory", path);
    c->files = files;
    c->files[c->count++] = (file){fuzz_copy(buffer, size), size};
    c->largest = size > c->largest ? size : c->largest;
    free(buffer);
}

static void add_path(corpus *c, const char *path)
{
    struct stat about;
    struct dirent **names;
    if (stat(path, &about) != 0)
        complain("is not there", path);
    if (!S_ISDIR(about.st_mode)) {
        add_file(c, path);
        return;
    }
    const int count = scandir(path, &names, NULL, alphasort);
    if (count < 0)
        complain("cannot be read", path);
    for (int i = 0; i < count; i++) {
        char child[4096];
        if (names[i]->d_name[0] != '.' && snprintf(child, sizeof child, "%s/%s", path, names[i]->d_name) > 0)
            add_path(c, child);
        free(names[i]);
    }
    free(names);
}

/* Mutations */

static size_t below(uint64_t *state, size_t limit)
{
    return limit == 0 ? 0 : fuzz_random(state) % limit;
}

static void put_number(uint8_t *data, size_t size, uint64_t *state)
{
    static const uint64_t numbers[] = {0,
                                       1,
                                       0x7f,
                                       0x80,
                                       0xff,
                                       0x7fff,
                                       0x8000,
                                       0xffff,
                                       1 << 20,
                                       0x7fffffff,
                                       0x80000000,
                                       0xffffffffu,
                                       (uint64_t)1 << 40,
                                       INT64_MAX,
                                       UINT64_MAX};
    const uint64_t value = numbers[below(state, COUNT(numbers))] + below(state, 3) - 1;
    const size_t width = (size_t)1 << below(state, 4);
    const bool big_endian = fuzz_random(state) % 2;
    if (width > size)
        return;
    uint8_t *place = data + below(state, size - width + 1);
    for (size_t i = 0; i < width; i++)
        place[i] = (uint8_t)(value >> 8 * (big_endian ? width - 1 - i : i));
}

/* A few bytes, now and then many. */
static size_t take_length(size_t most, uint64_t *state)
{
    const size_t limit = fuzz_random(state) % 8 == 0 ? most : 8;
    return 1 + below(state, limit < most ? limit : most);
}

static size_t erase(uint8_t *data, size_t size, uint64_t *state)
{
    const size_t at = below(state, size), most = size - at, count = take_length(most, state);
    memmove(data + at, data + at + count, most - count);
    return size - count;
}

/* Bytes of an input, this one or another, put between. data has room for them. */
static size_t insert(uint8_t *data, size_t size, size_t room, const file *from, uint64_t *state)
{
    const size_t at = below(state, size + 1), start = below(state, from->size), most = from->size - start;
    size_t count = take_length(most, state);
    count = count > room - size ? room - size : count;
    memmove(data + at + count, data + at, size - at);
    memcpy(data + at, from->data + start, count);
    return size + count;
}

static void overwrite(uint8_t *data, size_t size, const file *from, uint64_t *state)
{
    const size_t at = below(state, size), start = below(state, from->size);
    const size_t most = size - at < from->size - start ? size - at : from->size - start;
    memcpy(data + at, from->data + start, take_length(most, state));
}

static size_t mutate_once(uint8_t *data, size_t size, size_t room, const corpus *c, uint64_t *state)
{
    const file *from = &c->files[below(state, c->count)];
    const uint32_t kind = fuzz_random(state) % 9;
    if (from->size == 0)
        return size;
    if (size == 0 || kind == 0)
        return insert(data, size, room, from, state);
    uint8_t *byte = data + below(state, size);
    switch (kind) {
    case 1:
        return erase(data, size, state);
    case 2:
        return fuzz_random(state) % 8 == 0 ? below(state, size) : size;
    case 3:
        overwrite(data, size, from, state);
        break;
    case 4:
        put_number(data, size, state);
        break;
    case 5:
        *byte = (uint8_t)fuzz_random(state);
        break;
    case 6:
        *byte = (uint8_t)(*byte + below(state, 9) - 4);
        break;
    case 7:
        *byte = (uint8_t) "0123456789.-e:{}[]\"\n"[below(state, 20)];
        break;
    default:
        *byte ^= (uint8_t)(1u << below(state, 8));
        break;
    }
    return size;
}

/* Runs an exact copy. */
static void run(const uint8_t *data, size_t size, const char *keep)
{
    if (keep != NULL) {
        FILE *stream = fopen(keep, "wb");
        if (stream == NULL || fwrite(data, 1, size, stream) != size || fclose(stream) != 0)
            complain("cannot be written", keep);
    }
    uint8_t *copy = fuzz_copy(data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_mutations(const corpus *c, unsigned long runs, uint64_t seed, const char *keep)
{
    const size_t room = c->largest + ROOM;
    uint8_t *data = malloc(room);
    FUZZ_CHECK(data != NULL);
    for (unsigned long i = 0; i < runs; i++) {
        uint64_t state = (seed + i + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
        const file *start = &c->files[below(&state, c->count)];
        size_t size = start->size;
        memcpy(data, start->data, size);
        for (size_t steps = 1 + below(&state, 3); steps != 0; steps--)
            size = mutate_once(data, size, room, c, &state);
        run(data, size, keep);
    }
    free(data);
}

int main(int argc, char **argv)
{
    corpus c = {0};
    unsigned long runs = 0, seed = 1;
    const char *keep = NULL;
    for (int i = 1; i < argc; i++) {
        const bool has_value = i + 1 < argc;
        if (has_value && strcmp(argv[i], "--runs") == 0)
            runs = strtoul(argv[++i], NULL, 10);
        else if (has_value && strcmp(argv[i], "--seed") == 0)
            seed = strtoul(argv[++i], NULL, 10);
        else if (has_value && strcmp(argv[i], "--keep") == 0)
            keep = argv[++i];
        else
            add_path(&c, argv[i]);
    }
    if (c.count == 0)
        complain("no inputs", argv[0]);
    for (size_t i = 0; i < c.count; i++)
        run(c.files[i].data, c.files[i].size, keep);
    run_mutations(&c, runs, seed, keep);
    printf("%zu inputs and %lu mutations of them\n", c.count, runs);
    for (size_t i = 0; i < c.count; i++)
        free(c.files[i].data);
    free(c.files);
    return 0;
}
