/* fuzz_compiler.h: what must hold of the compiler's errors and tensors, whatever was read; and archives that no
 * mutation damages. */
#ifndef MBT_TESTS_FUZZ_FUZZ_COMPILER_H
#define MBT_TESTS_FUZZ_FUZZ_COMPILER_H

#include <stdbool.h>

#include "compiler/error.h"
#include "tests/fuzz/fuzz.h"
#include "compiler/read/tensors.h"

/* A failure says why in one line, success leaves the line empty. */
void fuzz_check_error(bool done, const mbt_error *error);

/* Names are unique, shapes and counts agree, and every number is there and finite. */
void fuzz_check_tensors(const mbt_tensors *tensors);

/* A torch.save archive of an input (a count of storages, the size of each in a byte, their bytes, and the rest is
 * data.pkl; 0x80 in the count makes the last of them the entry byteorder), with right lengths and checksums, so that
 * mutations reach what is within. malloc'd. */
uint8_t *fuzz_archive(fuzz_input input, size_t *size);

/* A checkpoint as the input has it if it begins like a zip archive or a safetensors file, else fuzz_archive's.
 * malloc'd. */
uint8_t *fuzz_checkpoint(fuzz_input input, size_t *size);

#endif
