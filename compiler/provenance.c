/* provenance.c: the program, the command and the hashes. The text is the same for the same input, in whatever folder
 * it is. */
#include "compiler/provenance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mambattention/mambattention.h"
#include "compiler/sha256.h"

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

#define BASE_NAME 256

const char mbt_mambac_version[] = "mambac " VERSION_TEXT(MBT_VERSION_MAJOR, MBT_VERSION_MINOR, MBT_VERSION_PATCH);

/* A word that can stand in a comment and in a string. */
static void plain_word(const char *text, char name[BASE_NAME])
{
    snprintf(name, BASE_NAME, "%s", text);
    for (char *c = name; *c != '\0'; c++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-", *c) == NULL)
            *c = '_';
}

static void base_name(const char *path, char name[BASE_NAME])
{
    const char *slash = strrchr(path, '/');
    plain_word(slash != NULL ? slash + 1 : path, name);
}

/* The text for one file: its words in the command, and its line in the list of hashes. */
typedef struct source_text {
    char command[BASE_NAME + 40], hash_line[BASE_NAME + 80];
} source_text;

/* option: the text before the name. Both texts are empty if source is NULL. */
static source_text describe_source(const char *option, const mbt_source *source)
{
    source_text text = {"", ""};
    if (source != NULL) {
        char name[BASE_NAME], hash[MBT_SHA256_TEXT];
        base_name(source->path, name);
        mbt_sha256(source->bytes, source->size, hash);
        snprintf(text.command, sizeof text.command, " %s%s", option, name);
        snprintf(text.hash_line, sizeof text.hash_line, "sha256 %s %s\n", hash, name);
    }
    return text;
}

char *mbt_provenance(const mbt_recipe *recipe, mbt_error *error)
{
    source_text weights = describe_source("", recipe->checkpoint);
    if (recipe->checkpoint == NULL)
        snprintf(weights.command, sizeof weights.command, " --random-weights %" PRIu64, recipe->seed);
    char key[BASE_NAME] = "";
    if (recipe->key != NULL)
        plain_word(recipe->key, key);
    const char *key_option = recipe->key != NULL ? " --key " : "";
    const source_text config = describe_source("--config ", recipe->config);
    const source_text rules = describe_source("--rules ", recipe->rules);
    const char *option = recipe->convolution != NULL ? " --convolution " : "";
    const char *form = recipe->convolution != NULL ? recipe->convolution : "";
    const size_t size = sizeof mbt_mambac_version + 3 * sizeof(source_text) + strlen(key_option) + strlen(key) +
                        strlen(recipe->precision) + strlen(option) + strlen(form) + strlen(recipe->name) +
                        sizeof "\nmambac --precision  --name \n";
    char *text = malloc(size);
    if (text == NULL) {
        mbt_fail(error, "out of memory");
        return NULL;
    }
    snprintf(text, size, "%s\nmambac%s%s%s%s --precision %s%s%s%s --name %s\n%s%s%s", mbt_mambac_version,
             weights.command, key_option, key, config.command, recipe->precision, rules.command, option, form,
             recipe->name, weights.hash_line, config.hash_line, rules.hash_line);
    return text;
}
