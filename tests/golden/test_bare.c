/* test_bare.c: the bits of a case, on a system that has nothing but a C library.
 *
 *     test_bare CASE PRECISION    with the portable kernels; the hash must be that of hashes.txt
 *     test_bare self_test         what mbt_self_test says */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mambattention/mambattention.h"
#include "compiler/sha256.h"
#include "tests/golden/golden.h"
#include "tests/golden/golden_models.h"

static mbt_status enhance(const mbt_golden *golden, const mbt_model *model, float *out)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = golden->samples;
    options.isa = MBT_ISA_SCALAR;
    options.threads = 2;
    mbt_enhancer *enhancer = NULL;
    mbt_status status = mbt_open(model, &options, &enhancer);
    if (status == MBT_OK)
        status = mbt_enhance(enhancer, golden->input, out, golden->samples);
    mbt_close(enhancer);
    return status;
}

/* Hashes float32 in little-endian order, whatever this machine's is. Takes the place of the numbers. */
static void hash_numbers(float *numbers, size_t count, char hash[MBT_SHA256_TEXT])
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        const unsigned char bytes[] = {(unsigned char)bits, (unsigned char)(bits >> 8), (unsigned char)(bits >> 16),
                                       (unsigned char)(bits >> 24)};
        memcpy(&numbers[i], bytes, sizeof bytes);
    }
    mbt_sha256(numbers, count * sizeof *numbers, hash);
}

/* Whether the case, in this precision, becomes the hash that is wanted. Says what it became. */
static bool has_hash(const mbt_golden *golden, const char *precision, const char *wanted)
{
    const mbt_model *model = mbt_golden_model(golden->model, precision);
    float *out = malloc(golden->samples * sizeof *out);
    bool good = false;
    if (model != NULL && out != NULL) {
        char found[MBT_SHA256_TEXT];
        const mbt_status status = enhance(golden, model, out);
        hash_numbers(out, golden->samples, found);
        good = status == MBT_OK && strcmp(found, wanted) == 0;
        printf("%s, sha256 %s, wanted %s\n", mbt_status_string(status), found, wanted);
    }
    free(out);
    return good;
}

static bool check_case(const char *name, const char *precision)
{
    char wanted[MBT_SHA256_TEXT];
    mbt_golden golden;
    if (!mbt_golden_hash(name, precision, wanted) || !mbt_golden_load(name, &golden))
        return false;
    const bool good = has_hash(&golden, precision, wanted);
    mbt_golden_free(&golden);
    return good;
}

static bool check_self_test(void)
{
    const mbt_status status = mbt_self_test(NULL);
    printf("mbt_self_test: %s\n", mbt_status_string(status));
    return status == MBT_OK;
}

int main(int argc, char **argv)
{
    bool good = false;
    if (argc == 2 && strcmp(argv[1], "self_test") == 0)
        good = check_self_test();
    else if (argc == 3)
        good = check_case(argv[1], argv[2]);
    else
        fprintf(stderr, "usage: test_bare CASE PRECISION | test_bare self_test\n");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
