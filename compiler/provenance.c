/* provenance.c: program, command, hashes: the same for the same input, wherever it lies. */
#include "provenance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mambattention/mambattention.h"
#include "sha256.h"

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

#define BASE_NAME 256

const char mbt_mambac_version[] = "mambac " VERSION_TEXT(MBT_VERSION_MAJOR, MBT_VERSION_MINOR, MBT_VERSION_PATCH);

static void base_name(const char *path, char name[BASE_NAME])
{
    const char *slash = strrchr(path, '/');
    snprintf(name, BASE_NAME, "%s", slash != NULL ? slash + 1 : path);
    for (char *c = name; *c != '\0'; c++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-", *c) == NULL) {
            *c = '_';
        }
    }
}

char *mbt_provenance(const mbt_source *checkpoint, uint64_t seed, const mbt_source *config, const char *precision,
                     const char *convolution, const char *name, mbt_error *error)
{
    char weights[BASE_NAME], yaml[BASE_NAME], hash[MBT_SHA256_TEXT], weights_line[BASE_NAME + 80] = "";
    if (checkpoint != NULL) {
        base_name(checkpoint->path, weights);
        mbt_sha256(checkpoint->bytes, checkpoint->size, hash);
        snprintf(weights_line, sizeof weights_line, "sha256 %s %s\n", hash, weights);
    } else {
        snprintf(weights, sizeof weights, "--random-weights %" PRIu64, seed);
    }
    base_name(config->path, yaml);
    mbt_sha256(config->bytes, config->size, hash);
    const char *format = "%s\nmambac %s --config %s --precision %s%s%s --name %s\n%ssha256 %s %s\n";
    const char *option = convolution != NULL ? " --convolution " : "";
    const char *form = convolution != NULL ? convolution : "";
    const int length = snprintf(NULL, 0, format, mbt_mambac_version, weights, yaml, precision, option, form, name,
                                weights_line, hash, yaml);
    char *text = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (text == NULL) {
        mbt_fail(error, "out of memory");
        return NULL;
    }
    snprintf(text, (size_t)length + 1, format, mbt_mambac_version, weights, yaml, precision, option, form, name,
             weights_line, hash, yaml);
    return text;
}
