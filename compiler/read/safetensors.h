/* safetensors.h: the safetensors format: a length, a JSON header, and the tensors' bytes. */
#ifndef MBT_COMPILER_READ_SAFETENSORS_H
#define MBT_COMPILER_READ_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"
#include "compiler/read/tensors.h"

/* Whether the first bytes look like safetensors: a length below 2^40, then '{'. */
bool mbt_safetensors_sniff(const uint8_t *bytes, size_t size);

/* Adds every tensor of the file, in the order of their data; with a key those whose names begin with `key.`, under what
 * follows it. Together the file's tensors must cover its data, without gaps or overlaps. */
bool mbt_safetensors_read(const uint8_t *bytes, size_t size, const char *key, mbt_tensors *tensors, mbt_error *error);

#endif
