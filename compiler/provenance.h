/* provenance.h: the text that says what a generated file was made from. */
#ifndef MBT_COMPILER_PROVENANCE_H
#define MBT_COMPILER_PROVENANCE_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"

typedef struct mbt_source {
    const char *path;
    const void *bytes;
    size_t size;
} mbt_source;

/* "mambac MAJOR.MINOR.PATCH": the version of this program. */
extern const char mbt_mambac_version[];

/* What a generated file is made from, and how. */
typedef struct mbt_recipe {
    const mbt_source *checkpoint; /* NULL: random weights with that seed */
    const char *key;              /* of the network in the checkpoint; NULL if not asked for */
    uint64_t seed;
    const mbt_source *config, *rules;           /* rules: NULL if there are none */
    const char *precision, *convolution, *name; /* as asked for; convolution may be NULL */
} mbt_recipe;

/* Returns lines that end in '\n': the program with its version, the command in one fixed form with file names instead
 * of paths, and the sha256 of each file that was read. In file names, characters other than letters, digits and . _ +
 * - become '_', so that the text is safe in a C comment and in a C string. The caller frees it. NULL, with error set,
 * if memory ran out. */
char *mbt_provenance(const mbt_recipe *recipe, mbt_error *error);

#endif
